"""Find what is expected of inputs that come without: what a benchmark's own solution returns for them in the sandbox.

Inputs and returned values are kept as literals. An input for which that cannot be done is left out.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from yzindex.bank.importing.literals import NoLiteral, literal
from yzindex.errors import TaskRefused
from yzindex.grading.asserted import Equality, NoView, View, viewed
from yzindex.grading.code import CallCase
from yzindex.grading.code_grading import last_line
from yzindex.ports import CaseResult, CodeCase, CodeJob, CodeRunner, Ending
from yzindex.wording import reasons_of

#: Inputs of one task that are used, unless those of the original benchmark are more by themselves: each is a process.
MOST_INPUTS = 100
#: Characters of an input, or of what is returned for it: as many cases of that length still make a readable question.
LONGEST_LITERAL = 10_000
#: Of the canonical solution for one input: a fifth of what a reply gets.
MOST_CPU_S = 2.0
#: The relative difference that a benchmark allows beside its absolute one.
_RELATIVE = 1e-7
_Args = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How a benchmark compares what is returned."""

    view: View | None = None
    #: By how much numbers may differ, floats and others.
    tolerance: float = 0.0
    #: By how much floats may differ where `tolerance` is 0.
    float_tolerance: float = 0.0

    def of(self, value: object) -> tuple[object, dict[str, object]]:
        """Give what is expected where the solution returned this, and how a case compares it; raise `NoView`."""
        if self.view is not None:
            value = viewed(value, self.view, most=LONGEST_LITERAL)
        equality = Equality.EXACT if self._allows_floats_in(value) else Equality.PYTHON  # only EXACT has a tolerance
        return value, {"equality": equality, "view": self.view, "tolerance": self._allowed(value)}

    def inside(self, values: Iterable[object]) -> float:
        """Give by how much floats inside of these values may differ; 0 where they have none."""
        return self._least if any(map(self._allows_floats_in, values)) else 0.0

    @property
    def _least(self) -> float:
        return self.tolerance or self.float_tolerance

    def _allowed(self, value: object) -> float | None:
        """Give what a number differs by less than; None where it must be equal, or is none."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        tolerance = self._least if isinstance(value, float) else self.tolerance
        if not tolerance:
            return None
        try:
            allowed = math.nextafter(tolerance + _RELATIVE * abs(value), math.inf)
        except OverflowError:  # an int beyond all floats
            return None
        return allowed if math.isfinite(allowed) else None

    def _allows_floats_in(self, value: object) -> bool:
        if not isinstance(value, list | tuple):
            return False
        if self.tolerance:
            return any(isinstance(member, float) or self._allows_floats_in(member) for member in value)
        return self.float_tolerance > 0 and bool(value) and all(isinstance(member, float) for member in value)


@dataclass(frozen=True, kw_only=True)
class WorkedOut:
    """The cases that the inputs made."""

    cases: tuple[CallCase, ...]
    #: By how much floats inside of what is returned may differ.
    tolerance: float
    #: How many inputs were left out and why the first was; empty if none was.
    left_out: str


class _LeftOut(Exception):
    """No case can be made of an input; the message says why."""


def chosen(base: Sequence[_Args], more: Sequence[_Args]) -> list[_Args]:
    """Give all inputs of the base, and of the others as many, spread evenly, as `MOST_INPUTS` leaves room for.

    >>> len(chosen([(n,) for n in range(10)], [(n,) for n in range(1000)]))
    100
    """
    room = min(len(more), max(0, MOST_INPUTS - len(base)))
    return [*base, *(more[place * len(more) // room] for place in range(room))]


def worked_out(
    program: str, entry_point: str, inputs: Sequence[_Args], comparison: Comparison, runner: CodeRunner
) -> WorkedOut:
    """Make cases of a function's inputs, each once; raise `TaskRefused` where none is left."""
    left_out, sources = dict[int, str](), dict[str, int]()
    for place, each in enumerate(inputs):
        try:
            sources.setdefault(_bounded(each, "an input"), place)
        except _LeftOut as why:
            left_out[place] = str(why)
    found = list[tuple[CallCase, object]]()
    ran = _ran(program, entry_point, sources, runner)
    for (source, place), done in zip(sources.items(), ran, strict=True):
        try:
            found.append(_case(source, done, comparison))
        except _LeftOut as why:
            left_out[place] = str(why)
    told = f"{len(left_out)} of its {len(inputs)} inputs; the first: {left_out[min(left_out)]}" if left_out else ""
    if not found:
        raise TaskRefused(f"no case can be made of {told or 'it: it has no inputs'}")
    tolerance = comparison.inside(value for _, value in found)
    return WorkedOut(cases=tuple(case for case, _ in found), tolerance=tolerance, left_out=told)


def _ran(program: str, entry_point: str, args: Iterable[str], runner: CodeRunner) -> tuple[CaseResult, ...]:
    cases = tuple(CodeCase(entry_point=entry_point, args=each) for each in args)
    return runner.run(CodeJob(source=program, cases=cases, cpu_s=MOST_CPU_S)).cases if cases else ()


def _case(args: str, done: CaseResult, comparison: Comparison) -> tuple[CallCase, object]:
    if done.ending is not Ending.COMPLETED:
        why = f"{done.ending}: {last_line(done.stderr)}".rstrip(": ")
        raise _LeftOut(f"its canonical solution fails: {why}")
    try:
        expected, compared = comparison.of(done.value)
        source = _bounded(expected, "what its canonical solution returns")
        return CallCase.model_validate({"args": args, "expected": source, **compared}), expected
    except NoView as error:
        raise _LeftOut(f"what its canonical solution returns cannot be compared: {error}") from error
    except ValidationError as invalid:
        raise _LeftOut(f"it makes no case: {reasons_of(invalid)}") from invalid


def _bounded(value: object, what: str) -> str:
    try:
        source = literal(value)
    except NoLiteral as error:
        raise _LeftOut(f"{what} has no literal: {error}") from error
    if len(source) > LONGEST_LITERAL:
        raise _LeftOut(f"{what} has {len(source)} characters, more than {LONGEST_LITERAL}")
    return source
