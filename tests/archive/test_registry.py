"""The registry of indicators, and the faults that it refuses. All entries are made up."""

import re
from pathlib import Path

import pytest

from forecast.archive.archive import Archive
from forecast.archive.registry import Registry, read_registry
from forecast.base.errors import ContractError, UnknownIndicator
from forecast.base.months import month


def entry(name: str, *more: str) -> str:
    """Return an indicator's entry of five lines, and what is added to it."""
    plain = [f'id = "{name}"', 'name_en = "Name"', 'name_zh = "名"', 'unit = "cny_100m"']
    return "\n".join(["[[indicator]]", *plain, *more, ""])


def override(area: str, name: str, *more: str) -> str:
    return "\n".join(["[[override]]", f'area = "{area}"', f'indicator = "{name}"', *more, ""])


def registry_of(folder: Path, *entries: str) -> Registry:
    (folder / "indicators.toml").write_text("".join(entries), encoding="utf-8")
    return read_registry(folder)


def test_an_entry_has_defaults_for_what_it_leaves_out(tmp_path: Path):
    sales = registry_of(tmp_path, entry("sales")).of("anywhere", "sales")
    assert (sales.price_basis, sales.annual_rule, sales.decimals) == ("nominal", None, 1)
    assert (sales.related, sales.break_months, sales.weights_from) == ([], (), None)
    assert sales.part_of is None
    assert (sales.names.of("en"), sales.names.of("zh")) == ("Name", "名")


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("published_ytd", "amount"), ("sum_of_months", "amount"), ("growth_of_mean", "index"),
        ("mean_of_months", "index"), ("end_of_year", "stock"),
    ],
)  # fmt: skip
def test_the_annual_rule_suggests_the_quantity_where_none_is_declared(
    tmp_path: Path, rule: str, kind: str
):
    undeclared = registry_of(tmp_path, entry("sales", f'annual_rule = "{rule}"'))
    assert undeclared.of("here", "sales").kind == kind


def test_a_declared_quantity_counts(tmp_path: Path):
    jobless = entry("jobless", 'quantity = "rate"', 'annual_rule = "mean_of_months"')
    assert registry_of(tmp_path, jobless).of("here", "jobless").kind == "rate"


def test_an_area_s_year_begins_in_january_unless_it_says_otherwise(tmp_path: Path):
    names = 'name_en = "Here"\nname_zh = "此"\n'
    areas = f'[[area]]\nid = "a"\n{names}[[area]]\nid = "b"\n{names}year_begins = "04"\n'
    registry = registry_of(tmp_path, areas, entry("sales"))
    assert [registry.areas[area].year_begins for area in ("a", "b")] == ["01", "04"]


def test_an_override_replaces_keys_in_its_area_alone(tmp_path: Path):
    registry = registry_of(
        tmp_path,
        entry("sales", "decimals = 2", 'levels_break = ["2010-01"]'),
        override("here", "sales", "decimals = 0", 'levels_break = ["2019-01"]'),
    )
    assert registry.of("there", "sales").decimals == 2
    here = registry.of("here", "sales")
    assert (here.decimals, here.unit) == (0, "cny_100m")
    assert here.break_months == (month(2019, 1),)


def test_a_series_is_not_related_to_itself(tmp_path: Path):
    registry = registry_of(tmp_path, entry("sales", 'related = ["nation/sales"]'))
    assert registry.of("nation", "sales").related == []
    assert registry.of("district", "sales").related == ["nation/sales"]


def test_an_unknown_indicator_is_named_with_those_known(tmp_path: Path):
    registry = registry_of(tmp_path, entry("sales"), entry("output"))
    with pytest.raises(UnknownIndicator, match=r"unknown indicator 'slaes'; known: output, sales"):
        registry.of("here", "slaes")


def test_an_area_without_an_entry_is_called_by_its_id(tmp_path: Path):
    area = '[[area]]\nid = "here"\nname_en = "Here"\nname_zh = "此"\n'
    registry = registry_of(tmp_path, area, entry("sales"))
    assert [registry.area_name("here", lang) for lang in ("en", "zh")] == ["Here", "此"]
    assert registry.area_name("there", "zh") == "there"


SALES = entry("sales")
FAULTY = [
    ((entry("sales", 'colour = "red"'),), "1: unknown key 'colour'; allowed: id, name_en"),
    ((entry("sales", 'decimals = "1"'),), "1: decimals: Input should be a valid integer"),
    ((entry("sales", "decimals = -1"),), "1: decimals -1; allowed: 0 to 9"),
    ((entry("sales", 'annual_rule = "sum"'),), "1: annual_rule: Input should be 'published_ytd'"),
    ((entry("sales", 'price_basis = "fixed"'),), "1: price_basis: Input should be 'nominal'"),
    (
        ('[[indicator]]\nid = "sales"\n',),
        "1: key 'unit' is missing; required: id, name_en, name_zh, unit",
    ),
    (
        (entry("sales", 'quantity = "balance"', 'annual_rule = "published_ytd"'),),
        "1: quantity 'balance' of 'sales' with annual_rule 'published_ytd': a balance may be "
        "negative, so it has no growth; allowed: sum_of_months, end_of_year",
    ),
    (
        (entry("sales", 'quantity = "stock"', 'annual_rule = "sum_of_months"'),),
        "1: quantity 'stock' of 'sales' with annual_rule 'sum_of_months': a stock is counted at a "
        "day, so its months have no sum; allowed: end_of_year, growth_of_mean, mean_of_months",
    ),
    (
        (entry("sales", 'quantity = "rate"', 'price_basis = "real"'),),
        "1: quantity 'rate' of 'sales' with price_basis 'real'",
    ),
    (
        (SALES, override("here", "sales", 'quantity = "rate"', 'annual_rule = "published_ytd"')),
        "6: quantity 'rate' of 'sales' with annual_rule 'published_ytd'",
    ),
    ((entry("sales", 'levels_break = ["2019-13"]'),), "1: levels_break '2019-13' is not a month"),
    ((entry("sales", 'related = ["nation/slaes"]'),), "1: 'nation/slaes' names no indicator"),
    ((entry("sales", 'related = ["sales"]'),), "1: 'sales' names no indicator"),
    ((entry("sales", 'weights_from = "nation/x"'),), "1: 'nation/x' names no indicator"),
    (
        (entry("sales", 'part_of = "output"'),),
        "1: part_of 'output' names no indicator; allowed: an id of this file, without an area",
    ),
    ((entry("sales", 'part_of = "here/sales"'),), "1: part_of 'here/sales' names no indicator"),
    (
        (entry("sales", 'part_of = "sales"'),),
        "1: part_of 'sales' is the indicator itself; allowed: another indicator of this file",
    ),
    ((entry("sales", 'part_of = ["output"]'),), "1: part_of: Input should be a valid string"),
    (
        (SALES, override("here", "sales", 'part_of = "slaes"')),
        "6: part_of 'slaes' names no indicator",
    ),
    ((SALES, SALES), "6: indicator 'sales' stands on line 1 already"),
    ((SALES, override("here", "slaes")), "6: override of 'slaes' in 'here'"),
    ((SALES, '[[override]]\nindicator = "sales"\n'), "6: override of 'sales' in None"),
    (
        (SALES, override("here", "sales", "colour = 1")),
        "6: unknown key 'colour'; allowed: id, name_en",
    ),
    (
        (SALES, override("here", "sales", 'related = ["nation/slaes"]')),
        "6: 'nation/slaes' names no indicator",
    ),
    (
        (SALES, override("here", "sales", 'levels_break = ["2019"]')),
        "6: levels_break '2019' is not a month",
    ),
    (
        (SALES, override("here", "sales", "decimals = 1"), override("here", "sales")),
        "10: override of 'sales' in 'here' stands on line 6 already",
    ),
]


@pytest.mark.parametrize(("entries", "message"), FAULTY)
def test_a_fault_is_named_with_the_line_of_its_entry(
    tmp_path: Path, entries: tuple[str, ...], message: str
):
    with pytest.raises(ContractError, match=rf"indicators\.toml:{re.escape(message)}"):
        registry_of(tmp_path, *entries)


def test_related_must_not_run_in_a_circle(tmp_path: Path):
    registry = [
        entry("sales", 'related = ["nation/output"]'),
        entry("output", 'related = ["nation/power"]'),
        entry("power", 'related = ["nation/sales"]'),
    ]
    circle = "nation/sales -> nation/output -> nation/power -> nation/sales"
    with pytest.raises(ContractError, match=rf"toml:1: related runs in a circle: {circle}"):
        registry_of(tmp_path, *registry)


def test_a_circle_by_way_of_an_override_is_found(tmp_path: Path):
    registry = [
        entry("sales", 'related = ["nation/output"]'),
        entry("output"),
        override("nation", "output", 'related = ["nation/sales"]'),
    ]
    with pytest.raises(ContractError, match="nation/sales -> nation/output -> nation/sales"):
        registry_of(tmp_path, *registry)


def test_what_is_a_part_has_its_wholes_in_order(tmp_path: Path):
    registry = registry_of(
        tmp_path,
        entry("output"),
        entry("services", 'part_of = "output"'),
        entry("finance", 'part_of = "services"'),
        override("here", "finance", 'part_of = "output"'),
    )
    assert registry.wholes_of("there", "finance") == ("services", "output")
    assert registry.wholes_of("here", "finance") == ("output",)
    assert registry.wholes_of("here", "output") == ()


def test_parts_must_not_run_in_a_circle_and_a_circle_is_named_once(tmp_path: Path):
    registry = [
        entry("sales", 'part_of = "output"'),
        entry("output", 'part_of = "services"'),
        entry("services", 'part_of = "sales"'),
        entry("finance", 'part_of = "services"'),
        override("here", "finance", "decimals = 2"),
    ]
    circle = "sales -> output -> services -> sales"
    with pytest.raises(ContractError, match=rf"toml:1: part_of runs in a circle: {circle}$"):
        registry_of(tmp_path, *registry)


def test_a_circle_of_parts_by_way_of_an_override_is_found(tmp_path: Path):
    registry = [
        entry("sales", 'part_of = "output"'),
        entry("output"),
        override("here", "output", 'part_of = "sales"'),
    ]
    with pytest.raises(ContractError, match="toml:1: part_of runs in a circle: sales -> output"):
        registry_of(tmp_path, *registry)


def test_the_same_indicator_in_another_area_is_no_circle(tmp_path: Path):
    registry = registry_of(tmp_path, entry("sales", 'related = ["nation/sales"]'))
    assert list(registry.indicators) == ["sales"]


def test_all_faults_are_reported_at_once(tmp_path: Path):
    entries = (entry("sales", "decimals = 1.5"), entry("output", "group = 3"), override("a", "b"))
    with pytest.raises(ContractError, match=r"^3 faults in the data\n") as caught:
        registry_of(tmp_path, *entries)
    assert [fault.line for fault in caught.value.faults] == [1, 7, 13]


def test_a_related_area_that_does_not_exist_is_a_fault(tmp_path: Path):
    listed = entry("sales", 'related = ["nation/sales"]'), entry("output")
    changed = override("here", "output", 'weights_from = "moon/sales"')
    registry_of(tmp_path, *listed, changed)
    with pytest.raises(ContractError, match=r"^2 faults in the data\n") as caught:
        read_registry(tmp_path, {"here", "there"})
    rule = "allowed: an area with figures or an entry: here, there"
    assert str(caught.value).splitlines()[1:] == [
        f"indicators.toml:1: 'nation/sales' is of an unknown area 'nation'; {rule}",
        f"indicators.toml:12: 'moon/sales' is of an unknown area 'moon'; {rule}",
    ]


def test_a_related_area_needs_figures_or_an_entry_of_its_own(tmp_path: Path):
    nation = '[[area]]\nid = "nation"\nname_en = "Nation"\nname_zh = "国"\n'
    registry_of(tmp_path, nation, entry("sales", 'related = ["nation/other"]'), entry("other"))
    assert read_registry(tmp_path, {"here"}).areas["nation"].name_en == "Nation"


def test_an_area_that_stands_twice_is_a_fault(tmp_path: Path):
    area = '[[area]]\nid = "here"\nname_en = "Here"\nname_zh = "此地"\n'
    with pytest.raises(ContractError, match=r"toml:5: area 'here' stands on line 1 already$"):
        registry_of(tmp_path, area, area, entry("sales"))


def test_a_missing_registry_is_a_fault(tmp_path: Path):
    with pytest.raises(ContractError, match=r"indicators\.toml: the file is missing"):
        read_registry(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[indicator]\n", "not valid TOML: "),
        ("[[indicators]]\n", r"unknown key or table 'indicators'; allowed: \[\[area\]\], "),
        ("[indicator]\nid = 1\n", "unknown key or table 'indicator'"),
        ('indicator = [{id = "sales"}]\n', "indicator is written in one line; allowed: "),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, message: str):
    with pytest.raises(ContractError, match=rf"indicators\.toml:(1:)? {message}"):
        registry_of(tmp_path, text)


def test_a_registry_in_another_encoding_is_refused(tmp_path: Path):
    (tmp_path / "indicators.toml").write_bytes(entry("sales").encode("gbk"))
    with pytest.raises(ContractError, match=r"indicators\.toml:4: not UTF-8 text"):
        read_registry(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    (tmp_path / "indicators.toml").write_bytes(entry("sales").encode("utf-8-sig"))
    assert list(read_registry(tmp_path).indicators) == ["sales"]


def test_every_series_of_the_project_has_a_readable_entry(real_archive: Archive):
    for area in real_archive.areas:
        for name in real_archive.indicators_of(area):
            found = real_archive.registry.of(area, name)
            assert found.name_zh != found.name_en
            assert f"{area}/{name}" not in found.related


def test_diffusion_indices_are_never_forecast(real_archive: Archive):
    for name in ("pmi_manufacturing", "pmi_nonmanufacturing"):
        assert real_archive.registry.of("china", name).annual_rule is None


def area(name: str, *lines: str) -> str:
    return "\n".join(["[[area]]", f'id = "{name}"', 'name_en = "A"', 'name_zh = "甲"', *lines, ""])


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((area("east", 'part_of = "east"'),), "1: part_of 'east' is the area itself"),
        (
            (area("east", 'part_of = "ctiy"'), area("city")),
            "1: part_of 'ctiy' is an unknown area; allowed: an area with figures or an entry: "
            "city, east",
        ),
        (
            (area("east", 'part_of = "city"'), area("city", 'part_of = "east"')),
            "1: part_of of areas runs in a circle: east -> city -> east",
        ),
        (
            (entry("sales", 'related = ["east/sales"]'), area("east", 'part_of = "city"')),
            "7: part_of 'city' is an unknown area",
        ),
        (
            (
                entry("sales", 'related = ["east/sales"]'),
                area("east", 'part_of = "city"'),
                area("city"),
            ),
            "1: related runs in a circle: east/sales -> city/sales -> east/sales",
        ),
    ],
)
def test_areas_are_parts_of_known_areas_without_a_circle(
    tmp_path: Path, entries: tuple[str, ...], message: str
):
    with pytest.raises(ContractError, match=rf"indicators\.toml:{re.escape(message)}"):
        registry_of(tmp_path, *entries)
