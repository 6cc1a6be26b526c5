from decimal import Decimal

import pytest

from forecast.base.errors import UnreadableCell
from forecast.importing.units import UnitRule, unit_rule


@pytest.mark.parametrize(
    ("name", "unit", "value", "level"),
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
def test_known_units_by_the_power_of_ten_between_them(name, unit, value, level):
    rule = unit_rule(name, unit, {})
    assert (rule.unit, Decimal(value) * rule.times) == (unit, Decimal(level))


def test_yuan_and_dollars_stay_what_they_are():
    assert unit_rule("亿元", "usd_100m", {}).unit == "cny_100m"
    assert unit_rule("万美元", "cny_100m", {}) == UnitRule("usd_100m", Decimal("1e-4"))


def test_a_declared_rule():
    declared = {"万件": UnitRule("patents", Decimal(10000))}
    assert unit_rule("万件", "patents", declared).times == 10000


@pytest.mark.parametrize(
    ("name", "unit"),
    [("万吨", "tonnes"), ("亿元", "kwh_100m"), ("亿元", "patents"), ("万元", "cny_10k")],
)
def test_what_no_rule_converts_is_refused(name, unit):
    with pytest.raises(
        UnreadableCell, match=f"'{name}' is a unit that no rule converts into '{unit}'"
    ):
        unit_rule(name, unit, {})
