import re
from datetime import date
from pathlib import Path

import pytest

from forecast.archive.targets import Comparison
from forecast.base import texts
from forecast.base.texts import LANGUAGES, entries, placeholders_of, text
from forecast.history.growth import Basis
from forecast.models.registry import MODELS
from forecast.outlook.news import ORDER
from forecast.report.lights import WORDS, light, word
from forecast.report.track import RIVALS
from forecast.verification.record import POOL, REFERENCES

SOURCES = Path(texts.__file__).parents[2]
KEYS = entries()
_CALL = r"""\btext\(\s*f?["']([a-z_]+\.[a-z0-9_]*(?:\{[^"']*\}[a-z0-9_]*)?)["']( ~)?"""
_CHOICE = r"""text\(["']([a-z_.]+)["'] if [^"']+ else ["']([a-z_.]+)["']\)"""
_BRACES = re.compile(r"\{[^}]*\}")


def _used() -> list[re.Pattern]:
    """Return patterns of the keys that code and templates ask for."""
    sources = [p for kind in ("*.py", "*.j2") for p in SOURCES.rglob(kind)]
    found = set()
    for source in sources:
        said = source.read_text(encoding="utf-8")
        found |= {key + ("{}" if rest else "") for key, rest in re.findall(_CALL, said)}
        found |= {key for pair in re.findall(_CHOICE, said) for key in pair}
    return [
        re.compile(_BRACES.sub("[a-z0-9_]+", re.escape(k).replace(r"\{", "{").replace(r"\}", "}")))
        for k in found
    ]


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_say_it_with_the_same_values(key):
    said = KEYS[key]
    assert set(said) == set(LANGUAGES)
    assert all(words.strip() or key.startswith("form.") for words in said.values())
    if not key.startswith("span."):  # the languages order the parts of a span on their own
        assert placeholders_of(said["en"]) == placeholders_of(said["zh"])


def test_every_key_that_is_asked_for_exists():
    missing = [p.pattern for p in _used() if not any(p.fullmatch(key) for key in KEYS)]
    assert missing == []


def test_every_key_is_asked_for():
    used = _used()
    plain = [key.removesuffix("_any") for key in KEYS]  # what stands in its place is not named
    assert [key for key in plain if not any(p.fullmatch(key) for p in used)] == []


def test_every_caveat_has_its_text():
    coded = re.compile(r"""Caveat(?:Said)?\(\s*(?:code=)?f?["']([a-z_{}.]+)["']""")
    codes = {c for p in SOURCES.rglob("*.py") for c in coded.findall(p.read_text(encoding="utf-8"))}
    plain = {code for code in codes if "{" not in code}
    assert len(plain) > 8
    assert {f"caveat.{code}" for code in plain} - set(KEYS) == set()


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("model", MODELS),
        ("model", [POOL, *REFERENCES]),
        ("scores", [POOL, *RIVALS]),
        ("model_says", MODELS),
        ("target", [c.value for c in Comparison]),
        ("growth_basis", [b.name.lower() for b in Basis]),
        ("day_basis", ["published", "estimated", "uploaded"]),
        ("word", [name for _, name in WORDS]),
        ("light", ["green", "yellow", "red", "attained", "missed", "none"]),
        ("errors", ["own", "borrowed", "assumed"]),
        ("caveat", ["errors_borrowed", "errors_assumed", "shares_related", "shares_equal"]),
        ("moved_kind", ORDER),
        ("fans", ["published_ytd", "sum_of_months", "mean_of_months", "end_of_year"]),
    ],
)
def test_every_value_that_the_library_can_hold_has_its_text(table, names):
    assert {f"{table}.{name}" for name in names} - set(KEYS) == set()


def test_an_unknown_key_is_an_error():
    with pytest.raises(KeyError, match=r"caveat\.unheard_of"):
        text("caveat.unheard_of", "en")


@pytest.mark.parametrize(
    ("probability", "en", "zh"),
    [
        (0.0, "< 1 %", "<1%"),
        (0.0099, "< 1 %", "<1%"),
        (0.01, "1 %", "1%"),
        (0.125, "13 %", "13%"),
        (0.99, "99 %", "99%"),
        (0.995, "> 99 %", ">99%"),
        (1.0, "> 99 %", ">99%"),
    ],
)
def test_probabilities_are_whole_per_cents_and_never_certain(probability, en, zh):
    assert texts.percent(probability, "en").replace("\u00a0", " ") == en
    assert texts.percent(probability, "zh") == zh


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (6.95, 1, "7.0%"),
        (9.95, 1, "10.0%"),
        (0.05, 1, "0.1%"),
        (-0.04, 1, "0.0%"),
        (-10, 1, "−10.0%"),
        (1234.5, 0, "1,235%"),
    ],
)
def test_rates_round_halves_up_with_a_real_minus(value, decimals, said):
    assert texts.rate(value, decimals, "zh") == said


@pytest.mark.parametrize(("value", "said"), [(2.44, "+2.4"), (0.04, "0.0"), (-2.46, "−2.5")])
def test_signed_numbers_show_their_sign(value, said):
    assert texts.signed_number(value, 1) == said


@pytest.mark.parametrize(("value", "said"), [(0.3, "+0.3%"), (0.0, "0.0%"), (-0.3, "−0.3%")])
def test_signed_growth_shows_its_sign(value, said):
    assert texts.signed(value, 1, "zh") == said


@pytest.mark.parametrize(
    ("first", "last", "year", "en", "zh"),
    [
        ("2019-01", "2019-06", None, "Jan–Jun 2019", "2019年1-6月"),
        ("2019-01", "2019-06", 2019, "Jan–Jun", "1-6月"),
        ("2016-01", "2016-09", 2019, "Jan–Sep 2016", "2016年1-9月"),
        ("2019-01", "2019-12", 2019, "whole year", "全年"),
        ("2018-01", "2018-12", 2019, "whole of 2018", "2018年全年"),
        ("2019-07", "2019-07", 2019, "Jul", "7月"),
        ("2019-01", "2019-01", None, "Jan 2019", "2019年1月"),
    ],
)
def test_spans_are_named_as_each_language_does(first, last, year, en, zh):
    assert texts.span(first, last, "en", year=year) == en
    assert texts.span(first, last, "zh", year=year) == zh


def test_days_levels_points_and_intervals():
    assert texts.day(date(2019, 9, 30), "en") == "30 Sep 2019"
    assert texts.day(date(2019, 9, 30), "zh") == "2019年9月30日"
    assert texts.day(date(2019, 9, 30), "en", year=2019) == "30 Sep"
    assert texts.day(date(2019, 9, 30), "zh", year=2020) == "2019年9月30日"
    assert texts.level(2048.96, "cny_100m", "zh") == "2,049.0亿元"
    assert texts.level(2048.96, "cny_100m", "en") == "204.90 billion yuan"
    assert texts.level(3.456, "usd_100m", "en") == "0.346 billion US dollars"
    assert texts.percent_points(0.7454, 0.5746) == -18  # 75 to 57 %, though it fell by 17.1
    assert texts.level(3.456, "usd_100m", "zh") == "3.46亿美元"
    assert texts.level(812, "patents", "en") == "812.0 patents"
    assert texts.level(628192, "usd_million", "en") == "628,192.0 million US dollars"
    assert texts.level(628192, "usd_million", "zh") == "628,192.0 百万美元"
    assert texts.level(5.2, "EUR billion", "en") == "5.20 billion euros"
    assert texts.unit_alone("gbp", "en") == "pounds"
    assert texts.unit_alone("school_places", "en") == "school places"
    assert texts.level(11_000_000, "persons", "en") == "11,000,000 persons"
    assert texts.level(11_000_000, "persons", "zh") == "1,100万人"
    assert texts.level(1_284_000, "persons", "zh") == "128.4万人"
    assert texts.level(9_500, "persons", "zh") == "9,500人"
    assert texts.unit_alone("usd_per_tonne", "en") == "usd per tonne"
    assert texts.points(0.3, 1, "zh") == "0.3个百分点"
    assert texts.interval(-0.85, 21, 1).replace("\u00a0", " ") == "[−0.9, 21.0]"


@pytest.mark.parametrize(
    ("probability", "shown", "colour", "said"),
    [
        (0.6549, "65%", "yellow", "better_than_even"),
        (0.655, "66%", "green", "likely"),
        (0.3249, "32%", "red", "unlikely"),
        (0.325, "33%", "yellow", "worse_than_even"),
        (0.895, "90%", "green", "very_likely"),
        (0.0949, "9%", "red", "very_unlikely"),
    ],
)
def test_lights_and_words_follow_the_per_cent_that_is_printed(probability, shown, colour, said):
    assert texts.percent(probability, "zh") == shown
    assert (light(probability), word(probability)) == (colour, said)


def test_a_number_beyond_all_sense_is_given_by_its_size():
    assert texts.number(3.2e40, 2) == "3e+40"
    assert texts.number(float("inf"), 2) == "inf"
    assert texts.number(-2.5e12, 1) == "\N{MINUS SIGN}2e+12"
    assert texts.number(999_999_999_999.0, 0) == "999,999,999,999"
