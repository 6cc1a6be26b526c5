"""Who gets which alerts, read from `alerts.toml`; addresses are in the environment only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AllowInfNan, ConfigDict, Strict

from forecast.archive.toml import parsed, read_entries
from forecast.base.errors import ContractError, Fault
from forecast.base.texts import LANGUAGES

FILE = "alerts.toml"
Rule = Literal["light_changed", "probability_moved", "data_overdue", "run_failed"]
ALL_RULES: tuple[Rule, ...] = ("light_changed", "probability_moved", "data_overdue", "run_failed")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Which events are sent to whom; `to` names environment variables, never addresses.

    A message is sent once a probability has moved by more than `points` percentage points; `link`
    is the address under which the folder of reports is served.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    to: tuple[str, ...]
    rules: tuple[Rule, ...] = ALL_RULES
    area: str | None = None
    points: Annotated[float, Strict(), AllowInfNan(False)] = 5.0
    grace_days: Annotated[int, Strict()] = 0
    link: str = ""
    lang: str = "en"

    @property
    def id(self) -> str:
        """The key of what was sent for this alert; a changed alert starts anew."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]


def read_alerts(folder: Path) -> tuple[Alert, ...]:
    """Return the alerts of `folder/alerts.toml`, if there is one; raise ContractError."""
    path = folder / FILE
    if not path.is_file():
        return ()
    entries, lines = read_entries(path, {"alert"})
    raw: list[Fault] = []
    alerts = parsed(Alert, entries["alert"], lines["alert"], FILE, raw)
    # Values are not repeated in messages: one may be an address in the wrong place.
    faults = [Fault(FILE, f.line, f.message.split(", not ")[0]) for f in raw]
    if not faults:
        for alert, line in zip(alerts, lines["alert"], strict=True):
            faults.extend(Fault(FILE, line, text) for text in _problems(alert))
    if faults:
        raise ContractError(faults)
    return tuple(alerts)


def _problems(alert: Alert) -> Iterator[str]:
    """Yield what is wrong, without values that may be an address."""
    if not alert.to or not all(_VARIABLE.fullmatch(name) for name in alert.to):
        yield "to: allowed: names of environment variables, in capitals; never an address itself"
    if not alert.rules:
        yield f"rules []; allowed: one or more of {', '.join(ALL_RULES)}"
    if alert.points < 0 or alert.grace_days < 0:
        yield f"points {alert.points:g}, grace_days {alert.grace_days}; allowed: zero or more"
    if alert.lang not in LANGUAGES:
        yield f"lang {alert.lang!r}; allowed: {', '.join(LANGUAGES)}"
