"""Messages on their way: each a file until every one it is for has it."""

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
    """A message, and the names of the environment variables that hold where it has yet to go."""

    title: str
    body: str
    to: tuple[str, ...]
    written_at: str

    @property
    def id(self) -> str:
        """A hash of what it says: a message that is written twice is sent once."""
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Outbox:
    """The folder of messages that are not delivered."""

    folder: Path

    def put(self, message: Message) -> None:
        """Keep a message until it is delivered; raise OutputError."""
        write_json(self.folder / f"{message.id}.json", asdict(message))

    def messages(self) -> list[Message]:
        """Return what is kept, the oldest first."""
        kept = (read_json(path) for path in self.folder.glob("[!.]*.json"))
        found = [Message(**{**one, "to": tuple(one["to"])}) for one in kept if one]
        return sorted(found, key=lambda message: (message.written_at, message.id))

    def deliver(self, send: Send) -> list[str]:
        """Send what is kept, and return what could not be delivered and why; it stays kept.

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
    """Return what a file of the alerts holds; nothing where it is not there or not whole."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: Any) -> None:
    """Replace a file of the alerts by one with this content; raise OutputError."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
