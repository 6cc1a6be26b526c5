from decimal import Decimal

import pytest

from forecast.base.errors import UnreadableCell
from forecast.importing.units import Rule, rule_of


@pytest.mark.parametrize(
    ("said", "unit", "value", "level"),
    [
        ("亿元", "cny_100m", "882.78", "882.78"),
        ("万元", "cny_100m", "8827800", "882.78"),
        ("千元", "cny_100m", "88278000", "882.78"),
        ("元", "cny_100m", "88278000000", "882.78"),
        ("百万元", "cny_100m", "88278", "882.78"),
        ("亿美元", "usd_100m", "45.6", "45.6"),
        ("万美元", "usd_100m", "456000", "45.6"),
        ("万千瓦时", "kwh_100m", "123456", "12.3456"),
        ("亿度", "kwh_100m", "12.3", "12.3"),
        ("patents", "patents", "12", "12"),
    ],
)
def test_known_units_by_the_power_of_ten_between_them(said, unit, value, level):
    rule = rule_of(said, unit, {})
    assert (rule.unit, Decimal(value) * rule.times) == (unit, Decimal(level))


def test_yuan_and_dollars_stay_what_they_are():
    assert rule_of("亿元", "usd_100m", {}).unit == "cny_100m"
    assert rule_of("万美元", "cny_100m", {}) == Rule("usd_100m", Decimal("1e-4"))


def test_a_declared_rule():
    assert rule_of("万件", "patents", {"万件": Rule("patents", Decimal(10000))}).times == 10000


@pytest.mark.parametrize(
    ("said", "unit"),
    [("万吨", "tonnes"), ("亿元", "kwh_100m"), ("亿元", "patents"), ("万元", "cny_10k")],
)
def test_what_no_rule_turns_is_refused(said, unit):
    with pytest.raises(
        UnreadableCell, match=f"'{said}' is a unit that no rule turns into '{unit}'"
    ):
        rule_of(said, unit, {})
