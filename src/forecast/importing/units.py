"""Units as offices write them, and the rules that convert them into those of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import AllowInfNan, ConfigDict, Field

from forecast.base.errors import UnreadableCell

PER_CENT = "pct"
PER_CENT_WORDS = ("%", "百分比", "pct", "percent")
MONEY = ("cny_100m", "usd_100m")
# Alone these words name what is counted but not how many: 人民币 beside 亿元.
CURRENCIES = {"人民币": "cny_100m", "美元": "usd_100m"}


@dataclass(frozen=True, slots=True)
class UnitRule:
    """A number in the unit that the file names, times `times`, is a number in `unit`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    unit: str
    times: Annotated[Decimal, Field(gt=0, lt=10**15), AllowInfNan(False)] = Decimal(1)


_POWERS = {"": -8, "千": -5, "万": -4, "百万": -2, "千万": -1, "亿": 0}
_BASES = {
    "cny_100m": ("元", "元人民币", "人民币"),
    "usd_100m": ("美元",),
    "kwh_100m": ("千瓦时", "度", "kwh"),
}
RULES: Mapping[str, UnitRule] = {
    size + base: UnitRule(unit, Decimal(1).scaleb(power))
    for unit, bases in _BASES.items()
    for base in bases
    for size, power in _POWERS.items()
    if size + base not in CURRENCIES
} | {unit: UnitRule(unit) for unit in _BASES}


def unit_rule(name: str, unit: str, declared: Mapping[str, UnitRule]) -> UnitRule:
    """Return the rule that converts a unit, named in plain spelling, into the figures' unit.

    `unit` is the indicator's own. Yuan and dollars stay what they are, whichever of them the
    indicator has, since no rule knows the exchange rate. Raise UnreadableCell where there is none.
    """
    if name in declared:
        return declared[name]
    if name == unit.casefold():
        return UnitRule(unit)
    if "、" in name:
        raise UnreadableCell(name, "are several units; allowed: one, at the row or the column")
    rule = RULES.get(name)
    if rule is not None and (rule.unit == unit or {rule.unit, unit} <= set(MONEY)):
        return rule
    raise UnreadableCell(
        name, f"is a unit that no rule converts into {unit!r}; allowed: a rule for it under [units]"
    )
