"""Arguments on their way to a sandbox are parsed by one thread at a time."""

from __future__ import annotations

import ast

import pytest

from sandbox import CaseRecord, Outcome, Program, Record
from worker.sandboxing import SandboxRunner
from yzindex.ports import CodeCase, CodeJob
from yzindex.settings import Settings
from yzindex.syntax import PARSING

DONE = CaseRecord(
    outcome=Outcome.COMPLETED,
    limit=None,
    exit_status=0,
    stdout=b"",
    stderr=b"",
    value=b'["int", "0x1"]',
    cpu_s=0.0,
    wall_s=0.0,
)


class Answering:
    """A sandbox that has run everything already."""

    def run(self, program: Program) -> Record:
        return Record(
            cases=(DONE,) * len(program.cases), engine="none", container_id="none", image="", network=False, wall_s=0.0
        )

    def close(self) -> None:
        pass


def test_the_arguments_of_a_call_are_parsed_while_no_other_thread_parses(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded: list[bool] = []
    parse_as_before = ast.parse

    def watched(*args: object, **named: object) -> ast.AST:
        guarded.append(PARSING._is_owned())  # type: ignore[attr-defined]
        return parse_as_before(*args, **named)  # type: ignore[call-overload, no-any-return]

    runner = SandboxRunner(Settings())
    monkeypatch.setattr(runner, "_sandbox", Answering())
    monkeypatch.setattr(ast, "parse", watched)

    result = runner.run(CodeJob(source="", cases=(CodeCase(entry_point="f", args="(1,)"),)))

    assert result.cases[0].value == 1
    assert guarded == [True]
