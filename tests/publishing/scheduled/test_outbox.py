"""Messages are kept, each in a file, until everyone they are for has them."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from forecast.publishing.scheduled.outbox import Message, Outbox, read_json, write_json

MESSAGE = Message(
    title="Town", body="GDP: 70 %", to=("MAIL", "WEB"), written_at="2018-11-30T01:00:00"
)


class Post:
    """A way to send of which some addresses do not answer."""

    def __init__(self, *unreachable: str) -> None:
        self.unreachable = unreachable
        self.delivered: list[tuple[str, str, str]] = []

    def __call__(self, name: str, title: str, body: str) -> str | None:
        if name in self.unreachable:
            return "unreachable"
        self.delivered.append((name, title, body))
        return None


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox")


def test_a_message_is_one_file_of_its_own_name(outbox: Outbox):
    outbox.put(MESSAGE)
    outbox.put(MESSAGE)
    (path,) = outbox.folder.iterdir()
    assert path.name == f"{MESSAGE.id}.json"
    assert len(MESSAGE.id) == 16
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "title": "Town",
        "body": "GDP: 70 %",
        "to": ["MAIL", "WEB"],
        "written_at": "2018-11-30T01:00:00",
    }


def test_a_message_is_named_by_what_it_says_alone():
    assert MESSAGE.id == replace(MESSAGE, to=("MAIL",), written_at="later").id
    assert MESSAGE.id != replace(MESSAGE, body="GDP: 71 %").id
    assert MESSAGE.id != replace(MESSAGE, title="City").id


def test_messages_come_in_the_order_of_their_writing(outbox: Outbox):
    later = replace(MESSAGE, body="later", written_at="2018-12-01T01:00:00")
    earlier = replace(MESSAGE, body="earlier", written_at="2018-11-29T01:00:00")
    for message in (later, MESSAGE, earlier):
        outbox.put(message)
    assert outbox.messages() == [earlier, MESSAGE, later]


def test_an_empty_outbox_holds_and_delivers_nothing(outbox: Outbox):
    assert outbox.messages() == []
    assert outbox.deliver(Post()) == []


def test_what_everyone_has_is_kept_no_longer(outbox: Outbox):
    outbox.put(MESSAGE)
    post = Post()
    assert outbox.deliver(post) == []
    assert sorted(post.delivered) == [
        ("MAIL", "Town", "GDP: 70 %"),
        ("WEB", "Town", "GDP: 70 %"),
    ]
    assert outbox.messages() == []


def test_a_message_that_another_run_delivered_meanwhile_is_no_error(outbox: Outbox):
    outbox.put(MESSAGE)

    def send(*_: str) -> None:
        (outbox.folder / f"{MESSAGE.id}.json").unlink(missing_ok=True)

    assert outbox.deliver(send) == []


def test_what_one_has_not_is_kept_for_that_one_alone(outbox: Outbox):
    outbox.put(MESSAGE)
    assert outbox.deliver(Post("WEB")) == ["WEB: unreachable"]
    assert outbox.messages() == [replace(MESSAGE, to=("WEB",))]
    post = Post()
    assert outbox.deliver(post) == []
    assert post.delivered == [("WEB", "Town", "GDP: 70 %")]


def test_files_that_are_hidden_or_damaged_are_no_messages(outbox: Outbox):
    outbox.put(MESSAGE)
    (outbox.folder / ".half-written.json").write_text("{", encoding="utf-8")
    (outbox.folder / "damaged.json").write_text("{", encoding="utf-8")
    assert outbox.messages() == [MESSAGE]


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "\ud800"])
def test_a_file_that_holds_no_whole_object_counts_as_empty(tmp_path: Path, text: str):
    path = tmp_path / "told.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert read_json(path) == {}


def test_a_file_that_is_not_there_counts_as_empty(tmp_path: Path):
    assert read_json(tmp_path / "told.json") == {}


def test_what_is_written_is_read_again_and_can_be_read_by_people(tmp_path: Path):
    path = tmp_path / "told.json"
    write_json(path, {"b": 1, "a": "某镇"})
    assert read_json(path) == {"a": "某镇", "b": 1}
    assert path.read_text(encoding="utf-8") == '{\n "a": "某镇",\n "b": 1\n}'


def test_a_silent_server_holds_up_neither_the_others_nor_the_run_for_long(outbox: Outbox):
    """The address of MAIL never answers; that of WEB has the message, MAIL gets it later."""
    outbox.put(MESSAGE)
    answered, post = threading.Event(), Post()

    def send(name: str, title: str, body: str) -> str | None:
        if name == "MAIL":
            answered.wait()
        return post(name, title, body)

    assert outbox.deliver(send, seconds=0.2) == ["MAIL: no answer within 0.2 s"]
    assert [name for name, *_ in post.delivered] == ["WEB"]
    assert outbox.messages() == [replace(MESSAGE, to=("MAIL",))]
    answered.set()


def test_what_could_not_be_stored_is_sent_all_the_same(tmp_path: Path):
    (tmp_path / "outbox").write_text("a file where a folder should be", encoding="utf-8")
    post = Post("WEB")
    problems = Outbox(tmp_path / "outbox").deliver(post, unstored=[MESSAGE])
    assert problems == ["WEB: unreachable"]
    assert post.delivered == [("MAIL", "Town", "GDP: 70 %")]


def test_pages_go_along_and_nothing_else_of_the_machine(outbox: Outbox, tmp_path: Path):
    reports = tmp_path / "reports"
    (reports / "town").mkdir(parents=True)
    page, ledger = reports / "town" / "bulletin.html", reports / "ledger.jsonl"
    for path in (page, ledger, tmp_path / "other.html"):
        path.write_text("x", encoding="utf-8")
    named = ("town/bulletin.html", "ledger.jsonl", "../other.html", str(tmp_path / "other.html"))
    outbox.put(replace(MESSAGE, attachments=named))
    sent: list[tuple[object, ...]] = []
    outbox.deliver(lambda *words: sent.append(words), reports=reports)
    assert {words[3:] for words in sent} == {(page.resolve(),)}


def test_whatever_sending_raises_names_its_class_and_never_an_address(outbox: Outbox):
    outbox.put(replace(MESSAGE, to=("MAIL",)))

    def send(*_: object) -> str | None:
        raise OSError("mailto://user:s3cret@host")

    assert outbox.deliver(send) == ["MAIL: not delivered: OSError"]
