"""The one page for those who decide."""

import re
from dataclasses import replace

import pytest

import pages
from forecast import tables
from forecast.report import Report
from forecast.report.lights import light
from forecast.texts import percent


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
    assert "No probability moved since 31 Aug." in words(told)


def test_a_settled_year_is_told_as_facts():
    said = words(pages.settled())
    assert "4 of 6 targets were attained" in said
    assert not re.search(r"chance|likely", said)


def test_without_targets_it_says_that_there_are_none():
    said = words(pages.without_targets())
    assert "No growth target for 2013 was known" in said
