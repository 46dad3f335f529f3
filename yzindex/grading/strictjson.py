"""JSON as the standard has it: no key twice, no NaN unless allowed, and whatever is wrong is one kind of error."""

import json
from typing import NoReturn

from pydantic import JsonValue

from yzindex.wording import shown

#: Reading a longer one would take the square of its length; Python refuses from 4300 on.
_MOST_DIGITS = 4000


class NotJson(ValueError):
    """The text is not one JSON value; the message says where it stops being one."""


def parse_json(text: str, *, nan_allowed: bool = False) -> JsonValue:
    """Parse one JSON value; raise `NotJson` for any other text.

    `nan_allowed` takes NaN and Infinity too, which Python programs write where a number has no value.

    >>> parse_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    yzindex.grading.strictjson.NotJson: key 'a' stands twice
    """
    try:
        value: JsonValue = json.loads(
            text, object_pairs_hook=_object, parse_constant=float if nan_allowed else _refuse, parse_int=_whole
        )
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
            raise NotJson(f"key '{shown(key)}' stands twice")
        found[key] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise NotJson(f"a number has {len(digits)} digits, more than {_MOST_DIGITS}")
    return int(digits)


def _refuse(constant: str) -> NoReturn:
    raise NotJson(f"{constant} is not JSON")
