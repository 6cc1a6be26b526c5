"""Alerts: who gets them, what moved since the last message, and the messages.

They are kept until they are delivered. Addresses are in the environment only.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AllowInfNan, ConfigDict, Strict

from forecast.archive.archive import NextRelease
from forecast.archive.toml import parsed, read_entries
from forecast.base.errors import ContractError, Fault, OutputError
from forecast.base.files import is_named
from forecast.base.texts import LANGUAGES, calendar, percent, signed_number, text
from forecast.publishing.scheduled.outbox import Message, Outbox, Send, read_json, write_json
from forecast.report.lights import LAMPS

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
    is the address under which the folder of reports is served; `attach` says what goes along: the
    page that is linked, the bulletin, or as `docx` the bulletin or the report for Word.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    to: tuple[str, ...]
    rules: tuple[Rule, ...] = ALL_RULES
    area: str | None = None
    points: Annotated[float, Strict(), AllowInfNan(False)] = 5.0
    grace_days: Annotated[int, Strict()] = 0
    link: str = ""
    lang: str = "en"
    attach: Literal["nothing", "page", "bulletin", "docx"] = "nothing"

    @property
    def id(self) -> str:
        """The key of what was sent for this alert; a changed alert starts anew.

        An alert of an older version, which could not attach anything, keeps its key.
        """
        shown = repr(self).replace(", attach='nothing'", "")
        return hashlib.sha256(shown.encode()).hexdigest()[:12]


def read_alerts(folder: Path) -> tuple[Alert, ...]:
    """Return the alerts of `folder/alerts.toml`, if there is one; raise ContractError."""
    alerts, faults = _alerts_and_faults(folder)
    if faults:
        raise ContractError(faults)
    return tuple(alerts)


def readable_alerts(folder: Path) -> tuple[list[Alert], list[Fault]]:
    """Return the alerts without a fault, and the faults of the others; raise nothing.

    Where some cannot be read, failures also go to the address in `FORECAST_ALERT_OPERATOR`.
    """
    try:
        alerts, faults = _alerts_and_faults(folder)
    except ContractError as error:
        alerts, faults = [], list(error.faults)
    except OSError as error:
        alerts, faults = [], [Fault(FILE, None, error.strerror or str(error))]
    if (faults or not folder.is_dir()) and os.environ.get(OPERATOR):
        alerts.append(Alert(to=(OPERATOR,), rules=("run_failed",)))
    return alerts, faults


def _alerts_and_faults(folder: Path) -> tuple[list[Alert], list[Fault]]:
    path = folder / FILE
    if not is_named(path):
        return [], []
    entries, lines = read_entries(path, {"alert"})
    raw: list[Fault] = []
    sound: list[Alert] = []
    for entry, line in zip(entries["alert"], lines["alert"], strict=True):
        for alert in parsed(Alert, [entry], [line], FILE, raw):
            problems = list(_problems(alert))
            raw += [Fault(FILE, line, problem) for problem in problems]
            sound += [] if problems else [alert]
    # Values are not repeated in messages: one may be an address in the wrong place.
    return sound, [Fault(FILE, f.line, f.message.split(", not ")[0]) for f in raw]


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


FOLDER, MEMORY, BUSY = ".alerts", "told.json", "busy.json"
OPERATOR = "FORECAST_ALERT_OPERATOR"
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
    failure is empty where the run failed as a whole. `head` is the newest hash of the ledger.
    """

    standing: Sequence[Standing] = ()
    overdue: Sequence[NextRelease] | None = None
    day: date = date.max
    failed: Sequence[tuple[str, str]] = ()
    head: str = ""


@dataclass(frozen=True)
class Update:
    """The lines of a message, if any, what is to be remembered as sent, and what is attached."""

    lines: list[str]
    memory: dict[str, Any]
    attachments: tuple[str, ...] = ()


def send_alerts(alerts: Sequence[Alert], seen: Seen, reports: Path, send: Send) -> list[str]:
    """Send at most one message for each alert, and stored ones; return what stays undelivered."""
    return deliver(alerts, note(alerts, seen, reports), reports, send)


def note(alerts: Iterable[Alert], seen: Seen, reports: Path) -> list[Message]:
    """Store what alerts have to send, remember it as sent, and return what could not be stored.

    A message is stored before it is remembered, and delivered after that: none is lost if the
    process dies, and one may come twice. Where nothing can be written nothing is remembered.
    """
    home = reports / FOLDER
    memory = _memory(home / MEMORY)
    updates = {a: update(a, seen, memory.get(a.id), reports) for a in alerts}
    messages = [_message(a, new, seen.head) for a, new in updates.items() if new.lines]
    remembered = {a.id: new.memory for a, new in updates.items()}
    return _stored(home, messages, MEMORY, None if remembered == memory else remembered)


def note_busy(alerts: Iterable[Alert], error: str, reports: Path) -> list[Message]:
    """Do as `note` on a folder that another process holds, and with it the memory of `note`.

    The same holder is told of once a day, however many calls it keeps waiting: what was told is
    remembered apart, until a run has held the folder (`forget_busy`).
    """
    home = reports / FOLDER
    today = datetime.now(UTC).date().isoformat()
    before = read_json(home / BUSY)
    told = _texts(before.get("alerts")) if before.get("day") == today else []
    seen = Seen(failed=[("", error)])
    updates = {a: update(a, seen, None, reports) for a in alerts if a.id not in told}
    messages = [_message(a, new, seen.head) for a, new in updates.items() if new.lines]
    remembered = {"day": today, "alerts": sorted({*told, *(a.id for a in updates)})}
    return _stored(home, messages, BUSY, remembered if messages else None)


def forget_busy(reports: Path) -> None:
    """Forget that a folder was held: its holder has freed it. The caller holds it now."""
    with suppress(OSError):
        (reports / FOLDER / BUSY).unlink(missing_ok=True)


def _stored(home: Path, messages: list[Message], name: str, memory: Any) -> list[Message]:
    """Store messages, then a memory of them unless it is None; return what could not be stored."""
    outbox = Outbox(home / "outbox")
    try:
        for message in messages:
            outbox.put(message)
        if memory is not None:
            write_json(home / name, memory)
    except OutputError:
        return messages
    return []


def _memory(path: Path) -> dict[str, dict[str, Any]]:
    """Return what was sent, by alert, without what is not of its form."""
    return {
        key: {
            "calls": {
                place: sent
                for place, sent in _dict(_dict(value).get("calls")).items()
                if all(map(_is_forecast, _dict(sent).values()))
            },
            **{rule: _texts(_dict(value).get(rule)) for rule in ("data_overdue", "run_failed")},
        }
        for key, value in read_json(path).items()
    }


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _is_forecast(value: object) -> bool:
    told = _dict(value)
    return told.get("light") in LAMPS and isinstance(told.get("probability"), (int, float))


def deliver(
    alerts: Iterable[Alert], unstored: Iterable[Message], reports: Path, send: Send
) -> list[str]:
    """Send stored messages and those that could not be stored; return what stays undelivered.

    They go to the variables that alerts name, and to no other.
    """
    allowed = {OPERATOR, *(name for alert in alerts for name in alert.to)}
    outbox = Outbox(reports / FOLDER / "outbox")
    return outbox.deliver(send, allowed=allowed, unstored=unstored, reports=reports)


def _message(alert: Alert, new: Update, head: str) -> Message:
    first = new.lines[0].splitlines()[0]
    proof = [text("alert.ledger", alert.lang, head=head)] if head.strip("0") else []
    return Message(
        title=text("alert.title", alert.lang, what=first)[:_TITLE_LENGTH],
        body="\n".join([*new.lines, *proof]),
        to=alert.to,
        written_at=datetime.now(UTC).isoformat(),
        attachments=new.attachments,
    )


def update(alert: Alert, seen: Seen, memory: Mapping[str, Any] | None, reports: Path) -> Update:
    """Return what an alert has to send, given what it sent before.

    The first reports are only remembered. A probability that creeps is compared with what was sent
    last, not with the run before.
    """
    lines: list[str] = []
    attached: list[str] = []
    before = memory or {}
    forecasts = dict(before.get("calls", {}))
    for standing in seen.standing:
        if alert.area in (None, standing.report.area):
            sent = dict(forecasts.get(standing.key, {}))
            moved = list(_moved(alert, standing.report, sent))
            lines.extend(_with_heading(standing, moved, alert, reports))
            attached.extend(_attached(standing, alert, reports) if moved else ())
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
    return Update(lines, now, tuple(attached))


def _attached(standing: Standing, alert: Alert, reports: Path) -> Iterator[str]:
    """Yield the page that goes along, as far as the report has it."""
    if alert.attach == "page":
        yield standing.page
    elif alert.attach == "bulletin":
        place = Path(standing.page).parent
        stem = "bulletin" if alert.lang == "en" else f"bulletin.{alert.lang}"
        forms = (place / f"{stem}.{form}" for form in ("pdf", "html", "md"))
        named = [path.as_posix() for path in forms if (reports / path).is_file()]
        yield named[0] if named else standing.page
    elif alert.attach == "docx":
        place = Path(standing.page).parent
        end = "docx" if alert.lang == "en" else f"{alert.lang}.docx"
        forms = (
            place / f"{kind}.{end}" for kind in ("bulletin", Path(standing.page).name.split(".")[0])
        )
        named = [path.as_posix() for path in forms if (reports / path).is_file()]
        yield named[0] if named else standing.page


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
        is_light = "light_changed" in alert.rules and _is_another(target.lamp, str(before["light"]))
        is_moved = "probability_moved" in alert.rules and abs(points) > alert.points
        if is_light or is_moved:
            sent[target.id] = now
            yield _line(target.name.of(alert.lang), before, now, points, alert.lang)
            if is_light and target.lacks_answer:
                yield text("alert.asks", alert.lang, name=target.name.of(alert.lang))


def _is_another(lamp: str, before: str) -> bool:
    """Return whether two lamps differ by more than that figures of the year bear out a colour."""
    return lamp.removesuffix("_blind") != before.removesuffix("_blind")


def _line(
    name: str, before: Mapping[str, Any], now: Mapping[str, Any], points: float, lang: str
) -> str:
    """Return what moved, in words: an unchanged light or probability is named once."""
    first, last = (percent(told["probability"], lang) for told in (before, now))
    moved = signed_number(points, 0)
    unit = text("alert.point" if moved.strip("+\N{MINUS SIGN}") == "1" else "alert.points", lang)
    lights = [text(f"light.{told['light']}", lang) for told in (before, now)]
    is_same = first == last
    probability = text(
        "alert.same_probability" if is_same else "alert.probability",
        lang, first=first, last=last, points=moved, unit=unit,
    )  # fmt: skip
    light = text(
        "alert.same_light" if lights[0] == lights[1] else "alert.light",
        lang, first=lights[0], last=lights[1],
    )  # fmt: skip
    return text("alert.moved", lang, name=name, probability=probability, light=light)


def _with_heading(standing: Standing, moved: list[str], alert: Alert, reports: Path) -> list[str]:
    if not moved:
        return []
    report, lang = standing.report, alert.lang
    area, day = report.area_name.of(lang), report.as_of.isoformat()
    with calendar(report.year_begins):
        heading = text("alert.heading", lang, area=area, year=report.year, day=day)
    root = (alert.link or str(reports)).rstrip("/")
    return [heading, *moved, f"{root}/{standing.page}"]
