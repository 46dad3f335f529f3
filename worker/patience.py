"""Writes that must not be lost to a database that is away for a moment: a reply is paid for, a grade is worked for."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from yzindex.records.database import OUTAGES

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_GIVEN_UP_AFTER_S = 60.0
_EVERY_S = 1.0


def patiently(write: Callable[Arguments, Result], /, *arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
    """Write as soon as the database answers; raise its error after a minute."""
    retrying = Retrying(
        retry=retry_if_exception_type(OUTAGES),
        wait=wait_fixed(_EVERY_S),
        stop=stop_after_delay(_GIVEN_UP_AFTER_S),
        reraise=True,
    )
    return retrying(write, *arguments, **options)
