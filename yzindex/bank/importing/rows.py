"""Read the rows of a benchmark's file, whichever its format, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

from yzindex.errors import InvalidFile
from yzindex.jsonlines import ModelT, read_models, repeated


def read_rows(
    file: Path,
    model: type[ModelT],
    name_of: Callable[[ModelT], str],
    *,
    nan_allowed: bool = False,
    array_allowed: bool = False,
) -> list[ModelT]:
    """Give the rows in the file's order, each with a name of its own; raise `InvalidFile` with every fault found."""
    placed, faults = read_models(file, model, what="task", nan_allowed=nan_allowed, array_allowed=array_allowed)
    faults += repeated(placed, "task_id", name_of)
    if faults:
        raise InvalidFile("\n".join(faults))
    return [each.value for each in placed]
