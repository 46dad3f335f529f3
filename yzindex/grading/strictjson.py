"""JSON as the standard has it: no key twice, no NaN, and whatever is wrong with a text is one kind of error."""

import json
from typing import NoReturn

from pydantic import JsonValue


class NotJson(ValueError):
    """The text is not one JSON value; the message says where it stops being one."""


def parse_json(text: str) -> JsonValue:
    """Parse one JSON value; raise `NotJson` for any other text.

    >>> parse_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    yzindex.grading.strictjson.NotJson: key 'a' stands twice
    """
    try:
        value: JsonValue = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError as error:
        raise NotJson("nested too deeply") from error
    except NotJson:
        raise
    except ValueError as error:
        raise NotJson(str(error)) from error
    return value


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for key, value in pairs:
        if key in found:
            raise NotJson(f"key {key!r} stands twice")
        found[key] = value
    return found


def _refuse(constant: str) -> NoReturn:
    raise NotJson(f"{constant} is not JSON")
