"""Units of amounts, and the rules that turn a number in one of them into a number in another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import AllowInfNan, ConfigDict, Field

from forecast.base.errors import UnreadableCell
from forecast.importing.cells import half_width, plain

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
    if name == plain(unit):
        return UnitRule(unit)
    if "、" in name:
        raise UnreadableCell(name, "are several units; allowed: one, at the row or the column")
    if (power := _power_between(name, unit)) is not None:
        return UnitRule(unit, Decimal(1).scaleb(power))
    if is_index_unit(name) and is_index_unit(unit) and _bases_agree(name, unit):
        return UnitRule(unit)
    rule = RULES.get(name)
    if rule is not None and (rule.unit == unit or {rule.unit, unit} <= set(MONEY)):
        return rule
    raise UnreadableCell(
        name, f"is a unit that no rule converts into {unit!r}; allowed: a rule for it under [units]"
    )


_CURRENCY_WORDS = {
    "eur": "eur euro euros €", "usd": "usd dollar dollars $ us$ 美元", "jpy": "jpy yen ¥",
    "gbp": "gbp £ pound pounds sterling", "cny": "cny rmb yuan renminbi 元 人民币",
    "brl": "brl r$ reais real", "inr": "inr rupee rupees rs", "chf": "chf franken francs",
    "hkd": "hkd hk$", "krw": "krw won", "aud": "aud a$", "cad": "cad c$",
}  # fmt: skip
_CURRENCY = {w: currency for currency, words in _CURRENCY_WORDS.items() for w in words.split()}
_POWER_WORDS = {
    3: "thousand thousands ths tsd 千", 4: "万", 5: "lakh lakhs", 7: "crore crores 千万",
    6: "million millions mio mill mil mn m mln 百万", 8: "100m 亿",
    9: "billion billions bn bil bln mrd milliard", 12: "trillion trillions tn tril",
}  # fmt: skip
_POWER = {word: power for power, words in _POWER_WORDS.items() for word in words.split()}
_TOKEN = re.compile(r"10\^-?\d+|[a-z]*\$|[€£¥]|\d+[a-z]+|[^\W\d_]+|\d+")
_FILLERS = frozenset(("of", "in", "us", "s", "cp", "current", "prices"))
_CODE_OF_MILLIONS = re.compile(r"\bm(?=eur\b)")  # CP_MEUR of Eurostat
_INDEX = re.compile(r"index|指数|inx|(?:19|20)\d\d=100|\bi\d\d\b")
_BASE = re.compile(r"(?:19|20)\d\d(?==100)")


def money_of(unit: str) -> tuple[str, int] | None:
    """Return currency and power of ten of a unit of money in words, None for other texts."""
    currency: str | None = None
    power = 0
    words = half_width(unit).replace(",", "").replace("_", " ")
    for token in _TOKEN.findall(_CODE_OF_MILLIONS.sub("million ", words)):
        if token in _CURRENCY and currency is None:
            currency = _CURRENCY[token]
        elif token in _POWER:
            power += _POWER[token]
        elif token.startswith("10^"):
            power += int(token[3:])
        elif re.fullmatch(r"10*", token):
            power += len(token) - 1
        elif token not in _FILLERS:
            return None
    return None if currency is None else (currency, power)


def money_phrases(units: Iterable[str]) -> dict[str, str]:
    """Return, by their plain spelling, the units of money in the currencies of some units."""
    currencies = {money[0] for money in map(money_of, units) if money is not None}
    return {
        plain(phrase): f"{currency} 10^{power}"
        for word, currency in _CURRENCY.items()
        if currency in currencies and (word.isascii() or word in "€£")
        for power_word, power in _POWER.items()
        if power_word.isascii()
        for phrase in (f"{word}{power_word}", f"{power_word}{word}", f"{power_word}of{word}")
        if len(phrase) > 3 or not phrase.isascii()
    }


def is_index_unit(unit: str) -> bool:
    """Whether a unit is that of an index: index, 2015=100, I15."""
    return _INDEX.search(half_width(unit)) is not None


def _bases_agree(one: str, other: str) -> bool:
    bases = [match[0] for match in (_BASE.search(plain(one)), _BASE.search(plain(other))) if match]
    return len(set(bases)) < 2


def _power_between(name: str, unit: str) -> int | None:
    """Return the power of ten that leads from a unit to another of the same currency."""
    own, other = money_of(name), money_of(unit)
    return own[1] - other[1] if own and other and own[0] == other[0] else None
