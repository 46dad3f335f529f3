"""How a command ends: with one of four codes, and where it failed with words on standard error."""

import traceback
from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup


class ExitCode(IntEnum):
    """What the caller of `yz` can tell from its status."""

    DONE = 0
    #: It worked, and what it found is bad, such as a fault in a bank.
    BAD_NEWS = 1
    #: What was asked for cannot be done; ask for something else.
    BAD_USAGE = 2
    #: Something of ours does not answer; try again when it does.
    OURS_IS_DOWN = 3


class Failure(Exception):
    """A command that ends early; the message says what to do."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code


def unexpected(error: Exception) -> str:
    """Tell an error that no command may end with: trouble of this machine, or a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return f"this machine refused: {error.strerror}{where}; make room or allow it, then try again"
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"a fault of yz itself: {type(error).__name__} at {frame.filename}:{frame.lineno}; please report it "
        "(PYTHONDEVMODE=1 shows how it came to it)"
    )


class YzGroup(TyperGroup):
    """Tells the errors that a command may end with; others are ours to repair, and end in `unexpected`."""

    def invoke(self, ctx: Any) -> Any:  # typer does not name the class of its contexts
        try:
            return super().invoke(ctx)
        except Exception as error:
            code = _code_of(error)
            if code is None:
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(code) from error


def _code_of(error: Exception) -> ExitCode | None:
    """Say how an error ends a command; the packages that define errors are looked at only now."""
    if isinstance(error, Failure):
        return error.code
    from api.client import ApiRefused, ApiUnreachable
    from yzindex.errors import Unavailable, YzIndexError

    match error:
        case ApiRefused():
            return ExitCode.OURS_IS_DOWN if error.problem.status >= 500 else ExitCode.BAD_USAGE
        case ApiUnreachable() | Unavailable():
            return ExitCode.OURS_IS_DOWN
        case YzIndexError():
            return ExitCode.BAD_USAGE
    return None
