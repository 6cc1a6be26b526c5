"""Models that other packages add by an entry point, and those of them that cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

from forecast.base.notation import NOT_A_NAME, is_name
from forecast.models.contract import QUANTITIES, Guarded, Model


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A plug-in that is not used, and why."""

    name: str
    why: str

    def __str__(self) -> str:
        """Return the sentence of a message."""
        return f"model {self.name!r} of another package is left out: {self.why}"


def plugged_in(
    entries: Iterable[EntryPoint], taken: Collection[str]
) -> tuple[dict[str, Model], tuple[LeftOut, ...]]:
    """Return the models of entry points by name, each guarded, and those that are left out.

    An entry point names a model, or what returns one when it is called. Of two with one name
    neither is used, because which of them was meant nobody can tell.
    """
    models: dict[str, Model] = {}
    left_out: list[LeftOut] = []
    every = list(entries)
    counts = Counter(entry.name for entry in every)
    for entry in every:
        model, why = (None, "")
        if entry.name in taken:
            why = "a model of this project has that name"
        elif counts[entry.name] > 1:
            others = ", ".join(sorted(e.value for e in every if e.name == entry.name))
            why = f"several have that name: {others}"
        else:
            model, why = _loaded(entry)
        if model is None:
            left_out.append(LeftOut(entry.name, why))
        else:
            models[entry.name] = Guarded(entry.name, model)
    return models, tuple(dict.fromkeys(left_out))


def _loaded(entry: EntryPoint) -> tuple[Any, str]:
    """Return the model of an entry point and "", or None and why it cannot be used."""
    try:
        model = entry.load()
        if callable(model) and not hasattr(type(model), "can_fit"):
            model = model()
    except Exception as error:  # whatever the other package raises when it is imported
        return None, f"{entry.value} raised {type(error).__name__}: {error}"
    faults = faults_of(model)
    if not faults and model.name != entry.name:
        faults = [f"its name is {model.name!r}, that of its entry point {entry.name!r}"]
    return (None, "; ".join(faults)) if faults else (model, "")


def faults_of(model: Any) -> list[str]:
    """Return what an object lacks to be a model."""
    name = getattr(model, "name", None)
    faults = [
        f"it has no method {part}"
        for part in ("can_fit", "fit")
        if not callable(getattr(model, part, None))
    ]
    if not isinstance(name, str) or not is_name(name):
        faults.append(f"name: {name!r} {NOT_A_NAME}")
    declared = getattr(model, "quantities", QUANTITIES)
    if isinstance(declared, str) or not set(declared) <= set(QUANTITIES):
        faults.append(f"quantities: {declared!r} (expected some of {', '.join(QUANTITIES)})")
    return faults
