"""Who is told of what, as `alerts.toml` says it; addresses stand in the environment alone."""

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
    """Which events are told to whom; `to` names variables of the environment, never addresses.

    `points` is by how many percentage points a probability has to move, `link` the address under
    which the folder of reports is served.
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
        """A name by which is kept what was told: another rule begins anew."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]


def read_alerts(folder: Path) -> tuple[Alert, ...]:
    """Return the alerts of `folder/alerts.toml`, none where it is missing; raise ContractError."""
    path = folder / FILE
    if not path.is_file():
        return ()
    entries, lines = read_entries(path, {"alert"})
    found: list[Fault] = []
    alerts = parsed(Alert, entries["alert"], lines["alert"], FILE, found)
    # What was given is not repeated: it may be an address, put where it does not belong.
    faults = [Fault(FILE, f.line, f.message.split(", not ")[0]) for f in found]
    if not faults:
        for alert, line in zip(alerts, lines["alert"], strict=True):
            faults.extend(Fault(FILE, line, text) for text in _problems(alert))
    if faults:
        raise ContractError(faults)
    return tuple(alerts)


def _problems(alert: Alert) -> Iterator[str]:
    """Yield what is wrong; what may be an address is not repeated."""
    if not alert.to or not all(_VARIABLE.fullmatch(name) for name in alert.to):
        yield "to: allowed: names of environment variables, in capitals; never an address itself"
    if not alert.rules:
        yield f"rules []; allowed: one or more of {', '.join(ALL_RULES)}"
    if alert.points < 0 or alert.grace_days < 0:
        yield f"points {alert.points:g}, grace_days {alert.grace_days}; allowed: zero or more"
    if alert.lang not in LANGUAGES:
        yield f"lang {alert.lang!r}; allowed: {', '.join(LANGUAGES)}"
