"""What the words of a header or a label say: indicator, area, months, measure, unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from forecast.archive.registry import Registry
from forecast.base.errors import UnreadableCell
from forecast.importing.spans import SpanSaid, span_said
from forecast.importing.spelling import plain
from forecast.importing.units import CURRENCIES, PER_CENT_SAID, RULES, Rule

# An index of which last year's is 100; a change of which `%` has to say that it is growth.
Measure = Literal["level", "growth_pct", "index", "change"]
OF_GROWTH = ("growth_pct", "index", "change")
Role = Literal["label", "year", "month", "value", "status", "released_on", "skip"]


@dataclass(frozen=True, slots=True)
class Said:
    """What words say of the figures that they stand at; `unknown` are those not understood."""

    indicator: str | None = None
    area: str | None = None
    time: SpanSaid = field(default_factory=SpanSaid)
    measure: Measure | None = None
    unit: str | None = None
    is_per_cent: bool = False
    is_real: bool = False  # at the prices of another year
    is_skipped: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether no word was understood."""
        return replace(self, unknown=()) == Said()

    @property
    def kinds(self) -> frozenset[str]:
        """Which of the things that place a figure are said."""
        found: Mapping[str, object] = {
            "area": self.area,
            "indicator": self.indicator,
            "year": self.time.year,
            "months": self.time.months,
        }
        return frozenset(what for what, said in found.items() if said is not None)

    def check_growth(self, text: str) -> None:
        """Raise UnreadableCell where words that say growth say the unit of an amount too."""
        if self.measure in OF_GROWTH and self.unit and not self.is_per_cent:
            raise UnreadableCell(text, f"says growth in {self.unit}; growth is in per cent")

    def over(self, other: Said) -> Said:
        """Return what this says, and where it is silent what the other does."""
        return Said(
            self.indicator or other.indicator,
            self.area or other.area,
            self.time.over(other.time),
            self.measure or other.measure,
            self.unit or other.unit,
            self.is_per_cent or other.is_per_cent,
            self.is_real or other.is_real,
            self.is_skipped or other.is_skipped,
            (*self.unknown, *other.unknown),
        )


_NAMES_OF_ROLES: Mapping[Role, str] = {
    "year": "年 年份 year",
    "month": "月 月份 month",
    "label": "指标 指标名称 项目 名称 indicator 地区 区域 区县 area region "
    "单位 计量单位 unit measure 口径 时间 期间 时期 日期 统计期 报告期 span period",
    "value": "数值 数据 值 value",
    "released_on": "发布日期 发布日 公布日期 released_on",
    "status": "status",
    "skip": "序号 备注 说明 skip",
}
ROLES: Mapping[str, Role] = {
    name: role for role, names in _NAMES_OF_ROLES.items() for name in names.split()
}
_THAN = [
    f"{than}{last}{same}" for than in "比较" for last in ("上年", "去年") for same in ("同期", "")
]
_GROWS = (
    "增长速度", "增长率", "增长幅度", "增长", "增速", "增幅", "增减幅度", "增减率", "上涨",
    "涨幅", "涨跌幅", "±%", "+-%", "(±%)", "(+-%)",
)  # fmt: skip
_GROWTH = (
    *(f"{than}{grows}" for than in (*_THAN, "同比", "") for grows in _GROWS),
    *("同比", "growth_pct", "growth", "yoy"),
)
_CHANGE = [f"{than}增减" for than in (*_THAN, "同比", "")]
_AMOUNTS = (
    "额", "数", "量", "值", "数额", "数量", "数值", "金额", "绝对额", "绝对值", "绝对量"
)  # fmt: skip
# 增长额, 增减（量）: by how much an amount changed is no figure.
_BY_HOW_MUCH = [
    f"{than}{changes}{amount}"
    for than in (*_THAN, "同比", "")
    for changes in ("增长", "增减", "上涨", "")
    if than or changes
    for what in _AMOUNTS
    for amount in (what, f"({what})")
]
_INDEX = [
    f"{to}{last}{same}{is_}100"
    for to in ("以", "")
    for last in ("上年", "去年")
    for same in ("同期", "同月", "")
    for is_ in ("=", "为")
]
_INDICES = ("指数", "同比指数", "价格指数")  # of what, only =100 tells
_LEVEL = ("绝对额", "绝对数", "绝对值", "绝对量", "总量", "金额", "完成额", "实绩", "level")
_NEUTRAL = frozenset((
    "值", "数", "量", "额", "数量", "数值", "数据", "value", "完成", "实际", "情况", "单位",
    "计量单位", "其中", "指标", "项目", "名称", "可比口径", "按可比口径",
))  # fmt: skip
_REAL = re.compile(
    r"按?(?:(?:19|20)\d\d年?)?(?:可比|不变)价格?(?:计算)?|扣除价格因素|实际(?=(?:[比较](?:上年|去年)(?:同期)?|同比)?(?:增|上涨|同比))"
)
_APART = r"_|()\[\]【】{},、:;/·~#\"“”'<>《》=.。%±+-"
_SEPARATORS, _APART_FROM_NAMES = re.compile(rf"[\0{_APART}]+"), re.compile(rf"[{_APART}]+")
_ENUMERATOR = re.compile(r"\(?([一二三四五六七八九十]{1,2}|\d{1,2})[).、:]")
_NAME = "\0"  # stands where an indicator was named
# What may stand at the name of an indicator in a title without making another one of it.
# No two parts may match the same letters, lest a long title take years.
_AT_NAMES = re.compile(
    "(?:[全我本各][省市县区]|各街道|各镇|主要)*"
    "(?:\0(?:[全我本各][省市县区]|各街道|各镇|主要|完成|统计|数据|情况|一览|汇总|对比|图|表|及|和|与|等"
    "|指标|的|分?月度?|季度|年度)*)+"
)
_NO_FIGURE = re.compile(
    "环比|人均|占比|比重|排名|排位|贡献|拉动|预计|预测|预期|增加额|(?:计划|目标)(?!(?:任务)?完成)"
    "|限额以上|限上|民间|民营|私营|国有|外资|上年同期|去年"
)
_OTHER_AREA = re.compile(
    r"[^\W\d全各分我本]{1,4}?(?<![全各分我本城园市地])(?:新区|区|县|镇|街道)(?!域|间)"
)
_OCTOBER = re.compile(r"(?:19|20)\d\d\.1")  # a number that lost its last digit
_DAY = re.compile(r"(?:19|20)\d\d(?:年\d{1,2}月\d{1,2}日|([-/.])\d{1,2}\1\d{1,2}(?![\d月]))")


def of_others(word: str) -> str:
    """Return what in a word that is not understood says that figures are of something else."""
    found = _NO_FIGURE.search(word) or _OTHER_AREA.search(word)
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The phrases that are understood, in plain spelling, and the units."""

    phrases: Mapping[str, Said]
    units: frozenset[str]
    read: dict[str, Said] = field(default_factory=dict, compare=False)  # labels repeat row by row

    def said(self, text: str) -> Said:
        """Return what a text says; raise UnreadableCell where it says two things of one kind."""
        if text not in self.read:
            if _OCTOBER.fullmatch(text.strip()):
                raise UnreadableCell(text, "may be January or October; allowed: 2018-01, 2018-10")
            found, twice, _ = self._said(text)
            for kind, (one, other) in twice.items():
                raise UnreadableCell(text, f"says both {one} and {other}; allowed: one {kind}")
            self.read[text] = found
        return self.read[text]

    def said_aside(self, text: str) -> Said:
        """Return what a title says; raise UnreadableCell where no figure is of what it is about.

        It is of no measure but that of an index. Its indicator is left where it names several, or
        where words that are not understood stand at the name: 限额以上 makes another one of it.
        """
        found, twice, rest = self._said(_DAY.sub("|", plain(text)))
        for word in found.unknown:
            if other := of_others(word):
                rule = "is not what figures here are of; allowed: a line under [words]"
                raise UnreadableCell(text, f"says {other}, which {rule}")
        at_names = [s for s in _APART_FROM_NAMES.split(rest) if _NAME in s]
        is_own = all(map(_AT_NAMES.fullmatch, at_names))
        indicator = found.indicator if is_own and "indicator" not in twice else None
        measure = found.measure if found.measure == "index" else None
        if found.is_real and found.measure == "growth_pct":  # of which of the indicators below
            return Said(None, found.area, found.time, None, found.unit, found.is_per_cent)
        return Said(
            indicator, found.area, found.time, measure, found.unit, found.is_per_cent, found.is_real
        )

    def explained(self, word: str, says: str) -> Said:
        """Return what a declared word means; raise UnreadableCell where that is not understood."""
        if says in ("skip", ""):
            return Said(is_skipped=says == "skip")
        said = self.said(says)
        if said.unknown or not plain(word):
            rule = 'allowed: ids and words that are understood, "skip", ""'
            why = f"does not explain {word!r}: {', '.join(said.unknown)}; {rule}"
            raise UnreadableCell(says, why)
        return said

    def with_words(self, meant: Mapping[str, Said]) -> Vocabulary:
        """Return a vocabulary that understands declared words too."""
        own = {plain(word): said for word, said in meant.items()}
        return Vocabulary(_longest_first({**self.phrases, **own}), self.units)

    def _said(self, text: str) -> tuple[Said, Mapping[str, tuple[str, str]], str]:
        """Return what a text says, by kind of what it says two things, and what is left of it."""
        whole = plain(text)
        said, rest, twice = self._phrases(_REAL.sub("|", whole))
        time, rest = span_said(rest, text)
        is_real = said.is_real or _REAL.search(whole) is not None
        said = replace(said, time=said.time.over(time), is_real=is_real)
        found = _of_segments(said, rest, self.units)
        if found.measure == "index":
            found = replace(found, unknown=tuple(w for w in found.unknown if w not in _INDICES))
        if found.measure == "change" and found.is_per_cent:
            found = replace(found, measure="growth_pct")
        return found, twice, rest

    def _phrases(self, rest: str) -> tuple[Said, str, Mapping[str, tuple[str, str]]]:
        said, begins, area_at = Said(), rest, -1
        twice: dict[str, tuple[str, str]] = {}
        grows_by_words = False
        for phrase, meaning in self.phrases.items():
            if phrase not in rest:
                continue
            for kind in ("indicator", "measure"):
                one, other = getattr(said, kind), getattr(meaning, kind)
                if None not in (one, other) and one != other:
                    twice.setdefault(kind, (one, other))
            said = said.over(meaning)
            grows_by_words |= meaning.measure == "growth_pct" and "%" not in phrase
            if meaning.area and begins.rfind(phrase) > area_at:  # 深圳市福田区 is Futian
                said, area_at = replace(said, area=meaning.area), begins.rfind(phrase)
            rest = rest.replace(phrase, _NAME if meaning.indicator else "|")
        if set(twice.get("measure", ())) == {"change", "growth_pct"} and not grows_by_words:
            del twice["measure"]  # 增减±% is growth, 增速增减 is none
            said = replace(said, measure="growth_pct")
        return said, rest, twice


def known_words(
    registry: Registry, units: Mapping[str, Rule], area: str | None = None
) -> Vocabulary:
    """Return what is understood undeclared: names and ids of the registry, and fixed words."""
    phrases = _named(registry) | dict.fromkeys(_GROWTH, Said(measure="growth_pct"))
    phrases |= dict.fromkeys(_CHANGE, Said(measure="change"))
    phrases |= {phrase: Said(unknown=(phrase,)) for phrase in _BY_HOW_MUCH}
    phrases |= dict.fromkeys(_LEVEL, Said(measure="level"))
    phrases |= {"全国经济普查": Said()}  # 全国 names no area here
    phrases |= dict.fromkeys(_INDEX, Said(measure="index"))
    phrases |= {"同比指数": Said(unknown=("同比指数",))}  # no growth, whatever 同比 means alone
    phrases |= {plain(area): Said(area=area)} if area else {}
    own = frozenset(plain(i.unit) for i in registry.indicators.values()) - set(PER_CENT_SAID)
    return Vocabulary(_longest_first(phrases), frozenset(RULES) | own | frozenset(units))


def _named(registry: Registry) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for entry in registry.areas.values():
        names = (entry.id, entry.name_zh, entry.name_en)
        found |= dict.fromkeys(map(plain, names), Said(area=entry.id))
    for indicator in registry.indicators.values():
        names = (indicator.id, indicator.name_zh, indicator.name_en)
        found |= dict.fromkeys(map(plain, names), Said(indicator=indicator.id))
    return found


def _longest_first(phrases: Mapping[str, Said]) -> dict[str, Said]:
    return {phrase: phrases[phrase] for phrase in sorted(phrases, key=len, reverse=True)}


def _of_segments(said: Said, rest: str, units: Iterable[str]) -> Said:
    """Return what is said with the units that stand in the rest, and what is unknown in it.

    Several units are kept together: no rule turns them into one.
    """
    found = [s for s in _SEPARATORS.split(rest) if s]
    unit = "、".join(dict.fromkeys(s for s in found if s in units)) or None
    rule = RULES.get(unit or "")
    said_in = rule and rule.unit
    first = _ENUMERATOR.match(rest)
    known = {first[1] if first else "", *(c for c, of in CURRENCIES.items() if of == said_in)}
    unknown = tuple(s for s in found if not (s in units or s in _NEUTRAL or s in known))
    return said.over(Said(unit=unit, is_per_cent="%" in rest, unknown=unknown))
