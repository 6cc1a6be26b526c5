"""Widgets ask the library, and never show what belongs to other values than they have."""

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast.archive.archive import Archive
from forecast.archive.folder import read_archive
from forecast.base.errors import ConditionError, ForecastError, ParameterError, UnknownArea
from forecast.outlook.answers import Answer, answer
from forecast.pages import widgets as controls
from forecast.pages.charts import compared
from forecast.pages.html import Html
from forecast.pages.tables import scenario as scenario_table
from forecast.pages.widgets import panel
from forecast.report.report import report_by_model
from forecast.report.scenario import scenario_of

DAY = date(2018, 9, 20)
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def found(archive: Archive) -> Answer:
    return answer(archive, "nation", 2018, DAY, seed=1, n_paths=2000)


def widgets(box: Any) -> list[Any]:
    """Return the widgets of a panel in their order, what they show left out."""
    return [widget for row in box.children[:-1] for widget in row.children]


def shown(box: Any) -> str:
    return str(box.children[-1].value)


def test_a_scenario_starts_as_its_parameters_say_and_says_what_the_call_says(found: Answer):
    box = controls.scenario(found, ["retail_sales rest 9.5"])
    menu, growth, menu_too, growth_too = widgets(box)
    assert (menu.value, growth.value) == ("retail_sales", 9.5)
    assert (menu_too.value, growth_too.disabled) == ("", True)
    assert shown(box) == scenario_table(scenario_of(found, ["retail_sales rest 9.5"]), "en").markup


def test_a_slider_moves_the_answer_at_once(found: Answer):
    box = controls.scenario(found, ["retail_sales rest 9.5"], "zh")
    growth = widgets(box)[1]
    begun = time.perf_counter()
    growth.value = growth.max
    assert time.perf_counter() - begun < 0.5
    assert f"增长{growth.value:.1f}%" in shown(box)
    growth.value = 9.0
    asked = scenario_of(found, ["retail_sales rest 9"])
    assert shown(box) == scenario_table(asked, "zh").markup


def test_at_the_ends_of_two_sliders_there_are_paths_enough(found: Answer):
    box = controls.scenario(found, ["retail_sales rest 9.5", "gdp rest 6.5"])
    growth = widgets(box)[1]
    begun = time.perf_counter()
    growth.value = growth.max
    assert time.perf_counter() - begun < 0.5
    assert "<table" in shown(box)
    assert "effective paths of 10,000" in shown(box)


def test_another_indicator_brings_its_own_range(found: Answer):
    box = controls.scenario(found, ["retail_sales rest 9.5"])
    menu_too, growth_too = widgets(box)[2:]
    menu_too.value = "gdp"
    assert not growth_too.disabled
    assert growth_too.min < growth_too.value < growth_too.max
    title = re.search("<h2>(.*?)</h2>", shown(box))
    assert title is not None
    assert "Retail sales" in title[1]
    assert f"is {growth_too.value:.1f}" in title[1]
    menu_too.value = ""
    asked = scenario_of(found, ["retail_sales rest 9.5"])
    assert shown(box) == scenario_table(asked, "en").markup


def test_where_nothing_can_be_said_the_reason_stands_and_no_stale_table(found: Answer):
    box = controls.scenario(found, ["retail_sales rest 9.5"])
    menu_too = widgets(box)[2]
    menu_too.value = "retail_sales"
    assert "a second condition on the same months" in shown(box)
    assert "<table" not in shown(box)
    menu_too.value = ""
    assert "<table" in shown(box)


def test_a_parameter_that_cannot_be_held_is_an_error(found: Answer):
    with pytest.raises(ConditionError, match="'moons' is unknown here"):
        controls.scenario(found, ["moons rest 3"])


def test_what_is_known_follows_the_slider_of_days(archive: Archive):
    box = controls.known(archive, "nation", "retail_sales", 2018, DAY)
    *_, days = widgets(box)
    now = shown(box)
    days.value = days.options[0][1]
    assert shown(box) != now
    assert len(re.findall(r'<td class="number">[\d.]+', shown(box))) < len(
        re.findall(r'<td class="number">[\d.]+', now)
    )


def test_another_area_keeps_menus_and_days_in_line(archive: Archive):
    box = controls.known(archive, "nation", "confidence", 2018, DAY)
    areas, names, years, days = widgets(box)
    areas.value = "district"
    assert names.value in archive.indicators_of("district")
    assert {value for _, value in names.options} == set(archive.indicators_of("district"))
    years.value = 2016
    assert days.value.year in (2016, 2017)
    assert 'role="alert"' not in shown(box)


def test_two_models_side_by_side_say_what_they_say_alone(found: Answer):
    box = controls.models(found, "retail_sales", "drift", lang="zh")
    menu, days, model, beside = widgets(box)
    pair = {name: report_by_model(found, "retail_sales", name) for name in ("drift", "pool")}
    assert shown(box) == compared(pair, "zh").markup
    beside.value = "pace"
    assert shown(box).count("<figure>") == 2
    days.value = days.options[-12][1]
    menu.value = "fixed_asset_investment"
    model.value = "borrowed"
    assert "相关序列在此无结果" in shown(box)


def test_what_moved_follows_the_day(found: Answer):
    box = controls.moved(found, date(2018, 8, 1))
    (days,) = widgets(box)
    before = shown(box)
    days.value = date(2018, 9, 15)
    assert shown(box) != before


@pytest.mark.parametrize(
    ("made", "error", "message"),
    [
        (lambda a, f: controls.known(a, "moon", "gdp", 2018, DAY), UnknownArea, "'moon'"),
        (
            lambda a, f: controls.known(a, "nation", "x", 2018, DAY),
            ParameterError,
            "indicator: 'x'",
        ),
        (
            lambda a, f: controls.models(f, "gdp", "guess"),
            ParameterError,
            "model: 'guess'; allowed",
        ),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    made: Callable[[Archive, Answer], Any],
    error: type[ForecastError],
    message: str,
    archive: Archive,
    found: Answer,
):
    with pytest.raises(error, match=re.escape(message)):
        made(archive, found)


def test_names_stay_text_and_while_it_is_drawn_nothing_is_in_sight(archive: Archive):
    named = {
        name: replace(one, name_en=HOSTILE) for name, one in archive.registry.indicators.items()
    }
    hostile = replace(archive, registry=replace(archive.registry, indicators=named))
    box = controls.known(hostile, "nation", "gdp", 2018, DAY)
    assert "<script" not in shown(box)
    assert "&lt;script&gt;" in shown(box)

    seen = []

    def draw() -> Html:
        seen.append(made[0].children[-1].layout.visibility if made else "")
        return Html("drawn")

    made: list[Any] = []
    days = widgets(box)[-1]
    made.append(panel([(days,)], draw, "en"))
    days.value = days.options[0][1]
    assert seen == ["", "hidden"]
    assert made[0].children[-1].layout.visibility == "visible"


def test_an_error_of_the_library_is_escaped(archive: Archive):
    def draw() -> Html:
        raise ForecastError(HOSTILE)

    days = widgets(controls.known(archive, "nation", "gdp", 2018, DAY))[-1]
    said = shown(panel([(days,)], draw, "en"))
    assert "&lt;script&gt;" in said
    assert "<script" not in said


def test_a_form_enters_a_judgement_with_its_author_and_todays_day(
    data_folder: Path, tmp_path: Path
):
    folder = shutil.copytree(data_folder, tmp_path / "data")
    box = controls.judgement(folder, "nation", "retail_sales", 2019, "zh")
    author, name, role = box.children[1].children
    form, number, light = box.children[2].children
    _, button = box.children[3].children
    assert not (folder / "judgements.toml").exists()
    author.value, name.value, number.value = "commerce", "商务局", 9.5
    button.click()
    assert "--author: &#39;commerce&#39; is unknown" in shown(box)
    assert not (folder / "judgements.toml").exists()
    role.value = "bureau"
    button.click()
    (one,) = read_archive(folder).judgements.every
    assert (one.author, one.growth_pct, one.light) == ("commerce", 9.5, None)
    assert f"{one.entered_on}已录入" in shown(box)
    form.value, light.value = "light", "red"
    assert (number.disabled, light.disabled) == (True, False)
    button.click()
    assert [j.light for j in read_archive(folder).judgements.every] == [None, "red"]
