"""The one page for those who decide."""

import re
from dataclasses import replace

import pytest

import pages
from forecast import tables
from forecast.report import Report
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


def test_the_number_attained_on_average_is_the_sum_of_the_single_probabilities():
    told = pages.report()
    singles = [one.attained.probability for one in told.with_target]
    assert told.joint.expected_number == pytest.approx(sum(singles), abs=1e-9)
    assert f"On average {sum(singles):.1f} of 6 are attained." in words(told)


def test_it_names_what_moved_most_and_why_and_what_is_least_likely():
    told = pages.moving()
    most = max(told.moved.targets, key=lambda t: abs(t.last_probability - t.first_probability))
    said = words(told)
    assert f"Moved most: {most.name_en}, " in said
    assert "Main reason: " in said
    least = min(told.with_target, key=lambda one: one.attained.probability)
    assert f"Least likely: {least.name_en} (" in said


def test_where_nothing_moved_it_says_so():
    told = pages.moving()
    still = [replace(t, first_probability=t.last_probability) for t in told.moved.targets]
    told = replace(told, moved=replace(told.moved, targets=still))
    assert "No probability moved since 31 Aug." in words(told)


def test_a_settled_year_is_told_as_facts():
    said = words(pages.settled())
    assert "4 of 6 targets were attained" in said
    assert "On average" not in said
    assert "Least likely" not in said


def test_without_targets_it_says_that_there_are_none():
    said = words(pages.without_targets())
    assert "No growth target for 2013 was known" in said
