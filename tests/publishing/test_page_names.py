"""Pages are named by what they are, and a name says which page it is."""

from itertools import product

import pytest

from forecast.base.parameters import FORMATS, KINDS
from forecast.base.texts import LANGUAGES
from forecast.publishing.places import (
    PER_INDICATOR,
    Page,
    PageRequest,
    named_page,
    notebook_path,
)


@pytest.mark.parametrize(("kind", "lang", "form"), list(product(KINDS, LANGUAGES, FORMATS)))
def test_every_page_is_found_again_by_its_name(kind: str, lang: str, form: str):
    subject = "retail_sales" if kind == PER_INDICATOR else ""
    page = Page(kind=kind, indicator=subject, lang=lang, format=form)
    assert named_page(page.name) == page


@pytest.mark.parametrize(
    "name",
    [
        "attainment.ipynb", "result.json", "attainment.fr.html", "attainment-gdp.html",
        "indicator.html", "x-attainment.html", "attainment.html.bak", ".attainment.html-x",
        "attainment.failed.ipynb", "index.html",
    ],
)  # fmt: skip
def test_other_files_are_no_pages(name: str):
    assert named_page(name) is None


def test_names_are_those_that_people_link_to():
    request = PageRequest(
        kinds=("indicator", "bulletin"),
        languages=("zh", "en"),
        formats=("html", "pdf"),
        indicators=("gdp",),
    )
    assert [page.name for page in request.pages()] == [
        "indicator-gdp.zh.html", "indicator-gdp.zh.pdf", "indicator-gdp.html", "indicator-gdp.pdf",
        "bulletin.zh.html", "bulletin.zh.pdf", "bulletin.html", "bulletin.pdf",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_notebook(kind: str):
    assert notebook_path(kind).is_file()
