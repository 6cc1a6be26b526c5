"""What the words of a header or a label mean: indicator, area, months, measure, unit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from forecast.archive.registry import Area, Indicator, Registry
from forecast.base.errors import UnreadableCell
from forecast.importing.cells import BETWEEN_WORDS, YEAR, plain, plain_words
from forecast.importing.times import DateOrder, PartialSpan, iso_days, partial_span
from forecast.importing.units import CURRENCIES, PER_CENT_WORDS, RULES, UnitRule, money_phrases

# An `index` has the value 100 a year earlier; a `change` is growth only where `%` says so.
Measure = Literal["level", "growth_pct", "index", "change"]
GROWTH_MEASURES = ("growth_pct", "index", "change")
Role = Literal["label", "year", "month", "quarter", "value", "status", "released_on", "skip"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words say of the figures beside them; `unknown` are the words not understood."""

    indicator: str | None = None
    area: str | None = None
    time: PartialSpan = field(default_factory=PartialSpan)
    measure: Measure | None = None
    unit: str | None = None
    is_per_cent: bool = False
    is_real: bool = False  # at the prices of another year
    is_skipped: bool = False
    unknown: tuple[str, ...] = ()
    is_of_same_period: bool = False  # 上年同期=100, beside one month often since January

    @property
    def is_empty(self) -> bool:
        """Whether no word was understood."""
        return replace(self, unknown=()) == Meaning()

    @property
    def kinds(self) -> frozenset[str]:
        """Which of the facts that identify a figure are given."""
        facts: Mapping[str, object] = {
            "area": self.area,
            "indicator": self.indicator,
            "year": self.time.year,
            "months": self.time.months,
        }
        return frozenset(kind for kind, fact in facts.items() if fact is not None)

    @property
    def is_single_month(self) -> bool:
        """Whether one month is named, and not said that it stands for more or for itself."""
        months = self.time.months
        return months is not None and months[0] == months[1] and self.time.reach is None

    @property
    def is_growth(self) -> bool:
        """Whether the words say growth, an index or a change."""
        return self.measure in GROWTH_MEASURES

    def check_growth(self, text: str) -> None:
        """Raise UnreadableCell where words that say growth also give the unit of an amount."""
        if self.is_growth and self.unit and not self.is_per_cent:
            raise UnreadableCell(text, f"says growth in {self.unit}; growth is in per cent")

    def over(self, other: Meaning) -> Meaning:
        """Return this meaning with what it leaves open taken from the other."""
        return Meaning(
            self.indicator or other.indicator,
            self.area or other.area,
            self.time.over(other.time),
            self.measure or other.measure,
            self.unit or other.unit,
            self.is_per_cent or other.is_per_cent,
            self.is_real or other.is_real,
            self.is_skipped or other.is_skipped,
            (*self.unknown, *other.unknown),
            self.is_of_same_period or other.is_of_same_period,
        )


_ROLE_NAMES: Mapping[Role, str] = {
    "year": "年 年份 year",
    "month": "月 月份 month",
    "quarter": "季 季度 季度末 quarter quarters",
    "label": "指标 指标名称 项目 名称 indicator 地区 区域 区县 area region "
    "单位 计量单位 unit measure 口径 时间 期间 时期 日期 统计期 报告期 span period "
    "date time datum zeit zeitraum fecha periodo período",
    "value": "数值 数据 值 value",
    "released_on": "发布日期 发布日 公布日期 发布时间 公布时间 released_on releasedate",
    "status": "status",
    "skip": "序号 备注 说明 skip",
}
ROLES: Mapping[str, Role] = {
    name: role for role, names in _ROLE_NAMES.items() for name in names.split()
}
_COMPARISONS = (
    *(
        f"{than}{last}{same}"
        for than in "比较"
        for last in ("上年", "去年")
        for same in ("同期", "")
    ),
    *("同比", ""),
)
_GROWTH_NOUNS = (
    "增长速度", "增长率", "增长幅度", "增长", "增速", "增幅", "增减幅度", "增减率", "上涨",
    "涨幅", "涨跌幅", "±%", "+-%", "(±%)", "(+-%)",
)  # fmt: skip
_GROWTH_WORDS = (
    *(f"{comparison}{noun}" for comparison in _COMPARISONS for noun in _GROWTH_NOUNS),
    *("同比", "growth_pct", "growth", "growthrate", "yoy", "y/y", "yearonyear", "year-on-year"),
)
_CHANGE_WORDS = [f"{comparison}增减" for comparison in _COMPARISONS]
_AMOUNTS = (
    "额", "数", "量", "值", "数额", "数量", "数值", "金额", "绝对额", "绝对值", "绝对量"
)  # fmt: skip
# 增长额, 增减（量）: the change of an amount is not a figure.
_CHANGES_OF_AMOUNTS = [
    f"{comparison}{change}{text}"
    for comparison in _COMPARISONS
    for change in ("增长", "增减", "上涨", "")
    if comparison or change
    for amount in _AMOUNTS
    for text in (amount, f"({amount})")
]
_INDEX_WORDS = [
    f"{prefix}{last}{same}{equals}100"
    for prefix in ("以", "")
    for last in ("上年", "去年")
    for same in ("同期", "同月", "")
    for equals in ("=", "为")
]
_INDICES = ("指数", "同比指数", "价格指数")  # only =100 tells which value is 100
_LEVEL_WORDS = ("绝对额", "绝对数", "绝对值", "绝对量", "总量", "金额", "完成额", "实绩", "level")
_NEUTRAL = frozenset((
    "值", "当期值", "当期", "数", "量", "额", "数量", "数值", "数据", "value", "完成", "实际",
    "情况", "单位", "计量单位", "其中", "指标", "项目", "名称", "可比口径", "按可比口径",
))  # fmt: skip
_REAL = re.compile(
    rf"按?(?:{YEAR}年?)?(?:可比|不变)价格?(?:计算)?|扣除价格因素"
    r"|实际(?=(?:[比较](?:上年|去年)(?:同期)?|同比)?(?:增|上涨|同比))"
)
_APART = r"_|()\[\]【】{},、:;/·~#\"“”'<>《》=.。%±+-"
_SEPARATORS, _APART_FROM_NAMES = re.compile(rf"[\0{_APART}]+"), re.compile(rf"[{_APART}]+")
_LAST_SPANS = re.compile(r"最近\d+个?(?:月|季度?|年)")  # which columns a query chose
_LATIN = re.compile(r"[a-z0-9]")
_ENUMERATOR = re.compile(r"\(?([一二三四五六七八九十]{1,2}|\d{1,2})[).、:]")
_NAME = "\0"  # replaces the name of an indicator
# What may stand beside the name of an indicator in a title without making another one of it.
# No two parts may match the same letters, or matching a long title takes exponential time.
_AT_NAMES = re.compile(
    "(?:[全我本各][省市县区]|各街道|各镇|主要)*"
    "(?:\0(?:[全我本各][省市县区]|各街道|各镇|主要|完成|统计|数据|情况|一览|汇总|对比|图|表|及|和|与|等"
    "|指标|的|分?月度?|季度|年度)*)+"
)
_NOT_A_FIGURE = re.compile(
    "环比|人均|占比|比重|排名|排位|贡献|拉动|预计|预测|预期|增加额|(?:计划|目标)(?!(?:任务)?完成)"
    "|限额以上|限上|民间|民营|私营|国有|外资|上年同期|去年"
)
_OTHER_AREA = re.compile(
    r"[^\W\d全各分我本]{1,4}?(?<![全各分我本城园市地])(?:新区|区|县|镇|街道)(?!域|间)"
)
_BASE = re.compile(rf"(?<!\d){YEAR}=100(?!\d)")
_OCTOBER = re.compile(rf"{YEAR}\.1")  # a number that may have lost its last digit
_DAY = re.compile(rf"{YEAR}(?:年\d{{1,2}}月\d{{1,2}}日|([-/.])\d{{1,2}}\1\d{{1,2}}(?![\d月]))")


# Changes on the period before, amounts per head, and moving averages: no figure is of these kinds.
_OTHER_CHANGE = re.compile(
    r"(?:quarter|month|period)[- ]?(?:on|over)[- ]?(?:quarter|month|period)"
    r"|(?<![a-z])(?:q[- ]?o[- ]?q|q/q|q[- ]on[- ]q(?!4)|m[- ]?o[- ]?m|m/m|m[- ]on[- ]m)(?![a-z0-9])"
    r"|(?:previous|prior|preceding|last) (?:month|quarter|period)|annuali[sz]ed|per (?:capita|head)"
    r"|vormonat|vorquartal|vorperiode|je einwohner|rolling|moving average|trailing"
    r"|(?:three|3|twelve|12)[- ]months? (?:average|mean|sum|total)"
)


def other_change(text: str) -> str:
    """Return the words by which a name is about a change on the period before, or per head."""
    match = _OTHER_CHANGE.search(text)
    return match[0] if match else ""


def other_subject(word: str) -> str:
    """Return the part of an unknown word that says that figures are of something else, or ''."""
    matches = (p.search(word) for p in (_NOT_A_FIGURE, _OTHER_AREA, _OTHER_CHANGE))
    return next((match[0] for match in matches if match), "")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The phrases that are understood, in plain spelling, and the units."""

    phrases: Mapping[str, Meaning]
    units: frozenset[str]
    date_order: DateOrder | None = None  # of 4/1/2019, where it is declared
    # Labels repeat row by row, so each text is analysed once.
    cache: dict[str, Meaning] = field(default_factory=dict, compare=False)

    def meaning(self, text: str) -> Meaning:
        """Return what a text means; raise UnreadableCell where it says two things of one kind."""
        if text not in self.cache:
            if _OCTOBER.fullmatch(text.strip()):
                raise UnreadableCell(text, "may be January or October; allowed: 2018-01, 2018-10")
            meaning, conflicts, _ = self._analysis(text)
            for kind, (first, second) in conflicts.items():
                why = f"says both {first} and {second}; allowed: one {kind}"
                raise UnreadableCell(text, why)
            self.cache[text] = meaning
        return self.cache[text]

    def title_meaning(self, text: str) -> Meaning:
        """Return what a title means; raise UnreadableCell where it is about no figures.

        Its measure counts only where it is that of an index. Its indicator does not count where it
        names several, or where words that are not understood stand beside the name: 限额以上 makes
        another indicator of it.
        """
        meaning, conflicts, rest = self._analysis(_LAST_SPANS.sub("|", _DAY.sub("|", plain(text))))
        for word in meaning.unknown:
            if other := other_subject(word):
                why = f"says {other}, but figures here are not of that"
                raise UnreadableCell(text, f"{why}; allowed: a line under [words]")
        names = [part for part in _APART_FROM_NAMES.split(rest) if _NAME in part]
        is_own = all(map(_AT_NAMES.fullmatch, names))
        has_indicator = is_own and "indicator" not in conflicts
        # Real growth in a title does not say which of the indicators below is meant.
        is_real_growth = meaning.is_real and meaning.measure == "growth_pct"
        return replace(
            meaning,
            indicator=meaning.indicator if has_indicator and not is_real_growth else None,
            measure="index" if meaning.measure == "index" else None,
            is_real=meaning.is_real and not is_real_growth,
            is_skipped=False,
            unknown=(),
        )

    def declared_meaning(self, word: str, explanation: str) -> Meaning:
        """Return what a declared word means; raise UnreadableCell where it is not understood."""
        if explanation in ("skip", ""):
            return Meaning(is_skipped=explanation == "skip")
        meaning = self.meaning(explanation)
        if meaning.unknown or not plain(word):
            rule = 'allowed: ids and words that are understood, "skip", ""'
            why = f"does not explain {word!r}: {', '.join(meaning.unknown)}; {rule}"
            raise UnreadableCell(explanation, why)
        return meaning

    def with_words(self, meanings: Mapping[str, Meaning]) -> Vocabulary:
        """Return a vocabulary that understands declared words too."""
        declared = {plain(word): meaning for word, meaning in meanings.items()}
        phrases = _longest_first({**self.phrases, **declared})
        return Vocabulary(phrases, self.units, self.date_order)

    def _analysis(self, text: str) -> tuple[Meaning, Mapping[str, tuple[str, str]], str]:
        """Return the meaning of a text, its conflicts by kind, and what is left of it."""
        whole = plain_words(iso_days(text, self.date_order))
        meaning, rest, conflicts = self._phrases_in(_REAL.sub("|", whole))
        change = other_change(rest.replace(BETWEEN_WORDS, " "))
        if meaning.unit is None and (base := _BASE.search(rest)):
            meaning, rest = replace(meaning, unit=base[0]), _BASE.sub("|", rest)
        time, rest = partial_span(rest.replace(BETWEEN_WORDS, ""), text)
        is_real = meaning.is_real or _REAL.search(whole) is not None
        meaning = replace(meaning, time=meaning.time.over(time), is_real=is_real)
        meaning = _with_units(meaning, rest, self.units)
        if meaning.measure == "index":
            unknown = tuple(word for word in meaning.unknown if word not in _INDICES)
            meaning = replace(meaning, unknown=unknown)
        if meaning.measure == "change" and meaning.is_per_cent:
            meaning = replace(meaning, measure="growth_pct")
        if change and not any(change in word for word in meaning.unknown):
            meaning = replace(meaning, unknown=(*meaning.unknown, change))
        return meaning, conflicts, rest

    def _phrases_in(self, rest: str) -> tuple[Meaning, str, Mapping[str, tuple[str, str]]]:
        """Return the meaning of the known phrases in a text, what is left of it, and conflicts."""
        meaning, whole, area_at = Meaning(), rest, -1
        letters = rest.replace(BETWEEN_WORDS, "")
        conflicts: dict[str, tuple[str, str]] = {}
        has_growth_words = False
        for phrase, own in self.phrases.items():
            if phrase not in letters:
                continue
            pattern = _pattern(phrase)
            if pattern.search(rest) is None:
                continue
            for kind in ("indicator", "measure"):
                before, new = getattr(meaning, kind), getattr(own, kind)
                if None not in (before, new) and before != new:
                    conflicts.setdefault(kind, (before, new))
            meaning = meaning.over(own)
            has_growth_words |= own.measure == "growth_pct" and "%" not in phrase
            if own.area:  # 深圳市福田区 is Futian
                last = max(match.start() for match in pattern.finditer(whole))
                if last > area_at:
                    meaning, area_at = replace(meaning, area=own.area), last
            rest = pattern.sub(_NAME if own.indicator else "|", rest)
        if set(conflicts.get("measure", ())) == {"change", "growth_pct"} and not has_growth_words:
            del conflicts["measure"]  # 增减±% is growth, 增速增减 is not
            meaning = replace(meaning, measure="growth_pct")
        return meaning, rest, conflicts


@lru_cache(maxsize=20_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase in a text with `BETWEEN_WORDS`, but not inside a Latin word."""
    letters = f"{BETWEEN_WORDS}?".join(map(re.escape, phrase))
    before = "(?<![a-z0-9])" if _LATIN.match(phrase[0]) else ""
    after = "(?![a-z0-9])" if _LATIN.match(phrase[-1]) else ""
    return re.compile(before + letters + after)


def standard_vocabulary(
    registry: Registry, units: Mapping[str, UnitRule], area: str | None = None
) -> Vocabulary:
    """Return what is understood undeclared: names and ids of the registry, and fixed words."""
    nation = nation_of(registry)
    phrases = dict.fromkeys(NATION, Meaning(area=nation)) if nation else {}
    phrases |= _registry_names(registry)
    phrases |= dict.fromkeys(_GROWTH_WORDS, Meaning(measure="growth_pct"))
    phrases |= dict.fromkeys(_CHANGE_WORDS, Meaning(measure="change"))
    phrases |= {phrase: Meaning(unknown=(phrase,)) for phrase in _CHANGES_OF_AMOUNTS}
    phrases |= dict.fromkeys(_LEVEL_WORDS, Meaning(measure="level"))
    phrases |= {"全国经济普查": Meaning()}  # 全国 is not an area here
    phrases |= {
        phrase: Meaning(measure="index", is_of_same_period="同期" in phrase)
        for phrase in _INDEX_WORDS
    }
    phrases |= {"同比指数": Meaning(unknown=("同比指数",))}  # not growth, whatever 同比 means alone
    phrases |= {plain(area): Meaning(area=area)} if area else {}
    entries = (*registry.indicators.values(), *registry.overrides.values())
    own = frozenset(plain(i.unit) for i in entries) - {*PER_CENT_WORDS, ""}
    # Such as usd_million and index 2015=100, which are not one word once they are taken apart.
    composed = [unit for unit in (*own, *units, *RULES) if not unit.isalnum()]
    phrases |= {unit: Meaning(unit=unit) for unit in composed}
    phrases = {p: Meaning(unit=u) for p, u in money_phrases(own).items()} | phrases
    return Vocabulary(_longest_first(phrases), frozenset(RULES) | own | frozenset(units))


NATION = ("全国", "中国")


def nation_of(registry: Registry) -> str | None:
    """Return the id of China in a registry, None where it has no such area."""
    nations = (area.id for area in registry.areas.values() if area.name_zh in NATION)
    return next(nations, None)


def _registry_names(registry: Registry) -> dict[str, Meaning]:
    """Return the meaning of each name and id in a registry.

    An id takes precedence over a name. A word that names two things is not understood.
    """
    things: list[tuple[Area | Indicator, Meaning]] = [
        *((area, Meaning(area=area.id)) for area in registry.areas.values()),
        *((entry, Meaning(indicator=entry.id)) for entry in registry.indicators.values()),
    ]
    by_id: defaultdict[str, list[Meaning]] = defaultdict(list)
    by_name: defaultdict[str, list[Meaning]] = defaultdict(list)
    for entry, meaning in things:
        by_id[plain(entry.id)].append(meaning)
        for name in dict.fromkeys(map(plain, (entry.name_zh, entry.name_en))):
            by_name[name].append(meaning)
    phrases = {**by_name, **by_id}
    return {
        phrase: meanings[0] if len(meanings) == 1 else _named_twice(phrase, meanings)
        for phrase, meanings in phrases.items()
        if phrase
    }


def _named_twice(phrase: str, meanings: Iterable[Meaning]) -> Meaning:
    things = [f"area {m.area}" if m.area else f"indicator {m.indicator}" for m in meanings]
    return Meaning(unknown=(f"{phrase} (a name of {' and of '.join(things)})",))


def _longest_first(phrases: Mapping[str, Meaning]) -> dict[str, Meaning]:
    return {phrase: phrases[phrase] for phrase in sorted(phrases, key=len, reverse=True)}


def _with_units(meaning: Meaning, rest: str, units: Iterable[str]) -> Meaning:
    """Return a meaning with the units in the rest of its text, and the unknown words in it.

    Several units are kept together: no rule converts them into one.
    """
    segments = [segment for segment in _SEPARATORS.split(rest) if segment]
    named = [s for s in segments if s in units]
    unit = "、".join(dict.fromkeys([meaning.unit, *named] if meaning.unit else named)) or None
    rule = RULES.get(unit or "")
    enumerator = _ENUMERATOR.match(rest)
    ignored = {enumerator[1] if enumerator else "", *_NEUTRAL}
    ignored |= {word for word, base in CURRENCIES.items() if rule and base == rule.unit}
    unknown = tuple(s for s in segments if s not in units and s not in ignored)
    found = Meaning(is_per_cent="%" in rest, unknown=unknown)
    return replace(meaning.over(found), unit=unit)
