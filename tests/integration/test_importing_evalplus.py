"""Tasks of EvalPlus: the canonical solution says what is expected; inputs that it fails on are left out and told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmark_files import Row, human_eval_plus, lines, mbpp_plus
from tests.local_runner import LocalRunner
from yzindex.bank.importing.formats import Format
from yzindex.bank.importing.importer import Refused, Taken, import_tasks
from yzindex.bank.importing.reading import read_tasks
from yzindex.bank.importing.shapes import arguments_like, shaped_like
from yzindex.bank.importing.working_out import LONGEST_LITERAL, MOST_INPUTS, chosen
from yzindex.bank.linting import question_faults
from yzindex.errors import CodeRunnerUnavailable, InvalidFile
from yzindex.grading.asserted import View
from yzindex.grading.code import CallCase, Calls
from yzindex.grading.code_grading import grade_code
from yzindex.ports import CodeJob, CodeResult


class NoRunner:
    """A `CodeRunner` that must not be asked."""

    def run(self, job: CodeJob) -> CodeResult:
        raise AssertionError("nothing was to be run")


def imported(folder: Path, *rows: Row) -> list[Taken | Refused]:
    file = lines(folder / "plus.jsonl", rows)
    return list(import_tasks(read_tasks(file, Format.EVALPLUS), LocalRunner(), at_once=1))


def taken(folder: Path, row: Row) -> Taken:
    (found,) = imported(folder, row)
    assert isinstance(found, Taken), found
    return found


def spec_of(folder: Path, row: Row) -> Calls:
    spec = taken(folder, row).question.grader
    assert isinstance(spec, Calls)
    return spec


def refusal_of(folder: Path, row: Row) -> str:
    (found,) = imported(folder, row)
    assert isinstance(found, Refused), found
    return found.reason


def returning(body: str, inputs: list[list[object]], **changed: object) -> Row:
    """A task `f(n)` of HumanEval+ with this body."""
    task = human_eval_plus(
        prompt="def f(n):\n",
        entry_point="f",
        canonical_solution=f"    {body}\n",
        base_input=inputs,
        plus_input=[],
    )
    return task | changed


def case(args: str, expected: str, **options: object) -> CallCase:
    return CallCase.model_validate({"args": args, "expected": expected, "equality": "python", **options})


def test_what_is_expected_is_what_the_canonical_solution_returns(tmp_path: Path) -> None:
    found = taken(tmp_path, human_eval_plus())

    question, spec = found.question, found.question.grader
    assert isinstance(spec, Calls)
    assert (question.id, question.source) == ("evalplus-human-eval-0", "evalplus/evalplus HumanEval/0")
    assert (question.licence, found.left_out) == ("Apache-2.0", "")
    assert [(each.args, each.expected) for each in spec.cases] == [
        ("([1.0, 2.0, 4.0], 1.5)", "3.0"),
        ("([], 0)", "0.0"),
        ("([0.1, 0.2, 0.3], 0.0)", "0.20000000000000004"),
        ("([1], 1)", "0.0"),
    ]
    assert spec.prelude == "from typing import List\n"
    assert spec.stub.startswith("def mean_above(")
    assert list(question_faults(question)) == []
    assert all(grade_code(spec, wrong.reply, LocalRunner(), strict=True).score == 0 for wrong in question.wrong)


def test_a_task_of_mbpp_is_compared_as_its_assertions_are_and_gets_their_types_back(tmp_path: Path) -> None:
    found = taken(tmp_path, mbpp_plus())

    question, spec = found.question, found.question.grader
    assert isinstance(spec, Calls)
    assert spec.cases == (
        case("(((1, 2), (3, 4)), ((3, 4),))", "{(3, 4)}", view=View.SET),
        case("((), ())", "set()", view=View.SET),
        case("(((1, 2), (5, 6), (7, 8)), ((7, 8), (1, 2)))", "{(1, 2), (7, 8)}", view=View.SET),
        case("(((9, 9),), ((9, 8),))", "set()", view=View.SET),
    )
    assert question.id == "evalplus-mbpp-3"
    assert question.prompt.startswith("Name the crates that stand in both halls.\n\nThe function is called `both`.")
    assert question.prompt.count("assert ") == 1
    assert grade_code(spec, question.reference, LocalRunner(), strict=True).score == 100


def test_nothing_that_is_expected_is_sent_into_the_sandbox(tmp_path: Path) -> None:
    file = lines(tmp_path / "plus.jsonl", [returning("return n + 1", [[87654320], [1]])])
    runner = LocalRunner()

    (found,) = import_tasks(read_tasks(file, Format.EVALPLUS), runner, at_once=1)

    assert isinstance(found, Taken)
    assert "87654321" in found.question.canonical()
    assert "87654320" in repr(runner.jobs)
    assert "87654321" not in repr(runner.jobs)


@pytest.mark.parametrize(
    ("body", "atol", "right", "wrong"),
    [
        ("return n / 3", 0, "n * (1 / 3) + 1e-8", "n / 3 + 1e-4"),
        ("return n / 3", 0.01, "n / 3 + 0.009", "n / 3 + 0.02"),
        ("return n * 1e12 / 3", 0, "n * 1e12 / 3 + 1", "n * 1e12 / 3 + 1e7"),
        ("return n * 3", 0.5, "n * 3 + 0.25", "n * 3 + 1"),
        ("return n * 3", 0, "n * 3.0", "n * 3 + 1e-9"),
        ("return [n / 3, n / 7]", 0, "[n / 3 + 1e-8, n / 7]", "[n / 3 + 1e-4, n / 7]"),
        ("return (n / 3, 1.0)", 0.01, "(n / 3 + 0.001, 1)", "(n / 3 + 1, 1.0)"),
        ("return ['a', [n / 3]]", 0.01, "['a', [n / 3 + 0.001]]", "['b', [n / 3]]"),
        ("return ['a', n / 3]", 0, "['a', n / 3]", "['a', n / 3 + 1e-8]"),
        ("return float('inf') * n", 0, "float('inf')", "1e308"),
        ("return [n] * n", 0, "[float(n)] * n", "(n,) * n"),
        ("return 10 ** 400 + n", 0.5, "10 ** 400 + n", "10 ** 400"),
        ("return n == 2", 0.5, "int(n == 2)", "0.4"),
    ],
)
def test_floats_may_differ_by_the_tolerance_of_the_file_or_of_evalplus(
    tmp_path: Path, body: str, atol: float, right: str, wrong: str
) -> None:
    spec = spec_of(tmp_path, returning(body, [[1], [2]], atol=atol))

    scores = [
        grade_code(spec, f"```python\ndef f(n):\n    return {each}\n```", LocalRunner(), strict=True).score
        for each in (right, wrong)
    ]

    assert scores == [100, 0]


def test_all_inputs_of_the_base_are_used_and_the_others_evenly_up_to_the_bound() -> None:
    base, more = [(-n,) for n in range(40)], [(n,) for n in range(600)]

    few, many, large = chosen(base, more[:7]), chosen(base, more), chosen(more, base)

    assert few == base + more[:7]
    assert len(many) == MOST_INPUTS
    assert many[:40] == base
    assert many[40:] == more[::10]
    assert large == more


def test_an_input_on_which_the_canonical_solution_fails_is_left_out_and_told(tmp_path: Path) -> None:
    found = taken(tmp_path, returning("return 12 // n", [[3], [0], [5], ["a"]]))

    assert isinstance(found.question.grader, Calls)
    assert [each.args for each in found.question.grader.cases] == ["(3,)", "(5,)"]
    assert found.left_out.startswith(
        "2 of its 4 inputs; the first: its canonical solution fails: runtime_error: ZeroDivisionError"
    )


@pytest.mark.parametrize(
    ("body", "bad", "reason"),
    [
        ("return [n]", float("nan"), "an input has no literal: nan"),
        ("return [n]", json.loads("[" * 150 + "]" * 150), "an input has no literal: nested too deep"),
        ("return [n]", "x" * (LONGEST_LITERAL + 1), f"an input has {LONGEST_LITERAL + 6} characters, more than"),
        ("return n - n if n else n", float("inf"), "what its canonical solution returns has no literal: nan"),
        ("return 10 ** n", 5000, "what its canonical solution returns has no literal: an int of thousands"),
        ("return 'x' * n", LONGEST_LITERAL + 1, "what its canonical solution returns has 10003 characters"),
        ("return n if n < 9 else object()", 9, "what its canonical solution returns has no literal: Opaque"),
        ("return n if n < 9 else frozenset()", 9, "what its canonical solution returns has no literal: frozenset()"),
        ("return n if n < 9 else n * 1j", 9, "what its canonical solution returns has no literal: 9j"),
    ],
)
def test_an_input_or_value_without_a_short_literal_is_left_out_and_told(
    tmp_path: Path, body: str, bad: object, reason: str
) -> None:
    some, alone = imported(tmp_path, returning(body, [[1], [bad], [2]]), returning(body, [[bad]], task_id="Mbpp/1"))

    assert isinstance(some, Taken), some
    assert some.left_out.startswith(f"1 of its 3 inputs; the first: {reason}")
    assert isinstance(some.question.grader, Calls)
    assert len(some.question.grader.cases) == 2
    assert isinstance(alone, Refused)
    assert alone.reason.startswith(f"no case can be made of 1 of its 1 inputs; the first: {reason}")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            returning("raise ValueError(n)", [[1], [2]]),
            "no case can be made of 2 of its 2 inputs; the first: its canonica",
        ),
        (returning("return n +", [[1]]), "no case can be made of 1 of its 1 inputs; the first: its canonical solution"),
        (returning("return n", []), "no case can be made of it: it has no inputs"),
        (returning("return None", [[1], [2]]), "an empty body passes its test"),
        (returning("import random; return random.random()", [[1]]), "its canonical solution fails its own test"),
        (human_eval_plus(entry_point="find_zero"), "EvalPlus takes several answers to it"),
        (human_eval_plus(entry_point="absent"), "fails: runtime_error: KeyError: 'absent'"),
        (mbpp_plus(assertion="assert both([], [])["), "of its test is no Python code"),
        (mbpp_plus(assertion="assert len(both((), ())) == 0"), "asks something else"),
        (mbpp_plus(assertion="assert neither((), ()) == ()"), "its test asserts nothing about the candidate"),
        (mbpp_plus(assertion=""), "its test asserts nothing"),
        (mbpp_plus(plus_input={}, base_input=[[[], []]]), "its prompt shows all that is expected"),
        (mbpp_plus(canonical_solution="both = max\n"), "its canonical solution defines no function both"),
    ],
)
def test_what_cannot_be_graded_fairly_is_refused_by_name(tmp_path: Path, row: Row, reason: str) -> None:
    assert reason in refusal_of(tmp_path, row)


def test_an_assertion_about_closeness_gives_way_to_the_tolerance_of_the_file(tmp_path: Path) -> None:
    row = mbpp_plus(
        entry_point="third",
        canonical_solution="def third(n):\n    return n / 3\n",
        assertion="import math\nassert math.isclose(third(3), 1.0, rel_tol=0.001)",
        base_input=[[3]],
        plus_input=[[4], [5]],
    )

    refused, found = imported(tmp_path, row, row | {"task_id": "Mbpp/4", "atol": 0.001})

    assert isinstance(refused, Refused)
    assert "asks something else" in refused.reason
    assert isinstance(found, Taken)
    assert isinstance(found.question.grader, Calls)
    assert [each.tolerance for each in found.question.grader.cases] == pytest.approx([0.001] * 3, rel=1e-3)


def test_assertions_that_compare_in_several_ways_leave_plain_equality(tmp_path: Path) -> None:
    both_ways = f"assert both((), ()) == ()\n{mbpp_plus()['assertion']}"

    spec = spec_of(tmp_path, mbpp_plus(assertion=both_ways))

    assert {each.view for each in spec.cases} == {None}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"task_id": "HumanEval"}, "task_id: String should match"),
        ({"entry_point": "a b"}, "entry_point: must be the name of a function"),
        ({"base_input": [1]}, "base_input.0: Input should be a valid array"),
        ({"base_input": None}, "base_input: Input should be a valid array"),
        ({"atol": -1}, "atol: Input should be greater than or equal to 0"),
        ({"atol": float("nan")}, "atol: Input should be"),
        ({"base_input": [[10**3999]]}, ""),
    ],
)
def test_every_fault_of_a_row_is_told_with_its_line_and_field(tmp_path: Path, changed: Row, fault: str) -> None:
    file = lines(tmp_path / "plus.jsonl", [human_eval_plus(), human_eval_plus(1, **changed)])
    if not fault:
        assert len(read_tasks(file, Format.EVALPLUS)) == 2
        return

    with pytest.raises(InvalidFile) as invalid:
        read_tasks(file, Format.EVALPLUS)

    assert str(invalid.value).startswith(f"{file}:2: {fault}"), str(invalid.value)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("9" * 1_000_000, "line: not JSON: a number has 1000000 digits"),
        ("[" * 50_000 + "]" * 50_000, "line: not JSON: nested too deeply"),
        ("[" * 900 + "]" * 900, "line: Invalid JSON: recursion limit exceeded"),
    ],
)
def test_a_line_that_no_reader_could_take_is_told_and_nothing_run(tmp_path: Path, value: str, fault: str) -> None:
    file = tmp_path / "plus.jsonl"
    file.write_text(json.dumps(human_eval_plus(base_input=["here"])).replace('"here"', f"[{value}]"))

    with pytest.raises(InvalidFile) as invalid:
        read_tasks(file, Format.EVALPLUS)

    assert str(invalid.value).startswith(f"{file}:1: {fault}"), str(invalid.value)[:200]


def test_a_task_that_stands_twice_or_misses_fields_is_a_fault_of_the_file(tmp_path: Path) -> None:
    file = lines(tmp_path / "plus.jsonl", [mbpp_plus(), mbpp_plus(), {"task_id": "Mbpp/4"}])

    with pytest.raises(InvalidFile) as invalid:
        read_tasks(file, Format.EVALPLUS)

    assert [line.removeprefix(f"{file}:") for line in str(invalid.value).splitlines()] == [
        *(f"3: {name}: Field required" for name in ("prompt", "entry_point", "canonical_solution", "base_input")),
        f"2: task_id: Mbpp/3 stands at {file}:1 too; give each its own",
    ]


def test_trouble_of_ours_ends_an_import_and_refuses_nothing(tmp_path: Path) -> None:
    class Down:
        def run(self, job: CodeJob) -> CodeResult:
            raise CodeRunnerUnavailable("no engine")

    with pytest.raises(CodeRunnerUnavailable):
        list(
            import_tasks(
                read_tasks(lines(tmp_path / "p.jsonl", [human_eval_plus()]), Format.EVALPLUS), Down(), at_once=1
            )
        )


@pytest.mark.parametrize(
    ("value", "example", "shaped"),
    [
        ([1, 2], (0,), (1, 2)),
        ([[1], [2]], [(0,)], [(1,), (2,)]),
        ([1, [2, 3], 4], (1, 2, (3,)), (1, (2, 3), 4)),
        ([1, 1], {5}, {1}),
        ([[1], [1]], {5}, [[1], [1]]),
        ({"a": [1]}, {"b": (2,)}, {"a": (1,)}),
        ([1], "text", [1]),
        (1, (1,), 1),
        ([], (), ()),
    ],
)
def test_lists_become_what_an_example_has_in_their_place(value: object, example: object, shaped: object) -> None:
    assert repr(shaped_like(value, example)) == repr(shaped)


def test_arguments_beyond_those_of_the_example_stay_as_they_are() -> None:
    assert arguments_like(([1], [2]), ((0,),)) == ((1,), [2])
    assert arguments_like(([1],), ((0,), (0,))) == ((1,),)
