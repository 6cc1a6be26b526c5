"""The one page for those who decide."""

import re
from dataclasses import replace
from datetime import date

import pytest

import pages
from forecast.base.series import Names
from forecast.base.texts import percent
from forecast.outlook.attainment import Probability
from forecast.pages import tables
from forecast.report.lights import light
from forecast.report.value import Report


def words(told: Report, lang: str = "en") -> str:
    markup = re.sub(r"<style>.*?</style>", "", tables.bulletin(told, lang).markup, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\u00a0", " ").split())


@pytest.mark.parametrize("lang", pages.LANGUAGES)
def test_it_has_a_line_for_each_target_and_all_together(lang: str):
    told = pages.moving()
    said = words(told, lang)
    for one in told.with_target:
        assert one.name.of(lang) in said
    assert percent(told.joint.all_targets.value, lang).replace("\u00a0", " ") in said


def test_it_names_what_moved_most_with_both_lights_and_why():
    told = pages.moving()
    pairs = [(t.first.probability.value, t.last.probability.value) for t in told.news.targets]
    ends = max(pairs, key=lambda pair: abs(pair[1] - pair[0]))
    most = told.news.targets[pairs.index(ends)]
    first, last = (f"{percent(p, 'en')} ({light(p)})" for p in ends)
    said = words(told)
    way = f"Moved most since 31 Aug: {most.name.en} from {first} to {last}".replace("\u00a0", " ")
    assert way in said
    assert "Main reason: " in said


def test_a_target_that_settled_is_no_light_that_turned():
    told = pages.moving()
    settled = tuple(
        replace(t, attained=True, last=replace(t.last, probability=Probability(1.0)))
        for t in told.news.targets
    )
    told = replace(told, news=replace(told.news, targets=settled))
    assert re.search(r"Moved most since 31 Aug: [\w ]+ from \d+ % to attained\. Main", words(told))


def test_where_nothing_moved_it_says_so():
    told = pages.moving()
    still = tuple(
        replace(t, first=replace(t.first, probability=t.last.probability))
        for t in told.news.targets
    )
    told = replace(told, news=replace(told.news, targets=still))
    assert told.news.n_releases > 0
    assert "Moved since 31 Aug: nothing by a whole percentage point." in words(told)
    silent = tuple(
        replace(t, items=tuple(replace(item, releases=()) for item in t.items)) for t in still
    )
    told = replace(told, news=replace(told.news, targets=silent))
    assert told.news.n_releases == 0
    assert "Moved since 31 Aug" not in words(told)


def test_no_single_one_of_several_related_figures_is_named_the_reason():
    told = pages.moving()
    gdp = next(t for t in told.news.targets if t.indicator == "gdp")
    related = next(item for item in gdp.items if item.kind == "related")
    assert len({release.label.series for release in related.releases}) > 1
    first = replace(gdp.last, probability=Probability(0.99))
    alone = replace(gdp, items=(related,), first=first)
    told = replace(told, news=replace(told.news, targets=(alone,)))
    assert re.search(r"Since 31 Aug: GDP from 99 % .*Main reason: Related series\. ", words(told))


def test_a_settled_year_is_told_as_facts():
    said = words(pages.settled())
    assert "4 of 6 targets were attained" in said
    assert not re.search(r"chance|likely|Growth needed", said)
    assert "Last probability before it" in said


def test_who_answers_for_a_target_stands_below_it_and_who_issues_below_all():
    told = pages.report()
    of = {"owner": "商务局", "action": "消费券", "due": date(2019, 11, 30)}
    gdp = replace(pages.gdp(), target=replace(pages.gdp().target, **of))
    told = replace(pages.with_first(gdp, told), issuer=Names("Planning Office", "发改局"))
    assert "owner: 商务局; measure: 消费券; due 30 Nov 2019" in words(told)
    assert "责任单位：商务局；措施：消费券；时限：2019年11月30日" in words(told, "zh")
    assert "Issued by Planning Office, 30 Sep 2019" in words(told)
    assert "Issued by" not in words(pages.report())


def test_without_targets_it_says_that_there_are_none():
    said = words(pages.without_targets())
    assert "No growth target for 2013 was known" in said
    assert "Attained with 80 %" in said
    assert "Lights: " not in said
