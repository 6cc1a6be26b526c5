"""Telling what moved: a message for each alert, kept until it is delivered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from forecast.base.texts import text
from forecast.publishing.scheduled.alert_rules import Alert
from forecast.publishing.scheduled.alert_text import Seen, telling
from forecast.publishing.scheduled.outbox import Message, Outbox, Send, read_json, write_json

FOLDER, TOLD = ".alerts", "told.json"
_TITLE_LENGTH = 120


def tell(alerts: Iterable[Alert], seen: Seen, reports: Path, send: Send) -> list[str]:
    """Send at most one message for each alert, and what was kept; return what stays undelivered.

    A message is kept before it counts as told, and sent after: none is lost where the process
    dies, and one may come twice.
    """
    home = reports / FOLDER
    told, outbox = read_json(home / TOLD), Outbox(home / "outbox")
    now_told = {}
    for alert in alerts:
        new = telling(alert, seen, told.get(alert.id), reports)
        now_told[alert.id] = new.told
        if new.lines:
            outbox.put(_message(alert, new.lines))
    if now_told != told:
        write_json(home / TOLD, now_told)
    return outbox.deliver(send)


def _message(alert: Alert, lines: list[str]) -> Message:
    return Message(
        title=text("alert.title", alert.lang, what=lines[0])[:_TITLE_LENGTH],
        body="\n".join(lines),
        to=alert.to,
        written_at=datetime.now(UTC).isoformat(),
    )
