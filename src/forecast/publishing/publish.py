"""Publication: one run for all kinds, languages and formats, put where people look for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forecast.base.parameters import Parameters
from forecast.publishing.kernel import Kernel
from forecast.publishing.publication import Order, Publication, day_folder


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
        from forecast.publishing.make_run import carry_out

        return carry_out(parameters, reports, order, kernel)
