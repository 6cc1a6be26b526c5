"""Hashes of the ledger are kept where who can write the ledger cannot write."""

import subprocess
from pathlib import Path

import pytest

from forecast.base.errors import OutputError, ParameterError
from forecast.publishing.ledger import Ledger, hash_of
from forecast.publishing.scheduled.anchor import Anchor, anchor_of, lacking

FIRST = Ledger((b"one",))
BOTH = Ledger((b"one", b"two"))


def unsent(*_: str) -> str:
    raise AssertionError("nothing is sent")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", str(tmp_path / "kept")], check=True)
    return tmp_path / "kept"


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("/mnt/kept/heads.txt", Anchor("file", "/mnt/kept/heads.txt")),
        ("file:heads.txt", Anchor("file", "heads.txt")),
        ("git:/srv/kept", Anchor("git", "/srv/kept")),
        ("mail:AUDITOR", Anchor("mail", "AUDITOR")),
        ("C:\\kept.txt", Anchor("file", "C:\\kept.txt")),
    ],
)
def test_an_anchor_is_a_file_a_repository_or_a_variable(text: str, anchor: Anchor):
    assert anchor_of(text) == anchor


@pytest.mark.parametrize("text", ["", "mail:a@example.org", "mail:mailto://a:b@c"])
def test_an_address_is_never_an_anchor(text: str):
    with pytest.raises(ParameterError, match=r"--anchor: .*allowed: ") as error:
        anchor_of(text)
    assert "a:b" not in str(error.value)


@pytest.mark.parametrize("kind", ["file", "git"])
def test_each_head_is_kept_once_with_its_time(
    kind: str, tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    anchor = Anchor(kind, str(repository if kind == "git" else tmp_path / "far" / "heads.txt"))
    for ledger in (FIRST, FIRST, BOTH, BOTH):
        assert anchor.keep(ledger, unsent) is None
    times, heads = zip(*anchor.heads(), strict=True)
    assert heads == (hash_of(b"one"), hash_of(b"two"))
    assert all(time is not None and time.tzinfo is not None for time in times)


def test_a_head_that_a_ledger_lacks_is_named(tmp_path: Path):
    anchor = Anchor("file", str(tmp_path / "heads.txt"))
    anchor.keep(FIRST, unsent)
    anchor.keep(BOTH, unsent)
    assert lacking(BOTH, anchor.heads()) == []
    assert lacking(FIRST, anchor.heads()) == [hash_of(b"two")]
    assert lacking(Ledger(()), anchor.heads()) == [hash_of(b"one"), hash_of(b"two")]


def test_a_torn_line_of_a_file_is_no_head_and_the_next_is_a_line_of_its_own(tmp_path: Path):
    path = tmp_path / "heads.txt"
    anchor = Anchor("file", str(path))
    anchor.keep(FIRST, unsent)
    path.write_bytes(path.read_bytes()[:60])
    assert anchor.heads() == []
    anchor.keep(BOTH, unsent)
    assert [head for _, head in anchor.heads()] == [hash_of(b"two")]


def test_nothing_is_kept_of_a_ledger_without_lines(tmp_path: Path):
    anchor = Anchor("file", str(tmp_path / "heads.txt"))
    assert anchor.keep(Ledger(()), unsent) is None
    assert list(tmp_path.iterdir()) == []


def test_a_mail_is_sent_and_says_what_went_wrong():
    sent = []

    def send(*words: str) -> str | None:
        sent.append(words)
        return "not delivered"

    assert Anchor("mail", "AUDITOR").keep(BOTH, send) == "not delivered"
    assert Anchor("mail", "AUDITOR").heads() == []
    (variable, title, body) = sent[0]
    assert (variable, title) == ("AUDITOR", "Ledger of reports: 2 lines")
    assert hash_of(b"two") in body


@pytest.mark.parametrize("anchor", [Anchor("git", "nowhere"), Anchor("file", "/proc/none/heads")])
def test_a_place_that_cannot_be_written_is_named(anchor: Anchor):
    with pytest.raises(OutputError, match=f"{anchor.place}"):
        anchor.keep(FIRST, unsent)
