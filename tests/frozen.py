"""The frozen run as `result.json` holds it, with changes."""

import json
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden" / "result.json"


def frozen_result(**changes: Any) -> dict[str, Any]:
    """Return the frozen result with other values."""
    content: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return content | changes


def frozen_indicator(name: str = "gdp", **changes: Any) -> dict[str, Any]:
    """Return one frozen indicator with other values; a table keeps what is not changed in it."""
    (one,) = (i for i in frozen_result()["indicators"] if i["id"] == name)
    for key, value in changes.items():
        is_part = isinstance(value, dict) and isinstance(one[key], dict)
        one[key] = one[key] | value if is_part else value
    return dict(one)


OVERLAY = {"content_hash": "0", "n_rows": 0, "rows": []}
MISSED, ATTAINED = (
    {
        "growth_pct": 6.1, "released_on": "2020-01-20", "status": "final", "source": "simulated",
        "attained": attained, "last_call_on": None, "last_call_probability": None,
        "last_call_median_pct": None, "last_call_lower80_pct": None, "last_call_upper80_pct": None,
    }
    for attained in (False, True)
)  # fmt: skip
