"""What one cell or label of a page says about an indicator, in a language. Formatting only."""

from forecast.pages.phrases.call import (
    alone,
    banded,
    error,
    forecast,
    last_call,
    last_forecast,
    outturn,
    parts,
    recalibration,
    weight,
)
from forecast.pages.phrases.caveats import caveat
from forecast.pages.phrases.latest import (
    growth_span,
    last_growth,
    last_level,
    last_span,
    level_so_far,
    so_far,
    so_far_note,
)
from forecast.pages.phrases.naming import growth, lamp, light, name, names, share, target
from forecast.pages.phrases.required import (
    base,
    levels,
    needed,
    needed_span,
    plausibility,
    restated,
)

__all__ = [
    "alone",
    "banded",
    "base",
    "caveat",
    "error",
    "forecast",
    "growth",
    "growth_span",
    "lamp",
    "last_call",
    "last_forecast",
    "last_growth",
    "last_level",
    "last_span",
    "level_so_far",
    "levels",
    "light",
    "name",
    "names",
    "needed",
    "needed_span",
    "outturn",
    "parts",
    "plausibility",
    "recalibration",
    "restated",
    "share",
    "so_far",
    "so_far_note",
    "target",
    "weight",
]
