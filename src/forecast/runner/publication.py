"""Publication: one run for all kinds, languages and formats, put where people look for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import NoPdf
from forecast.parameters import Parameters
from forecast.runner.kernel import Kernel


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a report lies, and whether this call made it or found it unchanged.

    `pages` are those that were asked for and stand there, in that order; `lacking` says why the
    PDFs among them do not.
    """

    place: Path
    pages: tuple[Path, ...]
    result: Path
    run: str
    is_new: bool
    lacking: str = ""

    @property
    def page(self) -> Path:
        """The first page that was asked for."""
        return self.pages[0]

    def check(self) -> None:
        """Raise NoPdf where a PDF could not be printed."""
        if self.lacking:
            raise NoPdf(f"no PDF was made, {self.page} was: {self.lacking}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which pages are asked for; without `indicators` all with a target in force."""

    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    indicators: tuple[str, ...]
    show_progress: bool


def publish(
    parameters: Parameters,
    reports: Path,
    *,
    kinds: Sequence[str] = ("attainment",),
    languages: Sequence[str] = (),
    formats: Sequence[str] = ("html",),
    indicators: Sequence[str] = (),
    show_progress: bool = False,
) -> Publication:
    """Return the published report: one result and a page of each kind, language and format.

    Pages that stand there already are renewed together with those that are asked for; a PDF has
    its HTML beside it. Without `languages` that of the parameters is meant, without `indicators`
    all with a target in force. Where no PDF can be printed the other pages are made, and the
    publication says so. Raise ContractError, ParameterError and their kin before anything runs,
    NotebookFailed for a cell that fails, OutputError for a folder that cannot be written. The last
    good report stays.
    """
    order = Order(
        kinds=tuple(kinds),
        languages=tuple(languages) or (parameters.lang,),
        formats=tuple(formats),
        indicators=tuple(indicators),
        show_progress=show_progress,
    )
    with Kernel() as kernel:
        if not day_folder(parameters, reports).is_dir():  # then there is something to make
            kernel.start()
        # Imported while the kernel starts, for each of the two takes more than a second.
        from forecast.runner.publishing import carry_out

        return carry_out(parameters, reports, order, kernel)


def day_folder(parameters: Parameters, reports: Path) -> Path:
    """Return where the reports of a day lie."""
    return reports / parameters.area / str(parameters.year) / parameters.as_of.isoformat()
