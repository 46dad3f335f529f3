"""A benchmark's task, free of its file format: a program that a prompt begins, its right end, and tests."""

import re
from dataclasses import dataclass

from yzindex.bank.question import Tier

_TICKS = re.compile(r"`+")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task. `prompt + solution` is a program that defines `entry_point`."""

    #: What the benchmark calls it.
    name: str
    question_id: str
    prompt: str
    entry_point: str
    solution: str
    #: A program with a function `check`, whose parameter is the function under test.
    test: str
    tier: Tier
    source: str
    licence: str

    @property
    def program(self) -> str:
        return self.prompt + self.solution


def fenced(code: str) -> str:
    r"""Give code as a model would write it: in a fence that no run of backticks in it can close.

    >>> fenced("\n\nx = 1\n\n")
    '```python\nx = 1\n```\n'
    """
    longest = max((len(run) for run in _TICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    text = code.lstrip("\n").rstrip()
    return f"{fence}python\n{text}\n{fence}\n"
