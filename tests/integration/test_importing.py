"""From a benchmark's task to a question: what is split off its test, what is refused, what is proven."""

from __future__ import annotations

import ast
from dataclasses import replace
from textwrap import dedent, indent

import pytest

from tests.local_runner import LocalRunner
from yzindex.bank.importing.importer import Refused, Taken, import_task, import_tasks
from yzindex.bank.importing.literals import NoLiteral, literal
from yzindex.bank.importing.mutants import mutants
from yzindex.bank.importing.splitting import cases_of
from yzindex.bank.importing.task import Task
from yzindex.bank.linting import question_faults
from yzindex.bank.question import Question, Tier
from yzindex.errors import CodeRunnerUnavailable, InvalidJob, TaskRefused
from yzindex.grading.asserted import Equality, View
from yzindex.grading.code import CallCase, Calls
from yzindex.grading.code_grading import grade_code
from yzindex.ports import CodeJob, CodeResult
from yzindex.syntax import PARSING

PROMPT = '''from typing import List


def half(n: int) -> int:
    return n // 2


def f(n: int) -> int:
    """Add."""
'''


#: Can be read, and not be written: it has too many decimal digits.
LONG = f"0x1{'0' * 4000}"


class NoRunner:
    """A `CodeRunner` that must not be asked."""

    def run(self, job: CodeJob) -> CodeResult:
        raise AssertionError("nothing was to be run")


def task(body: str, *, prompt: str = PROMPT, solution: str = "    return n + 1\n", entry_point: str = "f") -> Task:
    """A task whose `check(candidate)` has this body."""
    return Task(
        name="Some/1",
        question_id="some-1",
        prompt=prompt,
        entry_point=entry_point,
        solution=solution,
        test=f"METADATA = {{}}\n\n\ndef check(candidate):\n{indent(dedent(body), '    ')}\n",
        tier=Tier.EASIER,
        source="some/benchmark Some/1",
        licence="MIT",
    )


def case(args: str, expected: str, **options: object) -> CallCase:
    return CallCase.model_validate({"args": args, "expected": expected, "equality": "python", **options})


@pytest.mark.parametrize(
    ("assertion", "found"),
    [
        ("assert candidate(1) == 2", [case("(1,)", "2")]),
        ("assert 2 == candidate(1), 'message'", [case("(1,)", "2")]),
        ("assert candidate([1, 'a'], {2: None}) == (1.5, -2)", [case("([1, 'a'], {2: None})", "(1.5, -2)")]),
        ("assert candidate(1)", [case("(1,)", "True", view=View.BOOL)]),
        ("assert not candidate(1)", [case("(1,)", "False", view=View.BOOL)]),
        ("assert candidate(1) is None", [case("(1,)", "None", equality=Equality.EXACT)]),
        ("assert candidate(1) is True", [case("(1,)", "True", equality=Equality.EXACT)]),
        ("assert tuple(candidate(1)) == (2,)", [case("(1,)", "(2,)", view=View.TUPLE)]),
        ("assert {2, 3} == set(candidate(1))", [case("(1,)", "{2, 3}", view=View.SET)]),
        ("assert sorted(candidate(1)) == [2]", [case("(1,)", "[2]", view=View.SORTED)]),
        ("assert list(candidate(1)) == [2]", [case("(1,)", "[2]", view=View.LIST)]),
        ("assert abs(candidate(1) - 2.5) < 1e-6", [case("(1,)", "2.5", tolerance=1e-6)]),
        ("assert 1e-6 > abs(2.5 - candidate(1))", [case("(1,)", "2.5", tolerance=1e-6)]),
        ("assert candidate(1) == 2 and not candidate(2)", [case("(1,)", "2"), case("(2,)", "False", view=View.BOOL)]),
        ("assert True, 'text'\nassert candidate(1) == 2\nassert candidate(1) == 2", [case("(1,)", "2")]),
        ("'''text'''\npass\nassert candidate(1e999) == -1e999", [case("(1e999,)", "-1e999")]),
    ],
)
def test_a_plain_assertion_becomes_a_case_and_nothing_is_run(assertion: str, found: list[CallCase]) -> None:
    assert list(cases_of(task(assertion), NoRunner())) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("assert candidate(3 * 5) == 4 ** 2", [case("(15,)", "16")]),
        ("for n in range(2):\n    assert candidate(n) == n + 1", [case("(0,)", "1"), case("(1,)", "2")]),
        ("assert tuple(candidate([1])) == tuple([2])", [case("([1],)", "(2,)", view=View.TUPLE)]),
        ("assert candidate(half(4)) == f(half(4))", [case("(2,)", "3")]),
        ("assert candidate(n=4) == 5", [case("(4,)", "5")]),
        ("got = candidate(1)\nassert got == 2", [case("(1,)", "2")]),
        (
            "for n in [1, 2]:\n    got = candidate(n)\n    assert abs(got - n) <= 0.5",
            [case("(1,)", "1", tolerance=0.5000000000000001), case("(2,)", "2", tolerance=0.5000000000000001)],
        ),
        ("import math\nassert math.fabs(candidate(1) - 2) < 10 ** -2", [case("(1,)", "2", tolerance=0.01)]),
        (
            "def same(a, b):\n    assert candidate(a) == b\nsame(1, 2)\nsame(2, 3)",
            [case("(1,)", "2"), case("(2,)", "3")],
        ),
        ("given = [1]\ngot = candidate(given)\ngiven.append(2)\nassert got == given", [case("([1],)", "[1, 2]")]),
        ("assert candidate({'b', 'a'} | {'c'}) == set()", [case("({'a', 'b', 'c'},)", "set()")]),
        ("if half(4) == 2:\n    assert candidate(1) == 2\nelse:\n    assert candidate(1) == 3", [case("(1,)", "2")]),
    ],
)
def test_a_test_that_computes_is_unrolled_by_running_it(body: str, found: list[CallCase]) -> None:
    assert list(cases_of(task(body), LocalRunner())) == found


def test_random_inputs_are_the_same_at_every_import() -> None:
    drawing = task(
        "import random\nfor _ in range(5):\n    n = random.randint(0, 10**9)\n    assert candidate(n) == n + 1"
    )

    first, second = cases_of(drawing, LocalRunner()), cases_of(drawing, LocalRunner())

    assert first == second
    assert len(first) == 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("assert len(candidate(1)) == 2", "`len(candidate(1)) == 2` in line 5 of its test asks something else"),
        ("assert candidate(1) != 2", "asks something else"),
        ("assert candidate(1) in (1, 2)", "asks something else"),
        ("assert candidate(1) > 0", "asks something else"),
        ("assert candidate(1) == 2 or candidate(1) == 3", "asks something else"),
        ("assert candidate(1) == candidate(2)", "asks something else"),
        ("assert candidate(candidate(1)) == 3", "asks something else"),
        ("assert isinstance(candidate(1), int)", "asks something else"),
        ("assert 1 == candidate(1) == 1", "asks something else"),
        ("assert sorted(candidate(1), reverse=True) == [1]", "asks something else"),
        ("assert candidate(1) is half", "asks something else"),
        ("got = candidate(1)\nassert half(got) == 2", "asks something else"),
        ("got = candidate(1)\nmore = got + 1\nassert more == 2", "`more = got + 1` in line 6 of its test uses"),
        ("try:\n    assert candidate(1) == 2\nexcept ValueError:\n    pass", "may catch what an assertion raises"),
        ("def other(g):\n    assert g(1) == 2\nother(candidate)", "uses the candidate"),
        ("assert True", "asserts nothing about the candidate"),
        ("assert candidate(1) == 1 / 0", "could not be unrolled: runtime_error: ZeroDivisionError"),
        ("assert candidate(1) == object()", "has no literal: Opaque"),
        ("assert candidate(1) == frozenset([1])", "has no literal"),
        ("assert candidate(float('nan')) == 1", "has no literal: nan"),
        ("assert abs(candidate(1) - 1) < 'a' * 2", "a tolerance of its test is no number: 'aa'"),
        ("assert abs(candidate(1) - 1) < 0 * 1", "cannot be used: tolerance: Input should be greater than 0"),
        ("for n in range(1001):\n    assert candidate(n) == n", "1001 cases; at most 1000"),
        ("assert candidate(1, 2) == 3 * 1", "could not be unrolled: runtime_error: TypeError: too many"),
    ],
)
def test_what_cannot_be_compared_outside_is_refused_with_the_place_and_reason(body: str, reason: str) -> None:
    with pytest.raises(TaskRefused) as refused:
        cases_of(task(body), LocalRunner())

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("def check(", "is no Python code"),
        ("def test(candidate):\n    assert candidate(1) == 2\n", "no function `check`"),
        ("def check():\n    assert f(1) == 2\n", "no function `check`"),
        ("assert f(1) == 2\ndef check(candidate):\n    assert candidate(1) == 2\n", "outside of `check`"),
    ],
)
def test_a_test_of_another_shape_is_refused(test: str, reason: str) -> None:
    odd = Task(**{**task("pass").__dict__, "test": test})

    with pytest.raises(TaskRefused, match=reason):
        cases_of(odd, NoRunner())


CHECK = "def check(candidate):\n    assert sorted(candidate(1)) == [1, 3]\n"


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (f"def sorted(x):\n    return 5\n{CHECK}", "`def sorted(x): return 5` in line 1 of its test gives another"),
        (f"from other import sorted\n{CHECK}", "gives another meaning to sorted"),
        (f"abs = len\n{CHECK}", "gives another meaning to abs"),
        (f"fabs = len\n{CHECK}", "gives another meaning to fabs"),
        (f"{CHECK}def other(c):\n    pass\ncheck = other\n", "gives `check` more than one meaning"),
        (f"{CHECK}{CHECK}", "makes assertions outside of `check`"),
        (f"def f(n):\n    return [3, 1]\n{CHECK}", "defines f itself"),
        (f"def yz_record(f, c):\n    return []\n{CHECK}", "gives another meaning to yz_record"),
        (
            f"{CHECK}    def candidate(n): return 1\n    assert candidate(2) == 1\n",
            "gives another meaning to candidate",
        ),
        (f"{CHECK}    got = candidate(1)\n    import os as got\n    assert got == 2\n", "gives another meaning to got"),
    ],
)
def test_a_test_that_gives_another_meaning_to_what_it_is_read_by_is_refused(test: str, reason: str) -> None:
    odd = replace(task("pass", solution="    return [3, 1]\n"), test=test)

    with pytest.raises(TaskRefused) as refused:
        cases_of(odd, NoRunner())

    assert reason in str(refused.value)


def test_a_program_that_gives_another_meaning_to_what_its_test_is_read_by_is_refused() -> None:
    odd = task("assert sorted(candidate(1)) == [2]", prompt=f"def sorted(x):\n    return [2]\n\n\n{PROMPT}")

    with pytest.raises(TaskRefused, match="its program gives another meaning to sorted"):
        cases_of(odd, NoRunner())


def test_a_test_must_pass_as_it_stands_and_not_only_as_it_was_read() -> None:
    test = f"import builtins\nbuiltins.sorted = len\n{CHECK}"
    misread = replace(task("pass", solution="    return [3, 1]\n"), test=test)

    (found,) = import_tasks([misread], LocalRunner(), at_once=1)

    assert isinstance(found, Refused)
    assert found.reason == "its canonical solution fails its test as it stands: runtime_error: AssertionError"


def test_a_question_holds_all_that_its_prompt_gave_and_is_proven_by_replies_of_both_kinds() -> None:
    runner = LocalRunner()

    question = import_task(task("assert candidate(1) == 2\nassert candidate(3) == 4"), runner).question

    spec = question.grader
    assert isinstance(spec, Calls)
    assert (question.id, question.strict, question.source) == ("some-1", True, "some/benchmark Some/1")
    assert spec.prelude == "from typing import List\n\n\ndef half(n: int) -> int:\n    return n // 2\n"
    assert spec.stub == 'def f(n: int) -> int:\n    """Add."""\n'
    assert PROMPT.strip() in question.prompt
    assert list(question_faults(question)) == []
    assert Question.model_validate_json(question.canonical()).digest == question.digest
    assert grade_code(spec, question.reference, runner, strict=True).score == 100
    assert all(grade_code(spec, wrong.reply, runner, strict=True).score == 0 for wrong in question.wrong)
    assert [wrong.near_miss for wrong in question.wrong] == [False, True]
    assert (
        question.wrong[1].why == "Has `n + 2` where `n + 1` is right." or "Has `2` where `1`" in question.wrong[1].why
    )


def test_nothing_that_is_expected_is_sent_with_a_candidate() -> None:
    runner = LocalRunner()

    import_task(task("assert candidate(1) == 2\nassert candidate(87654320) == 87654321"), runner)

    (original,) = [job for job in runner.jobs if job.cases[0].entry_point is None]
    others = [job for job in runner.jobs if job is not original]
    assert original.source.startswith(task("pass").program)  # the benchmark's own solution with its own test
    assert "87654320" in repr(others)
    assert "87654321" not in repr(others)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (task("assert candidate(1) == 3"), "its canonical solution fails its own test: 1 of 1 cases failed"),
        (task("assert candidate(1) is None", solution="    return None\n"), "an empty body passes its test"),
        (task("assert candidate(1) == 2", solution="    return n +\n"), "make no Python program"),
        (task(f"assert candidate({'1+' * 900}1) == 902"), "nested too deeply"),
        (task("assert candidate(1) == 2", entry_point="g"), "its prompt does not begin a function g"),
        (task("assert candidate(1) == 2", prompt="X = 1\n", solution="def f(n): return 2\n"), "does not begin"),
        (
            task("assert candidate(1) == 2", prompt="def f(n):\n    return g(n)\n\n\ndef g(n):\n"),
            "no question can be made",
        ),
        (task("assert candidate(1) == 2", solution=f"    return n + 1 if n < {LONG} else 0\n"), "thousands of digits"),
        (task(f"assert candidate(1) > {LONG}"), "thousands of digits"),
        (task(f"assert candidate(1) == {LONG}"), "an int of thousands of digits"),
        (task("assert candidate(1) == frozenset({10 ** 5000})"), "has no literal: frozenset({an int of 16610 bits})"),
        (task(f"assert abs(candidate(1) - 2) <= 1{'0' * 400}"), "is beyond all floats: an int of 1329 bits"),
        (task("assert abs(candidate(1) - 2) < 10 ** 400"), "is beyond all floats: an int of 1329 bits"),
        (task("assert abs(candidate(1) - 2) < [10 ** 5000]"), "is no number: [an int of 16610 bits]"),
        (replace(task("assert candidate(1) == 2"), question_id="a"), "be made of it: id: String should match pattern"),
        (
            task("assert candidate(1) == 'a'", solution="    class A: s = 'a'\n    yield 1\n"),
            "its canonical solution fails its own test",
        ),
    ],
)
def test_a_task_that_proves_nothing_is_refused_with_the_reason(given: Task, reason: str) -> None:
    (found,) = import_tasks([given], LocalRunner(), at_once=1)

    assert isinstance(found, Refused)
    assert reason in found.reason


@pytest.mark.parametrize("separator", ["\x0c", "\u2028", "\x1c", "\x85"])
def test_a_prompt_has_the_lines_that_python_counts(separator: str) -> None:
    given = task("assert candidate(1) == 2", prompt=f'"""Before{separator}it."""\n\n\ndef f(n):\n    """Add."""\n')

    spec = import_task(given, LocalRunner()).question.grader

    assert isinstance(spec, Calls)
    assert (spec.prelude, spec.stub) == (f'"""Before{separator}it."""\n', 'def f(n):\n    """Add."""\n')


def test_a_task_that_no_sandbox_could_run_is_refused_and_the_next_one_taken() -> None:
    class Small(LocalRunner):
        def run(self, job: CodeJob) -> CodeResult:
            if len(job.source) > 10_000:
                raise InvalidJob("source has too many bytes")
            return super().run(job)

    large = task("assert candidate(1) == 2", solution=f"    return n + 1\n{'# long' * 2_000}\n")

    found = list(import_tasks([large, task("assert candidate(1) == 2")], Small(), at_once=1))

    assert [type(each) for each in found] == [Refused, Taken]
    assert isinstance(found[0], Refused)
    assert found[0].reason == "no sandbox can run it: source has too many bytes"


def test_all_that_is_parsed_is_parsed_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded: list[str] = []
    parse_as_before = ast.parse

    def watched(source: str, *args: object, **named: object) -> ast.AST:
        if not PARSING._is_owned():  # type: ignore[attr-defined]
            unguarded.append(source)
        return parse_as_before(source, *args, **named)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(ast, "parse", watched)

    assert import_task(task("assert candidate(1) == 2\nassert candidate(1 + 1) == 3"), LocalRunner())

    assert unguarded == []


def test_tasks_come_back_in_their_order() -> None:
    good, bad = task("assert candidate(1) == 2"), task("assert candidate(1) > 0")

    found = list(import_tasks([bad, good, bad], LocalRunner(), at_once=2))

    assert [type(each) for each in found] == [Refused, Taken, Refused]


def test_trouble_of_ours_ends_an_import_and_refuses_nothing() -> None:
    class Down:
        def run(self, job: CodeJob) -> CodeResult:
            raise CodeRunnerUnavailable("no engine")

    with pytest.raises(CodeRunnerUnavailable):
        list(import_tasks([task("assert candidate(1) == 2")], Down(), at_once=1))


def test_a_mutant_has_one_mistake_and_says_which() -> None:
    program = "def f(a, b):\n    '''Text.'''\n    if a < b and b % 2:\n        return a\n    return b\n"

    found = list(mutants(program, "f"))

    assert [mutant.why for mutant in found] == [
        "Has `a <= b` where `a < b` is right.",
        "Has `3` where `2` is right.",
        "Has `b // 2` where `b % 2` is right.",
        "Has `a < b or b % 2` where `a < b and b % 2` is right.",
        "Has `if not (a < b and b % 2):` where `if a < b and b % 2:` is right.",
        "Has `return` where `return a` is right.",
        "Has `return` where `return b` is right.",
    ]
    assert len({mutant.source for mutant in found}) == len(found)
    assert all(ast.parse(mutant.source) for mutant in found)


@pytest.mark.parametrize(
    "value", [None, True, -1, 1.5, float("inf"), -float("inf"), "a'\n\ud83d", b"\0", [], (), (1,), {1: [{"a"}]}, set()]
)
def test_a_literal_evaluates_to_the_value_with_its_types(value: object) -> None:
    assert repr(ast.literal_eval(literal(value))) == repr(value)


@pytest.mark.parametrize(
    "value", [float("nan"), frozenset(), pytest.param(10**5000, id="long"), object(), Equality.EXACT, 1j]
)
def test_a_value_without_a_literal_is_refused(value: object) -> None:
    with pytest.raises(NoLiteral):
        literal([value])
