"""Publication: one run for all kinds, languages and formats, put where people look for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forecast.base.parameters import Parameters, own_notebooks
from forecast.publishing.kernel import Kernel
from forecast.publishing.places import PageRequest, Publication, day_folder


def publish(
    parameters: Parameters,
    reports: Path,
    *,
    kinds: Sequence[str] = ("attainment",),
    languages: Sequence[str] = (),
    formats: Sequence[str] = ("html",),
    indicators: Sequence[str] = (),
    template: Path | None = None,
    show_progress: bool = False,
) -> Publication:
    """Return the published report: one result and a page of each kind, language and format.

    A kind is one of the project or the name of a notebook in `notebooks/` beside the data folder.
    Pages that already stand there are renewed together with the requested ones; a PDF has its HTML
    beside it. Documents for Word take the styles of `template`, by default of `template.docx` in
    the data folder where there is one. `languages` defaults to that of the parameters, `indicators`
    to all with a target in force. Where no PDF can be printed the other pages are made, and the
    publication says so. Raise ContractError, ParameterError and their kin before anything runs,
    NotebookFailed for a cell that fails, OutputError for a folder that cannot be written. The last
    good report stays.
    """
    request = PageRequest(
        kinds=tuple(kinds),
        languages=tuple(languages) or (parameters.lang,),
        formats=tuple(formats),
        indicators=tuple(indicators),
        own=tuple(own_notebooks(parameters.data)),
        template=template,
    )
    with Kernel() as kernel:
        if not day_folder(parameters, reports).is_dir():  # then there is something to make
            kernel.start()
        # Imported while the kernel starts, because each of the two takes more than a second.
        from forecast.publishing.production import produce

        return produce(parameters, reports, request, kernel, show_progress=show_progress)
