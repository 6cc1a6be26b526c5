"""Messages on their way: each is a file until apprise has delivered it to all its recipients."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from forecast.base.errors import OutputError
from forecast.base.files import bytes_of, write_text

Send = Callable[..., str | None]
SECONDS_TO_DELIVER = 30.0
_ATTACHED = (".html", ".pdf", ".md", ".docx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message, and the environment variables with the addresses that have yet to get it.

    `attachments` are pages, relative to the folder of reports.
    """

    title: str
    body: str
    to: tuple[str, ...]
    written_at: str
    attachments: tuple[str, ...] = ()

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
        content = {n: v for n, v in asdict(message).items() if n != "attachments" or v}
        write_json(self.folder / f"{message.id}.json", content)

    def messages(self) -> list[Message]:
        """Return the stored messages that can be read, the oldest first."""
        messages = [m for path in self._paths() if (m := read_message(path)) is not None]
        return sorted(messages, key=lambda message: (message.written_at, message.id))

    def unreadable(self) -> list[str]:
        """Return the names of files that are not messages."""
        return sorted(path.name for path in self._paths() if read_message(path) is None)

    def _paths(self) -> list[Path]:
        try:
            return list(self.folder.glob("[!.]*.json"))
        except OSError:
            return []

    def deliver(
        self,
        send: Send,
        *,
        allowed: Collection[str] | None = None,
        unstored: Iterable[Message] = (),
        reports: Path | None = None,
        seconds: float = SECONDS_TO_DELIVER,
    ) -> list[str]:
        """Send the stored messages, and others; return a line for each failure.

        What failed stays stored. `send` takes the name of a variable, a title, a body and the paths
        of attachments, and returns what went wrong. A message in a file goes to an `allowed`
        variable alone, because whoever writes the file must not choose its address. Addresses are
        tried at once, for at most so many seconds altogether.
        """
        stored = self.messages()
        extra = [message for message in unstored if message.id not in {m.id for m in stored}]
        delivery = _Delivery(send, allowed, reports)
        delivery.run([*stored, *extra], seconds)
        problems = [f"{name}: not a message; mend or delete it" for name in self.unreadable()]
        for message in (*stored, *extra):
            left = tuple(n for n in message.to if (message.id, n) in delivery.problems)
            problems += [f"{name}: {delivery.problems[message.id, name]}" for name in left]
            with suppress(OutputError, OSError):
                if not left:
                    (self.folder / f"{message.id}.json").unlink(missing_ok=True)
                elif left != message.to or message in extra:
                    self.put(replace(message, to=left))
        return problems


def read_message(path: Path) -> Message | None:
    """Return the message in a file; None where it is not one."""
    values = read_json(path)
    lists = {name: values.get(name, []) for name in ("to", "attachments")}
    texts = [values.get(name) for name in ("title", "body", "written_at")]
    if not all(isinstance(text, str) for text in texts):
        return None
    if not all(
        isinstance(value, list) and all(isinstance(entry, str) for entry in value)
        for value in lists.values()
    ):
        return None
    title, body, written_at = map(str, texts)
    return Message(
        title=title,
        body=body,
        to=tuple(lists["to"]),
        written_at=written_at,
        attachments=tuple(lists["attachments"]),
    )


class _Delivery:
    """Messages sent to all addresses at once, and what went wrong by message and address."""

    def __init__(self, send: Send, allowed: Collection[str] | None, reports: Path | None) -> None:
        self._send, self._allowed, self._reports = send, allowed, reports
        self.problems: dict[tuple[str, str], str] = {}

    def run(self, messages: Iterable[Message], seconds: float) -> None:
        """Send the messages; to one address they go one after the other."""
        by_name: dict[str, list[Message]] = {}
        for message in messages:
            for name in message.to:
                if self._allowed is None or name in self._allowed:
                    by_name.setdefault(name, []).append(message)
                    self.problems[message.id, name] = f"no answer within {seconds:g} s"
                else:
                    self.problems[message.id, name] = (
                        "not a variable that alerts.toml names; mend or delete the message"
                    )
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._deliver, args=(name, of_name), daemon=True)
            for name, of_name in by_name.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        self.problems = dict(self.problems)  # a thread that is late changes nothing any more

    def _deliver(self, name: str, messages: list[Message]) -> None:
        problems = self.problems
        for message in messages:
            paths = [path for text in message.attachments if (path := self._page(text))]
            try:
                problem = self._send(name, message.title, message.body, *paths)
            except Exception as error:  # whatever it says may hold the address
                problem = f"not delivered: {type(error).__name__}"
            if problem is None:
                problems.pop((message.id, name), None)
            else:
                problems[message.id, name] = problem

    def _page(self, text: str) -> Path | None:
        """Return the page that a message names; None for anything else on this machine."""
        name = PurePosixPath(text)
        if self._reports is None or name.suffix not in _ATTACHED:
            return None
        root, path = self._reports.resolve(), (self._reports / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None


def read_json(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file; an empty one where the file is missing or torn."""
    try:
        content = json.loads(bytes_of(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(path: Path, content: Any) -> None:
    """Replace a file of the alerts by one with this content; raise OutputError."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))


NOT_INSTALLED = "apprise is not installed; pip install growth-target-forecast[alerts]"


def send(variable: str, title: str, body: str, *attachments: Path) -> str | None:
    """Send to the address that an environment variable holds; return what went wrong, if any.

    The returned text names the fault of the variable and never its value; apprise and its
    libraries log nothing here, and only the class of their errors is returned.
    """
    address = os.environ.get(variable, "").strip()
    if not address:
        return "the environment variable is not set"
    with _silence():
        try:
            return _sent(address, title, body, attachments)
        except Exception as error:  # whatever it says may hold the address
            return f"not delivered: {type(error).__name__}"


def _sent(address: str, title: str, body: str, attachments: tuple[Path, ...]) -> str | None:
    try:
        import apprise
    except ImportError:
        return NOT_INSTALLED
    asset = apprise.AppriseAsset(secure_logging=True, storage_mode="memory")
    services = apprise.Apprise(asset=asset)
    if not services.add(address):
        return "holds no address that apprise knows"
    attached = [str(path) for path in attachments] or None
    is_sent = services.notify(
        title=title, body=body, body_format=apprise.NotifyFormat.TEXT, attach=attached
    )
    return None if is_sent else "not delivered: unreachable or refused"


class _Silence:
    """How many threads send: as long as there is one, nothing is logged and nothing warned of."""

    def __init__(self) -> None:
        self._lock, self._count, self._level = threading.Lock(), 0, 0
        self._warnings = warnings.catch_warnings()

    def begin(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._level = logging.root.manager.disable
                logging.disable(logging.CRITICAL)
                self._warnings = warnings.catch_warnings()
                self._warnings.__enter__()
                warnings.simplefilter("ignore")

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0:
                self._warnings.__exit__(None, None, None)
                logging.disable(self._level)


_SILENT = _Silence()


@contextmanager
def _silence() -> Iterator[None]:
    _SILENT.begin()
    try:
        yield
    finally:
        _SILENT.end()
