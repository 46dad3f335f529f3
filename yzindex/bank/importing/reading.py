"""Read a benchmark's file, whole or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from yzindex.bank.importing import evalplus, human_eval, mbpp
from yzindex.bank.importing.formats import Format
from yzindex.bank.importing.task import Draft

_READERS: dict[Format, Callable[[Path], Sequence[Draft]]] = {
    Format.HUMAN_EVAL: human_eval.read,
    Format.MBPP: mbpp.read,
    Format.EVALPLUS: evalplus.read,
}


def read_tasks(file: Path, written_as: Format) -> Sequence[Draft]:
    """Give the tasks in the file's order; raise `InvalidFile` with every fault found."""
    return _READERS[written_as](file)
