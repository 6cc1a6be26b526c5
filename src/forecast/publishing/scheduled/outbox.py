"""Messages on their way: each is a file until all of its recipients have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from forecast.base.files import write_text

Send = Callable[[str, str, str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, and the environment variables with the addresses that have yet to get it."""

    title: str
    body: str
    to: tuple[str, ...]
    written_at: str

    @property
    def id(self) -> str:
        """A hash of its text: a message that is written twice is sent once."""
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The folder of undelivered messages."""

    folder: Path

    def put(self, message: Message) -> None:
        """Store a message until it is delivered; raise OutputError."""
        write_json(self.folder / f"{message.id}.json", asdict(message))

    def messages(self) -> list[Message]:
        """Return the stored messages, the oldest first."""
        contents = (read_json(path) for path in self.folder.glob("[!.]*.json"))
        messages = [
            Message(**{**values, "to": tuple(values["to"])}) for values in contents if values
        ]
        return sorted(messages, key=lambda message: (message.written_at, message.id))

    def deliver(self, send: Send) -> list[str]:
        """Send the stored messages; return a line for each failure, whose message stays stored.

        `send` takes the name of a variable, a title and a body, and returns what went wrong.
        """
        return [
            problem for message in self.messages() for problem in self._delivered(message, send)
        ]

    def _delivered(self, message: Message, send: Send) -> Iterator[str]:
        left = []
        for name in message.to:
            problem = send(name, message.title, message.body)
            if problem is not None:
                left.append(name)
                yield f"{name}: {problem}"
        if left:
            self.put(replace(message, to=tuple(left)))
        else:
            (self.folder / f"{message.id}.json").unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file; an empty one where the file is missing or torn."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: Any) -> None:
    """Replace a file of the alerts by one with this content; raise OutputError."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
