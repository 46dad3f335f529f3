"""Checks of a reply that is JSON: its keys, their types, and values that follow from the prompt."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from yzindex.grading.checks import Check, shown
from yzindex.grading.replies import payload
from yzindex.grading.spec import Spec
from yzindex.grading.strictjson import NotJson, parse_json


class JsonType(StrEnum):
    """What the value of a key must be."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    #: A list of strings; may be empty.
    STRINGS = "strings"
    #: An object with the field's own `fields`.
    OBJECT = "object"
    #: A list of such objects.
    OBJECTS = "objects"


class JsonField(Spec):
    """A key that must be there, and what its value must be."""

    name: str
    type: JsonType
    #: `null` is allowed too.
    nullable: bool = False
    #: The only strings allowed; none given: any.
    one_of: tuple[str, ...] = ()
    fields: tuple["JsonField", ...] = ()

    @model_validator(mode="after")
    def _objects_have_fields(self) -> Self:
        if (self.type in {JsonType.OBJECT, JsonType.OBJECTS}) != bool(self.fields):
            raise ValueError(f"field {self.name!r}: fields are for objects, and objects need them")
        return self

    def told(self) -> str:
        """Describe the field in the words of the rule."""
        inner = f" with {_told(self.fields)}" if self.fields else ""
        choice = f", one of {shown(self.one_of)}" if self.one_of else ""
        kind = {JsonType.STRINGS: "list of strings", JsonType.OBJECTS: "list of objects"}.get(
            self.type, self.type.value
        )
        return f"`{self.name}` ({kind}{' or null' if self.nullable else ''}{choice}{inner})"

    def fault(self, value: JsonValue) -> str:
        """Say how a value breaks the field; empty where it keeps it."""
        if value is None and self.nullable:
            return ""
        if not _is(self.type, value):
            return f"{self.name} is no {self.type.value}"
        if self.one_of and value not in self.one_of:
            return f"{self.name} is none of {shown(self.one_of)}"
        nested = value if isinstance(value, list) else [value]
        return next((fault for part in nested if self.fields and (fault := _fault(self.fields, part))), "")


def _is(kind: JsonType, value: JsonValue) -> bool:
    match kind:
        case JsonType.STRING:
            return isinstance(value, str)
        case JsonType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case JsonType.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case JsonType.BOOLEAN:
            return isinstance(value, bool)
        case JsonType.STRINGS:
            return isinstance(value, list) and all(isinstance(part, str) for part in value)
        case JsonType.OBJECT:
            return isinstance(value, dict)
        case JsonType.OBJECTS:
            return isinstance(value, list)


def _told(fields: tuple[JsonField, ...]) -> str:
    return "; ".join(field.told() for field in fields)


def _fault(fields: tuple[JsonField, ...], value: JsonValue) -> str:
    if not isinstance(value, dict):
        return "there is no object where one is asked for"
    names = {field.name for field in fields}
    if value.keys() != names:
        return f"keys differ: {shown(tuple(sorted(value.keys() ^ names))[:5])}"
    return next((fault for field in fields if (fault := field.fault(value[field.name]))), "")


def _parsed(text: str) -> JsonValue:
    return parse_json(payload(text))


class JsonObject(Check):
    """The reply (or its only fenced block) is one JSON object with exactly these keys."""

    check: Literal["json_object"] = "json_object"
    fields: tuple[JsonField, ...] = Field(min_length=1)

    def rule(self) -> str:
        return f"Give one valid JSON object with exactly these keys: {_told(self.fields)}."

    def fault(self, text: str) -> str:
        try:
            return _fault(self.fields, _parsed(text))
        except NotJson as error:
            return f"not JSON: {error}"


class JsonArray(Check):
    """The reply (or its only fenced block) is a JSON array of so many objects with exactly these keys."""

    check: Literal["json_array"] = "json_array"
    fields: tuple[JsonField, ...] = Field(min_length=1)
    #: None: any number of objects.
    count: int | None = Field(default=None, ge=0)

    def rule(self) -> str:
        objects = "objects" if self.count is None else f"exactly {self.count} object{'s' * (self.count != 1)}"
        return f"Give one valid JSON array of {objects}, each with exactly these keys: {_told(self.fields)}."

    def fault(self, text: str) -> str:
        try:
            value = _parsed(text)
        except NotJson as error:
            return f"not JSON: {error}"
        if not isinstance(value, list):
            return "not an array"
        if self.count is not None and len(value) != self.count:
            return f"{len(value)} objects"
        return next((fault for part in value if (fault := _fault(self.fields, part))), "")


class JsonHas(Check):
    """The value at a path is this one; the prompt gives it, so the model is not told."""

    check: Literal["json_has"] = "json_has"
    stated: bool = False
    path: tuple[str | int, ...] = Field(min_length=1)
    value: JsonValue

    def rule(self) -> str:
        return f"{self._where()} has the value that the task gives."

    def fault(self, text: str) -> str:
        try:
            value: object = _parsed(text)
        except NotJson as error:
            return f"not JSON: {error}"
        for step in self.path:
            parts = _parts(value)
            if step not in parts:
                return f"{self._where()} is missing"
            value = parts[step]
        return "" if _equal(value, self.value) else f"{self._where()} has another value"

    def _where(self) -> str:
        return "`" + ".".join(map(str, self.path)) + "`"


def _parts(value: object) -> Mapping[object, object]:
    """Give what an object or array holds, by key or place."""
    if isinstance(value, dict):
        return value
    return dict(enumerate(value)) if isinstance(value, list) else {}


def _equal(found: object, expected: object) -> bool:
    """Compare, with `1` equal to `1.0` but not to `true`."""
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(_equal, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(_equal(found[key], expected[key]) for key in expected)
    return isinstance(found, bool) == isinstance(expected, bool) and found == expected
