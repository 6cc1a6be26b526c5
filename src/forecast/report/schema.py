"""The JSON Schema of `result.json`, from the types of a report and the places of their fields."""

from __future__ import annotations

from datetime import date
from inspect import cleandoc
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from forecast.archive.targets import Target
from forecast.outlook.attainment import Attainment
from forecast.report.layout import derived_of, places_of, without_none
from forecast.report.result import TARGET_KEYS, is_value
from forecast.report.value import Report

_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `result.json`."""
    definitions: dict[str, Any] = {}
    top = _object_schema(Report, definitions)
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return draft | top | {"$defs": dict(sorted(definitions.items()))}


def _object_schema(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for hint, place in places_of(kind).values():
        if isinstance(place, str):
            properties[place] = _schema(hint, definitions)
            continue
        optional = without_none(hint) is not hint
        parts = {k: _part_schema(hint, path, optional) for k, path in place.paths.items()}
        if place.under:
            inner = properties.setdefault(place.under, _nullable(_object({})))
            _add(inner["anyOf"][0], parts)
        else:
            properties |= parts
    properties |= {name: {"type": "integer"} for name in derived_of(kind)}
    if kind is Attainment:
        properties["parts"] = {"type": "object", "additionalProperties": {"type": "number"}}
    doc = (kind.__doc__ or "").strip()
    return _object(properties) | {"title": kind.__name__, "description": cleandoc(doc)}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _add(schema: dict[str, Any], properties: dict[str, Any]) -> None:
    schema["properties"] |= properties
    schema["required"] = list(schema["properties"])


def _part_schema(hint: Any, path: str, optional: bool) -> dict[str, Any]:
    """Return the schema of a part of a value; where it may be missing it may be null."""
    kind = without_none(hint)
    for name in filter(None, path.split(".")):
        part = _attribute(kind, name)
        kind = without_none(part)
        optional = optional or kind is not part
    is_month = path.split(".")[-1] in ("first", "last")
    schema = {"type": "string"} if is_month else _schema(kind, {})
    return _nullable(schema) if optional else schema


def _attribute(kind: type, name: str) -> Any:
    """Return the annotation of a field, or of what a property returns."""
    hints = get_type_hints(kind)
    return hints[name] if name in hints else get_type_hints(getattr(kind, name).fget)["return"]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _schema(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    kind, arguments = without_none(hint), get_args(without_none(hint))
    if kind is not hint:
        return _nullable(_schema(kind, definitions))
    if kind is Target:
        keys = {key: _target_key_schema(key) for key in TARGET_KEYS}
        definitions["Target"] = _object(keys) | {"title": "Target"}
        return {"$ref": "#/$defs/Target"}
    if get_origin(kind) in (list, tuple):
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if arguments and get_origin(kind) is not Literal and get_origin(kind) is not Annotated:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if is_value(kind):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _object_schema(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return _leaf_schema(kind, arguments)


def _leaf_schema(kind: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(arguments)}
    if get_origin(kind) is Annotated:
        return _leaf_schema(arguments[0], ())
    if kind is date:
        return {"type": "string", "format": "date"}
    return {"type": _JSON_TYPES.get(kind, "string")}


def _target_key_schema(key: str) -> dict[str, Any]:
    hint = _attribute(Target, key)
    kind = without_none(hint)
    return (
        _nullable(_leaf_schema(kind, get_args(kind)))
        if kind is not hint
        else _leaf_schema(kind, get_args(kind))
    )
