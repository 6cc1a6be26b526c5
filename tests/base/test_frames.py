"""Columns of texts and what they spell, each distinct one read once. All made up."""

import pandas as pd
import pytest

from forecast.base.frames import changed, joined, texts

NAMES = pd.Series(["b", None, "a", "b"], index=[3, 1, 4, 2])


@pytest.mark.parametrize("dtype", ["string", "object", "category"])
def test_texts_are_in_categories_in_the_order_of_letters(dtype: str):
    found = texts(NAMES.astype(dtype))
    assert found.tolist() == ["b", "", "a", "b"]
    assert found.index.tolist() == [3, 1, 4, 2]
    assert found.cat.categories.tolist() == ["", "a", "b"]


def test_two_texts_may_be_changed_to_one():
    found = texts(NAMES, lambda name: name.replace("b", "a") or "none")
    assert found.tolist() == ["a", "none", "a", "a"]
    assert found.cat.categories.tolist() == ["a", "none"]


def test_what_is_no_text_is_spelt():
    assert texts(pd.Series([2019, 7])).tolist() == ["2019", "7"]
    assert texts(pd.Series([], dtype="str")).tolist() == []


def test_a_value_is_changed_by_one_call_for_each_distinct_one():
    asked = []

    def number(text: str) -> int | None:
        asked.append(text)
        return {"a": 1}.get(text)

    found = changed(NAMES, number)
    assert asked == ["b", "a"]
    assert found.isna().tolist() == [True, True, False, True]
    assert found[4] == 1


def test_tables_are_joined_with_their_texts_in_one_set_of_categories():
    one = pd.DataFrame({"name": texts(pd.Series(["b", "c"])), "n": [1, 2]})
    other = pd.DataFrame({"name": texts(pd.Series(["a"])), "n": [3]})
    found = joined([one, other])
    assert found["name"].tolist() == ["b", "c", "a"]
    assert found["name"].cat.categories.tolist() == ["a", "b", "c"]
    assert found["n"].tolist() == [1, 2, 3]
