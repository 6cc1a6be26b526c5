"""Pages made from an executed notebook."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from forecast.base.package import PACKAGE


def html_of(executed: Path, lang: str) -> str:
    """Return the HTML page of an executed notebook, in our own template and self-contained."""
    body, _ = _exporter().from_filename(str(executed), resources={"language": lang})
    return str(body)


@cache
def _exporter() -> Any:
    from nbconvert import HTMLExporter

    return HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="report",
        extra_template_basedirs=[str(PACKAGE / "pages" / "templates")],
        exclude_input=True,
    )
