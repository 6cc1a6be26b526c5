"""Alerts: what moved since the last message, and the messages, kept until they are delivered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from forecast.archive.overdue import NextRelease
from forecast.base.texts import percent, signed_number, text
from forecast.publishing.scheduled.alert_rules import Alert
from forecast.publishing.scheduled.outbox import Message, Outbox, Send, read_json, write_json

SETTLED = ("attained", "missed")
FOLDER, MEMORY = ".alerts", "told.json"
_TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Call:
    """What a report says of a target: its light, and the probability."""

    light: str
    probability: float
    name_en: str = field(compare=False, default="")
    name_zh: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The newest report of an area's year: its day, its page below the reports, its calls."""

    area: str
    area_name_en: str
    area_name_zh: str
    year: int
    as_of: str
    page: str
    calls: Mapping[str, Call]

    @property
    def key(self) -> str:
        """The area and the year."""
        return f"{self.area}/{self.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a run found on a day: standing reports, overdue figures, failures with their area.

    Where it did not come to look for overdue figures they are None, where it failed as a whole
    the area is empty.
    """

    standing: Sequence[Standing] = ()
    overdue: Sequence[NextRelease] | None = None
    day: date = date.max
    failed: Sequence[tuple[str, str]] = ()


def standing_of(result: Mapping[str, Any], page: str) -> Standing:
    """Return what a `result.json` says of its targets."""
    return Standing(
        area=result["area"],
        area_name_en=result["area_name_en"],
        area_name_zh=result["area_name_zh"],
        year=result["year"],
        as_of=result["as_of"],
        page=page,
        calls={
            one["id"]: Call(
                _light(one), one["attained"]["probability"], one["name_en"], one["name_zh"]
            )
            for one in result["indicators"]
            if one["attained"] is not None
        },
    )


def _light(one: Mapping[str, Any]) -> str:
    settled = one["settled"]
    if settled is not None and settled["attained"] is not None:
        return "attained" if settled["attained"] else "missed"
    return str(one["attained"]["light"])


def tell(alerts: Iterable[Alert], seen: Seen, reports: Path, send: Send) -> list[str]:
    """Send at most one message for each alert, and what was kept; return what stays undelivered.

    A message is kept before it counts as told, and sent after: none is lost where the process
    dies, and one may come twice.
    """
    home = reports / FOLDER
    told, outbox = read_json(home / MEMORY), Outbox(home / "outbox")
    now_told = {}
    for alert in alerts:
        new = telling(alert, seen, told.get(alert.id), reports)
        now_told[alert.id] = new.told
        if new.lines:
            outbox.put(_message(alert, new.lines))
    if now_told != told:
        write_json(home / MEMORY, now_told)
    return outbox.deliver(send)


def _message(alert: Alert, lines: list[str]) -> Message:
    return Message(
        title=text("alert.title", alert.lang, what=lines[0])[:_TITLE_LENGTH],
        body="\n".join(lines),
        to=alert.to,
        written_at=datetime.now(UTC).isoformat(),
    )


@dataclass(frozen=True)
class Telling:
    """The lines of a message, none where nothing is to be told, and what is then known as told."""

    lines: list[str]
    told: dict[str, Any]


def telling(alert: Alert, seen: Seen, told: Mapping[str, Any] | None, reports: Path) -> Telling:
    """Return what an alert has to tell after what it told before.

    Where it never told anything, the calls that stand are where it begins. A probability that
    creeps is held against what was told last, not against the run before.
    """
    lines: list[str] = []
    before = told or {}
    calls = dict(before.get("calls", {}))
    for standing in seen.standing:
        if alert.area in (None, standing.area):
            known = dict(calls.get(standing.key, {}))
            moved = list(_moved(alert, standing, known))
            lines.extend(_with_heading(standing, moved, alert, reports))
            calls[standing.key] = known
    now: dict[str, Any] = {"calls": calls}
    for rule, said in (("data_overdue", _late(alert, seen)), ("run_failed", _failed(alert, seen))):
        if said is None or rule not in alert.rules:
            now[rule] = before.get(rule, [])
            continue
        new = [one for one in said if one not in before.get(rule, [])]
        lines.extend(text(f"alert.{rule}", alert.lang, what=one) for one in new)
        now[rule] = said
    return Telling(lines, now)


def _late(alert: Alert, seen: Seen) -> list[str] | None:
    if seen.overdue is None:
        return None
    of_area = [one for one in seen.overdue if alert.area in (None, one.series.area)]
    return [str(one) for one in of_area if one.days_late(seen.day) > alert.grace_days]


def _failed(alert: Alert, seen: Seen) -> list[str]:
    return [said for area, said in seen.failed if not area or alert.area in (None, area)]


def _moved(alert: Alert, standing: Standing, known: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each call that moved enough; `known` then holds what was told of it."""
    for indicator, call in standing.calls.items():
        before = known.get(indicator)
        said = {"light": call.light, "probability": call.probability}
        if before is None:
            known[indicator] = said
            continue
        points = 100 * (call.probability - before["probability"])
        is_light = "light_changed" in alert.rules and call.light != before["light"]
        is_moved = "probability_moved" in alert.rules and abs(points) > alert.points
        if is_light or is_moved:
            known[indicator] = said
            yield _line(call, before, points, alert.lang)


def _line(call: Call, before: Mapping[str, Any], points: float, lang: str) -> str:
    return text(
        "alert.moved",
        lang,
        name=call.name_zh if lang == "zh" else call.name_en,
        first=percent(before["probability"], lang),
        last=percent(call.probability, lang),
        points=signed_number(points, 0),
        light_first=text(f"light.{before['light']}", lang),
        light_last=text(f"light.{call.light}", lang),
    )


def _with_heading(standing: Standing, moved: list[str], alert: Alert, reports: Path) -> list[str]:
    if not moved:
        return []
    named = standing.area_name_zh if alert.lang == "zh" else standing.area_name_en
    asked = {"area": named, "year": standing.year, "day": standing.as_of}
    root = (alert.link or str(reports)).rstrip("/")
    return [text("alert.heading", alert.lang, **asked), *moved, f"{root}/{standing.page}"]
