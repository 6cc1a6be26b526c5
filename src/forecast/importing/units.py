"""Units as offices write them, and the rules that turn them into those of the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from forecast.base.errors import UnreadableCell

PER_CENT = "pct"


@dataclass(frozen=True, slots=True)
class Rule:
    """A number in the unit said, times `times`, is a number in `unit`."""

    unit: str
    times: Decimal = Decimal(1)


_SIZES = {"": -8, "千": -5, "万": -4, "百万": -2, "千万": -1, "亿": 0}
_BASES = {
    "cny_100m": ("元", "元人民币", "人民币"),
    "usd_100m": ("美元",),
    "kwh_100m": ("千瓦时", "度", "kwh"),
}
MONEY = ("cny_100m", "usd_100m")
# Alone these words say in what is counted, and not by how many: 人民币 beside 亿元.
CURRENCIES = {"人民币": "cny_100m", "美元": "usd_100m"}
RULES: Mapping[str, Rule] = {
    size + base: Rule(unit, Decimal(1).scaleb(power))
    for unit, bases in _BASES.items()
    for base in bases
    for size, power in _SIZES.items()
    if size + base not in CURRENCIES
} | {unit: Rule(unit) for unit in _BASES}
PER_CENT_SAID = ("%", "百分比", "pct", "percent")


def rule_of(said: str, unit: str, declared: Mapping[str, Rule]) -> Rule:
    """Return the rule that turns a unit in plain spelling into the figures' unit.

    `unit` is the indicator's own. Yuan and dollars stay what they are, whichever of them the
    indicator has, since no rule knows the rate. Raise UnreadableCell where there is no rule.
    """
    if said in declared:
        return declared[said]
    if said == unit.casefold():
        return Rule(unit)
    if "、" in said:
        raise UnreadableCell(said, "are several units; allowed: one, at the row or the column")
    found = RULES.get(said)
    if found is not None and (found.unit == unit or {found.unit, unit} <= set(MONEY)):
        return found
    raise UnreadableCell(
        said, f"is a unit that no rule turns into {unit!r}; allowed: a rule of it under [units]"
    )
