"""A made-up folder of counted commitments, for tests alone."""

from pathlib import Path

PLAIN = {
    "id": '"beds"',
    "area": '"district"',
    "year": "2018",
    "name_en": '"New beds"',
    "name_zh": '"新增床位"',
    "amount": "400",
    "unit_en": '"beds"',
    "unit_zh": '"张"',
    "comparison": '"exactly"',
    "wording": '"新增床位400张"',
    "source": '"simulated"',
    "announced_on": "2018-02-01",
}
HEADER = "id,day,done,source,released_on"


def folder_of(folder: Path, *entries: dict[str, str | None], rows: list[str] | None = None) -> Path:
    """Write commitments of thirteen lines that differ from the plain one as told, and progress."""
    lines = []
    for changes in entries or ({},):
        cells = {k: v for k, v in (PLAIN | changes).items() if v is not None}
        lines += ["[[commitment]]", *(f"{k} = {v}" for k, v in cells.items())]
    (folder / "commitments.toml").write_text("\n".join(lines), encoding="utf-8")
    if rows is not None:
        (folder / "commitments").mkdir()
        text = "\n".join([HEADER, *rows, ""])
        (folder / "commitments" / "made_up.csv").write_text(text, encoding="utf-8")
    return folder
