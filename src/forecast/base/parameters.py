"""The parameters of a report: the question, its data, and where the answer goes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from forecast.base.errors import ParameterError
from forecast.base.notation import NAMES_ALLOWED, NOT_A_DATE, is_name, parse_day
from forecast.base.package import data_folder
from forecast.base.texts import LANGUAGES

KINDS = ("attainment", "bulletin", "indicator", "track-record")
_NO_KINDS = {"index", "indicator", "result"}  # names that other files have
FORMATS = ("html", "pdf", "md", "docx")
HANDED = "FORECAST_HANDED_OVER"  # names a folder of reports that need not be computed again
DEFAULT_PATHS = 4000
DEFAULT_SEED = 20190201  # the day of the first announcement served; any number does
_DEFAULTS: Mapping[str, Any] = {
    "since": "",
    "lang": "en",
    "seed": DEFAULT_SEED,
    "n_paths": DEFAULT_PATHS,
    "data": "",
    "out": "",
    "overlay": "",
    "target": "",
}
TARGETS_APART = ";"  # between the targets that a question assumes


def day_from(day: date | str) -> date:
    """Return a day, which may be text such as `2019-09-30`; raise ParameterError for other text."""
    if isinstance(day, date):
        return day
    found = parse_day(day)
    if found is None:
        raise ParameterError([f"day: {day!r} {NOT_A_DATE}"])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What a report is about; use `parse`, which checks every value."""

    area: str
    year: int
    as_of: date
    since: date
    lang: str
    seed: int
    n_paths: int
    data: Path
    out: Path | None
    overlay: Path | None
    target: str

    @classmethod
    def parse(cls, **given: Any) -> Parameters:
        """Return checked parameters; raise ParameterError that names every problem.

        `area`, `year` and `as_of` are required. `as_of` and `since` are ISO days. An empty `since`
        is the end of the month before `as_of`, an empty `data` the folder that comes with the
        project; an empty `out` writes nothing, an empty `overlay` adds no unpublished figures.
        `target` holds targets to assume, with semicolons between them, as `gdp at_least 6`.
        """
        values = {**_DEFAULTS, **given}
        problems = [*_names(values), *_types(values)]
        if problems:
            raise ParameterError(problems)
        day, since = parse_day(values["as_of"]), parse_day(values["since"])
        problems = list(_values(values, day, since))
        if problems or day is None:
            raise ParameterError(problems)
        return cls(
            area=values["area"],
            year=values["year"],
            as_of=day,
            since=since or month_before(day),
            lang=values["lang"],
            seed=values["seed"],
            n_paths=values["n_paths"],
            data=data_folder(values["data"]),
            out=Path(values["out"]) if values["out"] else None,
            overlay=Path(values["overlay"]) if values["overlay"] else None,
            target=values["target"].strip(),
        )

    @classmethod
    def of(cls, **given: Any) -> Parameters:
        """Return checked parameters from days, paths and lists of targets as well as texts.

        Raise as `parse`.
        """
        refuse_misspelt()
        if isinstance(targets := given.get("target"), list | tuple):
            given |= {"target": f"{TARGETS_APART} ".join(map(str, targets))}
        texts = {k: str(v) if isinstance(v, date | Path) else v for k, v in given.items()}
        return cls.parse(**texts)

    def question(self) -> dict[str, str | int]:
        """Return the question as manifests keep it; the same in every language and place."""
        assumed = {"target": self.target} if self.target else {}
        return {
            **assumed,
            "area": self.area,
            "year": self.year,
            "as_of": self.as_of.isoformat(),
            "since": self.since.isoformat(),
            "seed": self.seed,
            "n_paths": self.n_paths,
        }


def refuse_misspelt() -> None:
    """Raise ParameterError in a notebook into which Papermill put a name that it does not declare.

    Papermill only logs such a name, and the notebook would answer another question. Its cell stands
    in the history of the shell, after the cell with the parameters.
    """
    get_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = None if get_shell is None else get_shell()
    cells = [] if shell is None else [str(cell) for cell in shell.user_ns.get("In", ())]
    injected = [n for n, cell in enumerate(cells) if cell.startswith("# Parameters\n")]
    if not injected:
        return
    declared = [name for cell in cells[: injected[-1]] for name in _assigned(cell)]
    if declared and "area" in declared:
        allowed = ", ".join(dict.fromkeys(declared))
        unknown = [n for n in _assigned(cells[injected[-1]]) if n not in declared]
        if unknown:
            raise ParameterError(
                f"{n}: unknown to this notebook; allowed: {allowed}" for n in unknown
            )


def _assigned(cell: str) -> list[str]:
    """Return the names to which a cell assigns values; none where it is no Python."""
    try:
        statements = ast.parse(cell).body
    except SyntaxError:
        return []
    targets = [t for s in statements if isinstance(s, ast.Assign) for t in s.targets]
    targets += [s.target for s in statements if isinstance(s, ast.AnnAssign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


PARAMETER_TYPES: Mapping[str, type] = {
    field.name: {"int": int}.get(str(field.type), str) for field in fields(Parameters)
}


def own_notebooks(data: Path) -> dict[str, Path]:
    """Return the notebooks in `notebooks/` beside a data folder that are kinds of their own.

    A kind is named as its notebook, by letters, digits and _; the project's own kinds are not among
    them.
    """
    notebooks = sorted((data.resolve().parent / "notebooks").glob("*.ipynb"))
    return {path.stem: path for path in notebooks if is_own_kind(path.stem)}


def is_own_kind(name: str) -> bool:
    """Return whether a name can be that of a kind that a data folder brings along."""
    taken = {kind.replace("-", "_") for kind in KINDS} | _NO_KINDS
    return is_name(name) and "-" not in name and name not in taken


def _names(values: Mapping[str, Any]) -> list[str]:
    allowed = ", ".join(PARAMETER_TYPES)
    unknown = [
        f"{name}: unknown; allowed: {allowed}" for name in values if name not in PARAMETER_TYPES
    ]
    return unknown + [f"{name}: missing" for name in PARAMETER_TYPES if name not in values]


def _types(values: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}: {values[name]!r} is {type(values[name]).__name__}; allowed: {kind.__name__}"
        for name, kind in PARAMETER_TYPES.items()
        if name in values and type(values[name]) is not kind
    ]


def _values(values: Mapping[str, Any], day: date | None, since: date | None) -> list[str]:
    problems = []
    if not is_name(values["area"]):
        problems.append(f"area: {values['area']!r}; allowed: {NAMES_ALLOWED}")
    if day is None:
        problems.append(f"as_of: {values['as_of']!r} {NOT_A_DATE}")
    elif values["since"] and not (since and since < day):
        problems.append(f"since: {values['since']!r}; allowed: a day before {day}")
    if values["lang"] not in LANGUAGES:
        problems.append(f"lang: {values['lang']!r}; allowed: {', '.join(LANGUAGES)}")
    if values["seed"] < 0:
        problems.append(f"seed: {values['seed']}; allowed: zero or more")
    return problems


def month_before(day: date) -> date:
    """Return the last day of the month before that of a day."""
    return day.replace(day=1) - timedelta(days=1)
