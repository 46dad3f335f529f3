"""A benchmark's task, free of its file format: a program, what a model is asked of it, and what it is graded by."""

import re
from dataclasses import dataclass
from typing import Protocol, Self

from yzindex.bank.question import Tier
from yzindex.grading.code import CallCase
from yzindex.ports import CodeRunner

_TICKS = re.compile(r"`+")
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_SLUG = re.compile(r"[^a-z0-9]+")


class Draft(Protocol):
    """A task as a file holds it; what the file leaves to be found out may be reason enough to refuse it."""

    @property
    def name(self) -> str:
        """What the benchmark calls it."""
        ...

    def finished(self, runner: CodeRunner) -> "Task":
        """Give the whole task; raise `TaskRefused`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task. `prompt + solution` is a program that defines `entry_point`."""

    #: What the benchmark calls it.
    name: str
    question_id: str
    #: The beginning of the program, which a model completes; empty where `text` says what to write.
    prompt: str = ""
    #: What is asked in words, with one of the cases; empty where there is code to complete.
    text: str = ""
    entry_point: str
    solution: str
    #: A program with a function `check`, whose parameter is the function under test; empty where there are `cases`.
    test: str = ""
    cases: tuple[CallCase, ...] = ()
    #: By how much floats inside of what is returned may differ.
    tolerance: float = 0.0
    #: How many of its inputs were left out and why; empty if none was.
    left_out: str = ""
    tier: Tier
    source: str
    licence: str

    @property
    def program(self) -> str:
        return self.prompt + self.solution

    def finished(self, runner: CodeRunner) -> Self:
        """Give the task itself: nothing is missing of it."""
        return self


def question_id(task_id: str) -> str:
    """Give the id of the question that a task becomes.

    >>> question_id("HumanEval/32")
    'human-eval-32'
    """
    return _NO_SLUG.sub("-", _BEFORE_CAPITAL.sub("-", task_id).lower()).strip("-")


def fenced(code: str) -> str:
    r"""Give code as a model would write it: in a fence that no run of backticks in it can close.

    >>> fenced("\n\nx = 1\n\n")
    '```python\nx = 1\n```\n'
    """
    longest = max((len(run) for run in _TICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    text = code.lstrip("\n").rstrip()
    return f"{fence}python\n{text}\n{fence}\n"
