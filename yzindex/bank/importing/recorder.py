"""Notes what a benchmark's tests expect of a candidate, case by case, instead of asking it.

Its source is sent into the sandbox, with tests that were rewritten to use it: standard library only, and no name that a
test is likely to use.
"""

import copy as yz_copy
import inspect as yz_inspect
import random as yz_random
from collections.abc import Callable as YzCallable

#: Tests that draw their inputs draw the same ones at every import.
YZ_SEED = 0


class YzRecorder:
    """Stands in for the candidate."""

    def __init__(self, function: YzCallable[..., object]) -> None:
        self._signature = yz_inspect.signature(function)
        self.cases: list[tuple[object, ...]] = []

    def call(self, *args: object, **named: object) -> tuple[object, ...]:
        """Give the arguments of a call as they are now, by position."""
        bound = self._signature.bind(*args, **named)
        if bound.kwargs:
            raise TypeError(f"arguments that can only be given by name: {', '.join(bound.kwargs)}")
        return yz_copy.deepcopy(bound.args)

    def expect(self, args: tuple[object, ...], expected: object, *compared: object) -> None:
        """Note one case, and how it is compared."""
        self.cases.append((args, yz_copy.deepcopy(expected), *compared))


def yz_record(function: YzCallable[..., object], check: YzCallable[[YzRecorder], object]) -> list[tuple[object, ...]]:
    """Run rewritten tests and give their cases."""
    yz_random.seed(YZ_SEED)
    recorder = YzRecorder(function)
    check(recorder)
    return recorder.cases
