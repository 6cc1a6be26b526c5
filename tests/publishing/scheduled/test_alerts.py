"""Who asked is told what moved, once, and no address shows anywhere."""

import hashlib
import json
import logging
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler

from forecast.archive.archive import NextRelease
from forecast.base.errors import ContractError
from forecast.base.months import month
from forecast.base.series import Names, Series
from forecast.outlook.attainment import Probability
from forecast.publishing.scheduled.alerts import (
    Alert,
    Seen,
    Standing,
    read_alerts,
    send_alerts,
    update,
)
from forecast.publishing.scheduled.outbox import send
from forecast.report.lights import LAMPS, lamp
from forecast.report.result import read_result
from forecast.report.value import Report
from forecast.verification.outturn import Outturn
from town import DAYS, HEADER, NOW, TARGETS, call, did

SECRET = "s3cr3t-t0ken"
ALERT = Alert(to=("ALERT_MAIL",))
FROZEN = read_result(Path(__file__).parents[2] / "golden" / "result.json")


class Shown(NamedTuple):
    """What a report shows of GDP: a colour or what came of the target, and a probability."""

    light: str
    probability: float
    months_known: int = 9


GDP = Shown("green", 0.70)


def report(shown: Shown) -> Report:
    """Return the frozen report as one of a town that shows this of GDP."""
    frozen = FROZEN.indicators[0]
    assert frozen.attainment is not None
    probability = Probability(shown.probability)
    one = replace(
        frozen,
        name=Names("GDP", "地区生产总值"),
        months_known=shown.months_known,
        attainment=replace(frozen.attainment, light=shown.light, probability=probability),
    )
    if shown.light in ("attained", "missed"):
        outturn = Outturn(
            growth_pct=7.0, released_on=date(2019, 1, 20), status="final", source="simulated",
            attained=shown.light == "attained",
        )  # fmt: skip
        one = replace(one, attainment=None, outturn=outturn)
    return replace(
        FROZEN,
        area="town",
        area_name=Names("Town", "某镇"),
        year=2018,
        as_of=date(2018, 11, 30),
        indicators=[one],
    )


STANDING = Standing(report=report(GDP), page="town/2018/2018-11-30/attainment.html")
LATE = NextRelease(Series("town", "gdp"), month(2018, 9), date(2018, 10, 20))
REPORTS = Path("reports")


def seen(shown: Shown, **more: Any) -> Seen:
    standing = replace(STANDING, report=report(shown))
    return Seen(standing=[standing], day=date(2018, 11, 30), **more)


def told_after(alert: Alert, *found: Seen) -> list[list[str]]:
    """Return the lines of each of several runs."""
    lines, told = [], None
    for one in found:
        said = update(alert, one, told, REPORTS)
        lines.append(said.lines)
        told = json.loads(json.dumps(said.memory))
    return lines


def test_the_first_run_is_where_it_begins():
    assert told_after(ALERT, seen(GDP), seen(GDP)) == [[], []]


def test_a_light_that_changes_is_told_once_with_the_link():
    yellow = GDP._replace(light="yellow", probability=0.65)
    alert = replace(ALERT, link="https://example.org/r/")
    assert told_after(alert, seen(GDP), seen(yellow), seen(yellow)) == [
        [],
        [
            "Town 2018, as of 2018-11-30",
            "GDP: probability 70\N{NO-BREAK SPACE}% → 65\N{NO-BREAK SPACE}% "
            "(\N{MINUS SIGN}5 points), light green → yellow",
            "https://example.org/r/town/2018/2018-11-30/attainment.html",
        ],
        [],
    ]


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (Shown("green", 0.60), "GDP: probability 70 % → 60 % (−10 points), light still green"),
        (Shown("yellow", 0.70), "GDP: probability 70 %, light green → yellow"),
        (Shown("red", 0.69), "GDP: probability 70 % → 69 % (−1 point), light green → red"),
    ],
)
def test_what_did_not_change_is_not_said_to_have_changed(later: Shown, words: str):
    (_, lines) = told_after(ALERT, seen(GDP), seen(later))
    assert lines[1].replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_message_of_several_lines_has_a_title_of_one(tmp_path: Path):
    titles: list[str] = []
    failed = Seen(failed=[("", "2 faults in the data\nfigures/a.csv:1: bad")])
    send_alerts([ALERT], failed, tmp_path, lambda _, title, __: titles.append(title))
    assert titles == ["Growth targets: Report not made: 2 faults in the data"]


def test_every_message_ends_with_the_newest_hash_of_the_ledger(tmp_path: Path):
    bodies: list[str] = []
    found = Seen(failed=[("", "bad")], head="ab" * 32)
    send_alerts([ALERT], found, tmp_path, lambda _, __, body: bodies.append(body))
    assert bodies[0].splitlines()[-1] == "Newest hash of the ledger: " + "ab" * 32


@pytest.mark.parametrize(
    ("attach", "lang", "name"),
    [
        ("page", "en", "attainment.html"),
        ("bulletin", "zh", "bulletin.zh.pdf"),
        ("bulletin", "en", "attainment.html"),
        ("nothing", "en", None),
        ("docx", "zh", "bulletin.zh.docx"),
        ("docx", "en", "attainment.docx"),
    ],
)
def test_the_page_or_the_bulletin_goes_along(
    tmp_path: Path, attach: Any, lang: str, name: str | None
):
    place = tmp_path / "town" / "2018" / "2018-11-30"
    place.mkdir(parents=True)
    documents = ("attainment.docx", "bulletin.zh.docx")
    for file in ("attainment.html", "bulletin.zh.html", "bulletin.zh.pdf", *documents):
        (place / file).write_text("x", encoding="utf-8")
    attached: list[tuple[Path, ...]] = []
    for found in MOVED:
        send_alerts(
            [replace(ALERT, attach=attach, lang=lang)], found, tmp_path,
            lambda _, __, ___, *paths: attached.append(paths),
        )  # fmt: skip
    expected = () if name is None else ((place / name).resolve(),)
    assert attached == [expected]


def test_an_alert_of_an_older_version_keeps_its_memory():
    """Its key is the hash of what it asked for before anything could be attached."""
    shown = (
        "Alert(to=('ALERT_MAIL',), rules=('light_changed', 'probability_moved', 'data_overdue', "
        "'run_failed'), area=None, points=5.0, grace_days=0, link='', lang='en')"
    )
    assert ALERT.id == hashlib.sha256(shown.encode()).hexdigest()[:12]
    assert replace(ALERT, attach="page").id != ALERT.id


def test_it_speaks_chinese():
    lines = told_after(replace(ALERT, lang="zh"), seen(GDP), seen(GDP._replace(light="yellow")))
    assert lines[1][0] == "某镇2018年，截至2018-11-30"
    assert "地区生产总值" in lines[1][1]
    assert "绿灯 → 黄灯" in lines[1][1]


def test_a_probability_that_creeps_is_told_once_it_has_moved_enough():
    creeping = [seen(GDP._replace(probability=0.70 + 0.02 * step)) for step in range(7)]
    told = [bool(lines) for lines in told_after(ALERT, *creeping)]
    assert told == [False, False, False, True, False, False, True]


def test_a_probability_that_moves_by_exactly_the_points_is_not_told():
    """From 0.25 to 0.375 are 12.5 points: in binary, too."""
    quarter = GDP._replace(probability=0.25)
    for end, points in ((0.375, 12.5), (0.125, 12.5)):
        moved = GDP._replace(probability=end)
        alert = replace(ALERT, points=points)
        assert told_after(alert, seen(quarter), seen(moved)) == [[], []]
        (_, lines) = told_after(replace(alert, points=12.4), seen(quarter), seen(moved))
        assert len(lines) == 3


def test_where_no_address_is_given_the_folder_of_reports_stands_before_the_page():
    (_, lines) = told_after(ALERT, seen(GDP), seen(GDP._replace(light="red")))
    assert lines[-1] == "reports/town/2018/2018-11-30/attainment.html"


def test_an_indicator_without_a_target_or_a_forecast_is_not_told_of():
    (one,) = report(GDP).indicators
    for changes in ({"target": None}, {"attainment": None}):
        silent = replace(report(GDP), indicators=[replace(one, **changes)])
        standing = replace(STANDING, report=silent)
        alert = replace(ALERT, points=0.0)
        moved = seen(Shown("red", 0.1))
        assert told_after(alert, moved, Seen(standing=[standing])) == [[], []]
        assert standing.open_targets == []


@pytest.mark.parametrize("light", ["green", "yellow", "red"])
def test_figures_are_awaited_of_a_target_that_is_open(light: str):
    assert replace(STANDING, report=report(Shown(light, 0.5))).open_targets == ["gdp"]


@pytest.mark.parametrize("light", ["attained", "missed"])
def test_no_figures_are_awaited_of_a_target_that_is_settled(light: str):
    assert replace(STANDING, report=report(Shown(light, 0.5))).open_targets == []


def test_a_yellow_light_without_figures_is_told_as_on_the_page():
    blind, yellow = Shown("yellow", 0.5, months_known=0), Shown("yellow", 0.5)
    (_, lines) = told_after(ALERT, seen(blind), seen(yellow))
    assert lines[1].endswith("light no figures → yellow")


@pytest.mark.parametrize("light", ["green", "yellow", "red"])
@pytest.mark.parametrize("months_known", [0, 9])
def test_what_was_seen_is_remembered_from_one_process_to_the_next_whatever_the_lamp(
    tmp_path: Path, light: str, months_known: int
):
    """The memory of a hollow lamp was once taken for none, and with it that of all targets."""
    titles: list[str] = []
    for probability in (0.70, 0.50):
        shown = seen(Shown(light, probability, months_known))
        send_alerts([ALERT], shown, tmp_path, lambda _, title, __: titles.append(title))
    assert titles == ["Growth targets: Town 2018, as of 2018-11-30"]


def test_lamps_are_all_that_a_light_can_become():
    every = {lamp(light, months) for light in ("green", "yellow", "red") for months in (0, 9)}
    assert set(LAMPS) == every | {"attained", "missed", "none"}


@pytest.mark.parametrize(
    ("light", "words"),
    [
        ("attained", "70 % → > 99 % (+30 points), light green → attained"),
        ("missed", "70 % → < 1 % (−70 points), light green → missed"),
    ],
)
def test_what_came_of_a_target_is_told(light: str, words: str):
    (_, lines) = told_after(ALERT, seen(GDP), seen(GDP._replace(light=light)))
    assert lines[1].replace("\N{NO-BREAK SPACE}", " ") == f"GDP: probability {words}"


def test_a_rule_that_is_not_asked_for_tells_nothing():
    moved = GDP._replace(probability=0.9)
    assert told_after(replace(ALERT, rules=("light_changed",)), seen(GDP), seen(moved))[1] == []
    assert told_after(replace(ALERT, area="city"), seen(GDP), seen(moved))[1] == []


def test_overdue_figures_are_told_once_until_they_come_and_are_late_again():
    late, there = seen(GDP, overdue=[LATE]), seen(GDP, overdue=[])
    lines = told_after(ALERT, late, late, Seen(failed=[("", "bad")]), late, there, late)
    said = ["Overdue: town/gdp to 2018-09, usually out on 2018-10-20"]
    assert lines == [said, [], ["Report not made: bad"], [], [], said]
    assert told_after(replace(ALERT, grace_days=41), late) == [[]]
    assert told_after(replace(ALERT, grace_days=40), late) == [said]


def test_figures_and_failures_of_another_area_are_not_told():
    other = Seen(overdue=[LATE], day=date(2018, 11, 30), failed=[("town", "spoilt")])
    assert told_after(replace(ALERT, area="city"), other) == [[]]
    assert len(told_after(replace(ALERT, area="town"), other)[0]) == 2
    everywhere = Seen(failed=[("", "no disk")])
    assert told_after(replace(ALERT, area="city"), everywhere) == [["Report not made: no disk"]]
    assert told_after(replace(ALERT, rules=("light_changed",)), other) == [[]]


def test_a_title_is_cut_at_120_characters(tmp_path: Path):
    names = Names("T" * 200, "某镇")
    titles: list[str] = []

    def keep(_: str, title: str, body: str) -> None:
        titles.append(title)

    for light in ("green", "red"):
        named = replace(report(GDP._replace(light=light)), area_name=names)
        standing = replace(STANDING, report=named)
        assert send_alerts([ALERT], Seen(standing=[standing]), tmp_path, keep) == []
    assert titles == ["Growth targets: " + "T" * 104]


def test_a_failure_is_told_once_and_again_after_it_was_mended():
    failed, fine = seen(GDP, failed=[("town", "town 2018: spoilt")]), seen(GDP)
    lines = told_after(ALERT, failed, failed, fine, failed)
    assert [bool(said) for said in lines] == [True, False, False, True]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (f'to = "mailto://u:{SECRET}@h"', ":1: to: Input should be a valid tuple"),
        (f'to = ["mailto://u:{SECRET}@h"]', ":1: to: allowed: names of environment variables"),
        (f'to = ["A"]\nurl = "mailto://u:{SECRET}@h"', ":1: unknown key 'url'"),
        ("to = []", ":1: to: allowed: names of environment variables"),
        ('to = ["A"]\nrules = ["rain"]', ":1: rules.0: Input should be 'light_changed'"),
        ('to = ["A"]\nrules = []', r":1: rules \[\]; allowed: one or more of light_changed"),
        ('to = ["A"]\npoints = -1.0', ":1: points -1, grace_days 0; allowed: zero or more"),
        ('to = ["A"]\nlang = "fr"', ":1: lang 'fr'; allowed: en, zh"),
    ],
)
def test_a_fault_is_named_without_what_may_be_an_address(tmp_path: Path, entry: str, message: str):
    (tmp_path / "alerts.toml").write_text(f"[[alert]]\n{entry}\n", encoding="utf-8")
    with pytest.raises(ContractError, match=f"alerts.toml{message}") as fault:
        read_alerts(tmp_path)
    assert SECRET not in str(fault.value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mails(MailHandler):
    """Keeps what a mail server was given."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.kept.append(message)


@pytest.fixture
def mail_server() -> Iterator[tuple[int, Mails]]:
    """Return the port of a mail server, and what it was given."""
    mails = Mails()
    server = Controller(mails, hostname="127.0.0.1", port=free_port())
    server.start()
    yield server.port, mails
    server.stop()


def mail_address(port: int) -> str:
    return f"mailto://127.0.0.1:{port}?from=forecast@example.org&to=chief@example.org&mode=insecure"


def words_of(mail: Any) -> str:
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    return parts[0].get_payload(decode=True).decode("utf-8")


MOVED = [seen(GDP), seen(GDP._replace(light="red", probability=0.1))]


def test_a_message_reaches_mail_and_web(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mail_server: tuple[int, Mails],
    web_server: tuple[int, list[tuple[str, bytes]]],
):
    monkeypatch.setenv("ALERT_MAIL", mail_address(mail_server[0]))
    monkeypatch.setenv("ALERT_WEB", f"json://127.0.0.1:{web_server[0]}/hook")
    alert = replace(ALERT, to=("ALERT_MAIL", "ALERT_WEB"))
    problems = [
        said for found in (*MOVED, MOVED[1]) for said in send_alerts([alert], found, tmp_path, send)
    ]
    assert problems == []
    (mail,), ((_, body),) = mail_server[1].kept, web_server[1]
    post = json.loads(body)
    assert mail["Subject"] == post["title"] == "Growth targets: Town 2018, as of 2018-11-30"
    for body in (words_of(mail), post["message"]):
        assert "light green → red" in body
        assert f"{tmp_path}/town/2018/2018-11-30/attainment.html" in body
    assert list((tmp_path / ".alerts" / "outbox").iterdir()) == []


def test_who_cannot_be_reached_is_told_at_a_later_run_and_nobody_twice(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mail_server: tuple[int, Mails],
    web_server: tuple[int, list[tuple[str, bytes]]],
):
    monkeypatch.setenv("ALERT_MAIL", mail_address(free_port()))
    monkeypatch.setenv("ALERT_WEB", f"json://127.0.0.1:{web_server[0]}/hook")
    alert = replace(ALERT, to=("ALERT_MAIL", "ALERT_WEB"))
    send_alerts([alert], MOVED[0], tmp_path, send)
    undelivered = ["ALERT_MAIL: not delivered: unreachable or refused"]
    assert send_alerts([alert], MOVED[1], tmp_path, send) == undelivered
    assert send_alerts([alert], MOVED[1], tmp_path, send) == undelivered
    monkeypatch.setenv("ALERT_MAIL", mail_address(mail_server[0]))
    assert send_alerts([alert], MOVED[1], tmp_path, send) == []
    assert len(mail_server[1].kept) == len(web_server[1]) == 1


def test_no_secret_shows_in_a_log_a_message_or_a_file(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    host = f"127.0.0.1:{free_port()}"
    addresses = {
        "ALERT_MAIL": f"mailto://chief:{SECRET}@{host}?from=a@example.org&to=b@example.org",
        "ALERT_WEB": f"json://chief:{SECRET}@{host}/{SECRET}?+token={SECRET}",
        "ALERT_ODD": f"nosuch://{SECRET}@{host}",
        "ALERT_TORN": f"json://[{SECRET}",
    }
    for name, address in addresses.items():
        monkeypatch.setenv(name, address)
    alert = replace(ALERT, to=(*addresses, "ALERT_UNSET"))
    send_alerts([alert], MOVED[0], tmp_path, send)
    problems = send_alerts([alert], MOVED[1], tmp_path, send)
    assert [said.split(":")[0] for said in problems] == [*addresses, "ALERT_UNSET"]
    assert problems[-1] == "ALERT_UNSET: the environment variable is not set"
    written = [p.read_text(encoding="utf-8") for p in tmp_path.rglob("*") if p.is_file()]
    out, err = capfd.readouterr()
    assert len(written) == 2
    for said in (*problems, *written, caplog.text, out, err):
        assert SECRET not in said


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALERT_MAIL", f"json://{SECRET}@127.0.0.1")
    monkeypatch.setitem(sys.modules, "apprise", None)
    said = send("ALERT_MAIL", "title", "body")
    assert said == "apprise is not installed; pip install growth-target-forecast[alerts]"


@pytest.mark.slow
def test_a_row_that_moves_a_light_is_told_and_the_report_stands_whoever_is_reached(
    town: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mail_server: tuple[int, Mails],
):
    monkeypatch.setenv("ALERT_MAIL", mail_address(free_port()))
    data, reports = shutil.copytree(town, tmp_path / "data"), tmp_path / "reports"
    late = TARGETS.replace("announced_on = 2018-02-10", "announced_on = 2018-11-10")
    (data / "targets.toml").write_text(late, encoding="utf-8")
    (data / "alerts.toml").write_text('[[alert]]\nto = ["ALERT_MAIL"]\n', encoding="utf-8")
    first = call(data, reports)
    assert (first.exit_code, did(first)) == (0, [(day, "made") for day in DAYS[-2:]])
    row = "town,gdp,2018-01,2018-11,growth_pct,12.0,2018-12-20"
    (data / "figures" / "late.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    said = call(data, reports)
    assert said.exit_code == 5
    assert did(said)[-1] == ("2018-12-31", "remade")
    assert "an alert is kept for the next run: ALERT_MAIL: not delivered" in said.stderr
    monkeypatch.setenv("ALERT_MAIL", mail_address(mail_server[0]))
    assert call(data, reports, NOW, "--quiet").exit_code == 0
    (mail,) = mail_server[1].kept
    assert "GDP: probability" in words_of(mail)
    (data / "figures" / "late.csv").write_text("bad", encoding="utf-8")
    assert call(data, reports).exit_code == 2
    assert "Report not made" in words_of(mail_server[1].kept[1])


def test_a_target_that_turns_red_asks_once_who_answers_for_it():
    red = Shown("red", 0.2)
    first, turned, moved = told_after(ALERT, seen(GDP), seen(red), seen(Shown("red", 0.1)))
    asked = "GDP is red and asks who answers for it and what is done: forecast answer"
    assert (asked in first, asked in turned, asked in moved) == (False, True, False)
    answered = report(red)
    (one,) = answered.indicators
    target = replace(one.target, owner="Commerce", action="vouchers")
    standing = replace(STANDING, report=replace(answered, indicators=[replace(one, target=target)]))
    later = Seen(standing=[standing], day=date(2018, 11, 30))
    assert asked not in told_after(ALERT, seen(GDP), later)[1]
