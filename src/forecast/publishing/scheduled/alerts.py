"""Alerts: who gets them, what moved since the last message, and the messages.

They are kept until they are delivered. Addresses are in the environment only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AllowInfNan, ConfigDict, Strict

from forecast.archive.archive import NextRelease
from forecast.archive.toml import parsed, read_entries
from forecast.base.errors import ContractError, Fault
from forecast.base.texts import LANGUAGES, percent, signed_number, text
from forecast.publishing.scheduled.outbox import Message, Outbox, Send, read_json, write_json

if TYPE_CHECKING:
    from forecast.report.value import Report


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


FOLDER, MEMORY = ".alerts", "told.json"
_TITLE_LENGTH = 120
_NOT_OPEN = ("attained", "missed", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The newest report of an area's year, and its page below the folder of reports."""

    report: Report
    page: str

    @property
    def key(self) -> str:
        """The area and the year."""
        return f"{self.report.area}/{self.report.year}"

    @property
    def open_targets(self) -> list[str]:
        """The indicators whose target is forecast and open: only their figures are awaited."""
        return [t.id for t in self.report.with_target if t.light not in _NOT_OPEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run saw on a day: newest reports, overdue figures, failures with their area.

    `overdue` is None where the run failed before it looked for overdue figures; the area of a
    failure is empty where the run failed as a whole.
    """

    standing: Sequence[Standing] = ()
    overdue: Sequence[NextRelease] | None = None
    day: date = date.max
    failed: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Update:
    """The lines of a message, if any, and what is to be remembered as sent."""

    lines: list[str]
    memory: dict[str, Any]


def send_alerts(alerts: Iterable[Alert], seen: Seen, reports: Path, send: Send) -> list[str]:
    """Send at most one message for each alert, and stored ones; return what stays undelivered.

    A message is stored before it is remembered as sent, and sent after that: none is lost if the
    process dies, and one may come twice.
    """
    home = reports / FOLDER
    memory, outbox = read_json(home / MEMORY), Outbox(home / "outbox")
    updates = {alert: update(alert, seen, memory.get(alert.id), reports) for alert in alerts}
    for alert, new in updates.items():
        if new.lines:
            outbox.put(_message(alert, new.lines))
    remembered = {alert.id: new.memory for alert, new in updates.items()}
    if remembered != memory:
        write_json(home / MEMORY, remembered)
    return outbox.deliver(send)


def _message(alert: Alert, lines: list[str]) -> Message:
    return Message(
        title=text("alert.title", alert.lang, what=lines[0])[:_TITLE_LENGTH],
        body="\n".join(lines),
        to=alert.to,
        written_at=datetime.now(UTC).isoformat(),
    )


def update(alert: Alert, seen: Seen, memory: Mapping[str, Any] | None, reports: Path) -> Update:
    """Return what an alert has to send, given what it sent before.

    The first reports are only remembered. A probability that creeps is compared with what was sent
    last, not with the run before.
    """
    lines: list[str] = []
    before = memory or {}
    forecasts = dict(before.get("calls", {}))
    for standing in seen.standing:
        if alert.area in (None, standing.report.area):
            sent = dict(forecasts.get(standing.key, {}))
            moved = list(_moved(alert, standing.report, sent))
            lines.extend(_with_heading(standing, moved, alert, reports))
            forecasts[standing.key] = sent
    now: dict[str, Any] = {"calls": forecasts}
    for rule, current in (
        ("data_overdue", _late(alert, seen)),
        ("run_failed", _failed(alert, seen)),
    ):
        if current is None or rule not in alert.rules:
            now[rule] = before.get(rule, [])
            continue
        new = [event for event in current if event not in before.get(rule, [])]
        lines.extend(text(f"alert.{rule}", alert.lang, what=event) for event in new)
        now[rule] = current
    return Update(lines, now)


def _late(alert: Alert, seen: Seen) -> list[str] | None:
    if seen.overdue is None:
        return None
    of_area = [release for release in seen.overdue if alert.area in (None, release.series.area)]
    return [str(r) for r in of_area if r.days_late(seen.day) > alert.grace_days]


def _failed(alert: Alert, seen: Seen) -> list[str]:
    return [error for area, error in seen.failed if not area or alert.area in (None, area)]


def _moved(alert: Alert, report: Report, sent: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each target that moved enough; `sent` then holds what was sent of it."""
    for target in report.with_target:
        if target.probability is None:
            continue
        now = {"light": target.lamp, "probability": target.probability}
        before = sent.setdefault(target.id, now)
        points = 100 * (target.probability - before["probability"])
        is_light = "light_changed" in alert.rules and now["light"] != before["light"]
        is_moved = "probability_moved" in alert.rules and abs(points) > alert.points
        if is_light or is_moved:
            sent[target.id] = now
            yield _line(target.name.of(alert.lang), before, now, points, alert.lang)


def _line(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any], points: float, lang: str
) -> str:
    return text(
        "alert.moved",
        lang,
        name=name,
        first=percent(before["probability"], lang),
        last=percent(now["probability"], lang),
        points=signed_number(points, 0),
        light_first=text(f"light.{before['light']}", lang),
        light_last=text(f"light.{now['light']}", lang),
    )


def _with_heading(standing: Standing, moved: list[str], alert: Alert, reports: Path) -> list[str]:
    if not moved:
        return []
    report, lang = standing.report, alert.lang
    area, day = report.area_name.of(lang), report.as_of.isoformat()
    heading = text("alert.heading", lang, area=area, year=report.year, day=day)
    root = (alert.link or str(reports)).rstrip("/")
    return [heading, *moved, f"{root}/{standing.page}"]
