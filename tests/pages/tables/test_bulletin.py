"""The one page for those who decide."""

import re
from dataclasses import replace

import pytest

import pages
from forecast.base.texts import percent
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
        assert (one.name_zh if lang == "zh" else one.name_en) in said
    assert percent(told.joint.probability_all, lang).replace("\u00a0", " ") in said


def test_it_names_what_moved_most_with_both_lights_and_why():
    told = pages.moving()
    most = max(told.moved.targets, key=lambda t: abs(t.last_probability - t.first_probability))
    ends = (most.first_probability, most.last_probability)
    first, last = (f"{percent(p, 'en')} ({light(p)})" for p in ends)
    said = words(told)
    way = f"Moved most since 31 Aug: {most.name_en} from {first} to {last}".replace("\u00a0", " ")
    assert way in said
    assert "Main reason: " in said


def test_a_target_that_settled_is_no_light_that_turned():
    told = pages.moving()
    settled = [replace(t, attained=True, last_probability=1.0) for t in told.moved.targets]
    told = replace(told, moved=replace(told.moved, targets=settled))
    assert re.search(r"Moved most since 31 Aug: [\w ]+ from \d+ % to attained\. Main", words(told))


def test_where_nothing_moved_it_says_so():
    told = pages.moving()
    still = [replace(t, first_probability=t.last_probability) for t in told.moved.targets]
    told = replace(told, moved=replace(told.moved, targets=still))
    assert "Moved since 31 Aug: nothing by a whole percentage point." in words(told)
    told = replace(told, moved=replace(told.moved, n_releases=0))
    assert "Moved since 31 Aug" not in words(told)


def test_no_single_one_of_several_related_figures_is_named_the_reason():
    told = pages.moving()
    gdp = next(t for t in told.moved.targets if t.indicator == "gdp")
    related = next(item for item in gdp.items if item.kind == "related")
    assert len({(f.area, f.indicator) for f in related.releases}) > 1
    change = {"items": [related], "first_probability": 0.99, "first_median_pct": None}
    told = replace(told, moved=replace(told.moved, targets=[replace(gdp, **change)]))
    assert re.search(r"Since 31 Aug: GDP from 99 % .*Main reason: Related series\. ", words(told))


def test_a_settled_year_is_told_as_facts():
    said = words(pages.settled())
    assert "4 of 6 targets were attained" in said
    assert not re.search(r"chance|likely|Growth needed", said)
    assert "Last probability before it" in said


def test_without_targets_it_says_that_there_are_none():
    said = words(pages.without_targets())
    assert "No growth target for 2013 was known" in said
    assert "Attained with 80 %" in said
    assert "Lights: " not in said
