"""Messages on their way: each is a file until apprise has delivered it to all its recipients."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


NOT_INSTALLED = "apprise is not installed; pip install growth-target-forecast[alerts]"


def send(variable: str, title: str, body: str) -> str | None:
    """Send to the address that an environment variable holds; return what went wrong, if any.

    The returned text names the fault of the variable and never its value; apprise and its
    libraries log nothing here, and only the class of their errors is returned.
    """
    address = os.environ.get(variable, "").strip()
    if not address:
        return "the environment variable is not set"
    with _silence():
        try:
            return _sent(address, title, body)
        except Exception as error:  # whatever it says may hold the address
            return f"not delivered: {type(error).__name__}"


def _sent(address: str, title: str, body: str) -> str | None:
    try:
        import apprise
    except ImportError:
        return NOT_INSTALLED
    asset = apprise.AppriseAsset(secure_logging=True, storage_mode="memory")
    services = apprise.Apprise(asset=asset)
    if not services.add(address):
        return "holds no address that apprise knows"
    is_sent = services.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    return None if is_sent else "not delivered: unreachable or refused"


@contextmanager
def _silence() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
