"""Who is told of what, as `alerts.toml` has it."""

import re
from pathlib import Path

import pytest

from forecast.base.errors import ContractError
from forecast.publishing.scheduled.alerts import Alert, read_alerts


def read(folder: Path, text: str) -> tuple[Alert, ...]:
    (folder / "alerts.toml").write_text(text, encoding="utf-8")
    return read_alerts(folder)


def test_without_a_file_nobody_is_told(tmp_path: Path):
    assert read_alerts(tmp_path) == ()


def test_an_alert_asks_for_every_rule_in_every_area_unless_it_says_otherwise(tmp_path: Path):
    (alert,) = read(tmp_path, '[[alert]]\nto = ["MAIL"]\n')
    assert alert.to == ("MAIL",)
    rules = ("light_changed", "probability_moved", "data_overdue", "run_failed")
    assert alert.rules == rules
    assert (alert.area, alert.points, alert.grace_days) == (None, 5.0, 0)
    assert (alert.link, alert.lang) == ("", "en")


def test_alerts_are_read_in_the_order_of_the_file(tmp_path: Path):
    first, second = read(
        tmp_path,
        '[[alert]]\nto = ["MAIL", "WEB_2"]\nrules = ["run_failed"]\narea = "futian"\n'
        'points = 0.0\ngrace_days = 0\nlink = "https://example.org"\nlang = "zh"\n'
        '[[alert]]\nto = ["_A"]\npoints = 0.5\ngrace_days = 3\n',
    )
    assert (first.to, first.rules, first.area) == (("MAIL", "WEB_2"), ("run_failed",), "futian")
    assert (first.points, first.grace_days, first.lang) == (0.0, 0, "zh")
    assert first.link == "https://example.org"
    assert (second.to, second.points, second.grace_days) == (("_A",), 0.5, 3)


def test_every_fault_is_named_with_its_line(tmp_path: Path):
    text = (
        '[[alert]]\nto = ["MAIL"]\npoints = -0.5\n'
        '[[alert]]\nto = ["mail"]\nlang = "fr"\n'
        '[[alert]]\nto = ["MAIL", "@"]\nrules = []\ngrace_days = -1\n'
    )
    with pytest.raises(ContractError) as error:
        read(tmp_path, text)
    assert [(fault.line, fault.message) for fault in error.value.faults] == [
        (1, "points -0.5, grace_days 0; allowed: zero or more"),
        (4, "to: allowed: names of environment variables, in capitals; never an address itself"),
        (4, "lang 'fr'; allowed: en, zh"),
        (7, "to: allowed: names of environment variables, in capitals; never an address itself"),
        (
            7,
            "rules []; allowed: one or more of "
            "light_changed, probability_moved, data_overdue, run_failed",
        ),
        (7, "points 5, grace_days -1; allowed: zero or more"),
    ]


def test_a_wrong_type_is_named_without_the_value(tmp_path: Path):
    with pytest.raises(ContractError) as error:
        read(tmp_path, '[[alert]]\nto = "mailto://a:b@c"\npoints = "a lot"\n')
    assert [fault.message for fault in error.value.faults] == [
        "to: Input should be a valid tuple",
        "points: Input should be a valid number",
    ]


def test_what_was_told_is_kept_by_what_an_alert_asks_for():
    plain = Alert(to=("MAIL",))
    assert re.fullmatch("[0-9a-f]{12}", plain.id)
    assert plain.id == Alert(to=("MAIL",)).id
    assert plain.id != Alert(to=("MAIL",), points=4.0).id
