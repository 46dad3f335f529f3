"""A benchmark's task, free of its file format: a program that a prompt begins, its right end, and tests."""

from dataclasses import dataclass

from yzindex.bank.question import Tier


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
