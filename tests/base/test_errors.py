"""Errors come whole out of a worker process, where they are pickled."""

import importlib
import pickle
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import get_type_hints

import pytest

import forecast
from forecast.base.errors import Fault, ForecastError

EXAMPLES = {
    str: "futian", int: 7, float: 0.5, object: 7, date: date(2019, 9, 30),
    Iterable[str]: ["gdp", "trade"], Iterable[Fault]: [Fault("a.csv", 3, "no number")],
    Mapping[str, str]: {"futian": "no figures"},
}  # fmt: skip


def kinds(of: type[ForecastError]) -> Iterator[type[ForecastError]]:
    yield of
    for below in of.__subclasses__():
        yield from kinds(below)


def every_kind() -> list[type[ForecastError]]:
    for module in pkgutil.walk_packages(forecast.__path__, "forecast."):
        importlib.import_module(module.name)
    return list(kinds(ForecastError))


def example(kind: type[ForecastError]) -> ForecastError:
    hints = get_type_hints(kind.__init__)
    hints.pop("return", None)
    given = {name: EXAMPLES[hint] for name, hint in hints.items()}
    return kind(**given) if given else kind("said")


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_an_error_is_the_same_after_a_pickle(kind: type[ForecastError]):
    raised = example(kind)
    received = pickle.loads(pickle.dumps(raised))
    assert type(received) is kind
    assert str(received) == str(raised)
    assert received.__dict__ == raised.__dict__
