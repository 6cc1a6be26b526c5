"""Anchors: the newest hash of the ledger, kept where who can write the ledger cannot write.

An anchor is a file, the tags of a git repository, or a mail address in an environment variable.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from forecast.base.errors import OutputError, ParameterError
from forecast.base.files import bytes_of, sync
from forecast.publishing.ledger import BEFORE_THE_FIRST, Ledger
from forecast.publishing.scheduled.outbox import Send

Head = tuple[datetime | None, str]
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_TAG = "forecast-ledger-"
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where heads of a ledger are kept: `kind` is file, git or mail."""

    kind: str
    place: str

    def heads(self) -> list[Head]:
        """Return the kept heads and when each was kept; none of a mail, which cannot be read.

        Raise OutputError where they cannot be read.
        """
        if self.kind == "mail":
            return []
        lines = self._tags() if self.kind == "git" else self._lines()
        return [(_time(line), head) for line in lines for head in _HASH.findall(line)]

    def keep(self, ledger: Ledger, send: Send) -> str | None:
        """Keep the head of a ledger unless it is the newest that is kept; return what went wrong.

        Only a mail goes wrong without an error. Raise OutputError where a head cannot be written.
        """
        if not ledger.lines:
            return None
        line = f"{datetime.now(UTC).isoformat(timespec='seconds')} {ledger.head}"
        count = f"{len(ledger.lines)} lines"
        if self.kind == "mail":
            return send(self.place, f"Ledger of reports: {count}", f"{line} {count}")
        if ledger.head in [head for _, head in self.heads()]:
            return None
        if self.kind == "git":
            self._tag(f"{_TAG}{len(ledger.lines)}-{ledger.head[:12]}", f"{line} {count}")
        else:
            self._append(f"{line} {count}\n")
        return None

    def _lines(self) -> list[str]:
        path = Path(self.place)
        try:
            text = bytes_of(path).decode("utf-8", errors="replace") if path.exists() else ""
        except OSError as error:
            raise OutputError(f"{path} could not be read: {error.strerror or error}") from error
        return text.splitlines()

    def _append(self, line: str) -> None:
        path = Path(self.place)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            before = bytes_of(path) if path.exists() else b""
            with path.open("a", encoding="utf-8") as file:
                file.write("\n" * (before[-1:] not in (b"", b"\n")) + line)
                file.flush()
                os.fsync(file.fileno())
            sync(path.parent)
        except OSError as error:
            message = f"{path} could not be written: {error.strerror or error}"
            raise OutputError(message) from error

    def _tags(self) -> list[str]:
        shown = "%(creatordate:iso-strict) %(contents:lines=1)"
        listed = self._git("for-each-ref", f"refs/tags/{_TAG}*", f"--format={shown}")
        return listed.splitlines()

    def _tag(self, name: str, message: str) -> None:
        blob = self._git("hash-object", "-w", "--stdin", text=message + "\n").strip()
        author = ("-c", "user.name=forecast", "-c", "user.email=forecast@localhost")
        self._git(*author, "tag", "--annotate", "--no-sign", "--message", message, name, blob)

    def _git(self, *words: str, text: str = "") -> str:
        """Return the output of git in the anchor's repository, whatever the environment names."""
        kept = {n: v for n, v in os.environ.items() if not n.startswith("GIT_")}
        command = ["git", "-C", self.place, *words]
        try:
            done = subprocess.run(
                command, input=text, env=kept, capture_output=True, text=True, check=True,
                timeout=_SECONDS,
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise OutputError(f"git in {self.place}: {error.stderr.strip()}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise OutputError(f"git in {self.place}: {error}") from error
        return done.stdout


def anchor_of(text: str) -> Anchor:
    """Return the anchor that `git:FOLDER`, `mail:VARIABLE` or the path of a file names.

    Raise ParameterError where it names nothing.
    """
    kind, _, place = text.partition(":")
    if kind == "mail" and not _VARIABLE.fullmatch(place):
        rule = "allowed: the name of an environment variable, in capitals; never an address"
        raise ParameterError([f"--anchor: mail: {rule}"])
    if kind in ("git", "mail", "file") and place:
        return Anchor(kind, place)
    if not text:
        raise ParameterError(["--anchor: ''; allowed: a file, git:FOLDER or mail:VARIABLE"])
    return Anchor("file", text)


def lacking(ledger: Ledger, heads: list[Head]) -> list[str]:
    """Return the kept heads that a ledger lacks, in the order in which they were kept."""
    return [head for _, head in heads if head not in ledger.heads and head != BEFORE_THE_FIRST]


def _time(line: str) -> datetime | None:
    """Return the time with which a line begins, if it does."""
    try:
        time = datetime.fromisoformat(line.split(" ", 1)[0])
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
