"""Read a benchmark's file, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

from yzindex.bank.importing import human_eval
from yzindex.bank.importing.formats import Format
from yzindex.bank.importing.task import Task

_READERS: dict[Format, Callable[[Path], tuple[Task, ...]]] = {Format.HUMAN_EVAL: human_eval.read}


def read_tasks(file: Path, written_as: Format) -> tuple[Task, ...]:
    """Give the tasks in the file's order; raise `InvalidFile` with every fault found."""
    return _READERS[written_as](file)
