"""From a reply to a grade: what is run, what never goes in, and what each ending is worth."""

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest

from yzindex.errors import CodeRunnerUnavailable
from yzindex.grading import sql_program
from yzindex.grading.code import CallCase, Calls, Sql, SqlCase, Stdio, StdioCase
from yzindex.grading.code_grading import code_of, grade_code, job_of
from yzindex.grading.grade import Verdict
from yzindex.ports import MOST_JOB_BYTES, MOST_STDIN_BYTES, CaseResult, CodeCase, CodeJob, CodeResult, Ending

CALLS = Calls(entry_point="f", cases=(CallCase(args="(1,)", expected="2"), CallCase(args="(2,)", expected="None")))
STDIO = Stdio(cases=(StdioCase(stdin="1\n", expected_stdout="2\n"), StdioCase(stdin="é", expected_stdout="ü")))
SQL = Sql(
    tables="CREATE TABLE t (a, b);",
    cases=(
        SqlCase(rows="INSERT INTO t VALUES (1, 'x'), (2, NULL);", expected=((1, "x"), (2, None))),
        SqlCase(rows="", expected=()),
    ),
)
PYTHON_REPLY = "```python\ndef f(x):\n    return x + 1\n```"
SQL_REPLY = "```sql\nSELECT a, b FROM t\n```"


class ScriptedRunner:
    """A `CodeRunner` that runs nothing: it keeps the job and gives what the test says each case did."""

    def __init__(self, *done: CaseResult) -> None:
        self.done = done
        self.jobs: list[CodeJob] = []

    def run(self, job: CodeJob) -> CodeResult:
        self.jobs.append(job)
        return CodeResult(cases=self.done, engine="scripted", where="nowhere")


class SqlRunner:
    """A `CodeRunner` for our own SQL program with the queries of this file."""

    def run(self, job: CodeJob) -> CodeResult:
        return CodeResult(cases=tuple(self._one(job.source, case) for case in job.cases), engine="own", where="here")

    def _one(self, source: str, case: CodeCase) -> CaseResult:
        done = subprocess.run([sys.executable, "-I", "-c", source], input=case.stdin, capture_output=True, timeout=30)
        ending = Ending.RUNTIME_ERROR if done.returncode else Ending.COMPLETED
        return CaseResult(ending=ending, stdout=done.stdout, stderr=done.stderr)


def completed(**given: object) -> CaseResult:
    return CaseResult(ending=Ending.COMPLETED, **given)  # type: ignore[arg-type]


def graded(spec, reply, *done, strict=False):
    return grade_code(spec, reply, ScriptedRunner(*done), strict=strict)


def graded_sql(query, spec=SQL, strict=False):
    return grade_code(spec, f"```sql\n{query}\n```", SqlRunner(), strict=strict)


def test_a_reply_whose_every_case_gives_the_expected_value_passes():
    grade = graded(CALLS, PYTHON_REPLY, completed(value=2), completed(value=None))

    assert (grade.score, grade.verdict) == (Decimal(100), Verdict.PASSED)
    assert [case.passed for case in grade.cases] == [True, True]


def test_the_score_is_the_pass_rate_and_all_or_nothing_when_strict():
    done = completed(value=2), completed(value=3)

    assert graded(CALLS, PYTHON_REPLY, *done).score == 50
    assert graded(CALLS, PYTHON_REPLY, *done, strict=True).score == 0
    assert graded(CALLS, PYTHON_REPLY, *done).verdict is Verdict.WRONG_ANSWER


@pytest.mark.parametrize(
    ("ending", "verdict"),
    [
        (Ending.TIME_LIMIT, Verdict.TIME_LIMIT),
        (Ending.MEMORY_LIMIT, Verdict.MEMORY_LIMIT),
        (Ending.OUTPUT_LIMIT, Verdict.OUTPUT_LIMIT),
        (Ending.RUNTIME_ERROR, Verdict.RUNTIME_ERROR),
    ],
)
def test_a_case_that_did_not_complete_fails_even_if_it_gave_what_was_expected(ending, verdict):
    grade = graded(CALLS, PYTHON_REPLY, CaseResult(ending=ending, value=2), CaseResult(ending=ending, value=None))

    assert (grade.score, grade.verdict) == (Decimal(0), verdict)


def test_every_ending_has_a_verdict():
    for ending in Ending:
        grade = graded(CALLS, PYTHON_REPLY, *[CaseResult(ending=ending, value="other")] * 2)

        assert grade.score == 0


@pytest.mark.parametrize("reply", ["", "  \n\t\n"])
def test_a_blank_reply_is_empty_and_nothing_is_run(reply):
    runner = ScriptedRunner()

    for spec in (CALLS, STDIO, SQL):
        assert grade_code(spec, reply, runner, strict=False).verdict is Verdict.EMPTY
    assert runner.jobs == []


def test_a_reply_without_code_is_no_code_and_nothing_is_run():
    runner = ScriptedRunner()

    for spec in (CALLS, STDIO, SQL):
        grade = grade_code(spec, "I would rather not.", runner, strict=False)
        assert (grade.score, grade.verdict) == (Decimal(0), Verdict.NO_CODE)
    assert runner.jobs == []


def test_trouble_of_ours_passes_through_and_is_no_grade():
    class Down:
        def run(self, job: CodeJob) -> CodeResult:
            raise CodeRunnerUnavailable("no engine", retry_after_s=3)

    with pytest.raises(CodeRunnerUnavailable, match="no engine") as raised:
        grade_code(CALLS, PYTHON_REPLY, Down(), strict=True)
    assert raised.value.retry_after_s == 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_runner_that_gives_too_few_or_too_many_results_is_trouble_of_ours(count):
    with pytest.raises(CodeRunnerUnavailable, match=f"{count} results for 2 cases"):
        graded(CALLS, PYTHON_REPLY, *[completed(value=2)] * count)


@pytest.mark.parametrize(
    ("spec", "reply"),
    [
        (
            Calls(entry_point="f", cases=(CallCase(args="(1,)", expected="'secret-1'"),), tolerance=0.125),
            PYTHON_REPLY,
        ),
        (Stdio(cases=(StdioCase(stdin="1", expected_stdout="secret-1"),)), "```python\nprint(input())\n```"),
        (Sql(tables="", cases=(SqlCase(rows="", expected=(("secret-1",),)),)), SQL_REPLY),
    ],
)
def test_nothing_that_is_expected_goes_into_a_job(spec, reply):
    runner = ScriptedRunner(completed())

    grade_code(spec, reply, runner, strict=False)

    (job,) = runner.jobs
    assert "secret-1" not in repr(job)
    assert "0.125" not in repr(job)


def test_a_job_holds_the_code_the_inputs_and_the_time_limit():
    calls = job_of(CALLS.model_copy(update={"cpu_s": 3.0}), "code")
    stdio = job_of(STDIO, "code")
    sql = job_of(SQL, "SELECT 1")

    assert (calls.source, calls.cpu_s) == ("code", 3.0)
    assert calls.cases == (CodeCase(entry_point="f", args="(1,)"), CodeCase(entry_point="f", args="(2,)"))
    assert stdio.cases == (CodeCase(stdin=b"1\n"), CodeCase(stdin="é".encode()))
    assert json.loads(sql.cases[0].stdin) == {"tables": SQL.tables, "rows": SQL.cases[0].rows, "query": "SELECT 1"}


def test_text_beyond_ascii_takes_no_more_room_in_a_job_than_in_the_reply():
    query = "SELECT '\N{CJK UNIFIED IDEOGRAPH-4E2D}'"

    small, large = job_of(SQL, query), job_of(SQL, query + "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 1000)

    assert len(large.cases[0].stdin) - len(small.cases[0].stdin) == 3000


def test_a_query_beyond_ascii_arrives_as_it_was_written():
    spec = SQL.model_copy(update={"cases": (SqlCase(rows="", expected=(("ü\N{GRINNING FACE}",),)),)})

    grade = grade_code(spec, "```sql\nSELECT 'ü\N{GRINNING FACE}'\n```", SqlRunner(), strict=True)

    assert grade.score == 100


@pytest.mark.parametrize(
    ("spec", "reply"),
    [
        (CALLS, f"{PYTHON_REPLY[:-4]}\n{'#' * MOST_JOB_BYTES}\n```"),
        (STDIO, f"```python\nprint(input())\n{'#' * MOST_JOB_BYTES}\n```"),
        (SQL, f"```sql\nSELECT 1 -- {'x' * MOST_STDIN_BYTES}\n```"),
        (SQL.model_copy(update={"cases": SQL.cases * 20}), f"```sql\nSELECT 1 -- {'x' * 1_000_000}\n```"),
    ],
    ids=["calls", "stdio", "sql", "sql, in each of many cases"],
)
def test_code_that_is_longer_than_can_be_run_is_the_models_and_no_job_is_made(spec, reply):
    runner = ScriptedRunner()

    grade = grade_code(spec, reply, runner, strict=False)

    assert runner.jobs == []
    assert grade.score == 0
    assert grade.verdict is Verdict.NO_CODE
    assert grade.reason == "the reply's code is longer than can be run"


def test_inputs_of_a_question_that_are_too_large_are_not_the_replys():
    large = SqlCase(rows=f"-- {'x' * MOST_STDIN_BYTES}", expected=())
    runner = ScriptedRunner(completed())

    grade_code(SQL.model_copy(update={"cases": (large,)}), SQL_REPLY, runner, strict=False)

    assert len(runner.jobs) == 1


@pytest.mark.parametrize(
    "reply",
    [
        "    return sqrt(half(x))",
        "```python\nreturn sqrt(half(x))\n```",
        "```python\nfrom __future__ import annotations\ndef f(x) -> Unknown:\n    return sqrt(half(x))\n```",
    ],
)
def test_what_the_prompt_gave_before_the_function_is_there_for_a_reply_that_leaves_it_out(reply):
    prelude = "from math import sqrt\n\ndef half(x):\n    return x / 2\n"
    spec = CALLS.model_copy(update={"prelude": prelude, "stub": "def f(x):\n"})

    code = code_of(spec, reply)

    scope: dict[str, object] = {}
    exec(code or "", scope)
    assert scope["f"](8) == 2.0  # type: ignore[operator]


@pytest.mark.parametrize("value", ["2", 2.0, True, [2], (2,), None, {"value": 2}])
def test_a_value_of_another_type_is_a_wrong_answer(value):
    assert graded(CALLS, PYTHON_REPLY, completed(value=value), completed(value=None)).score == 50


def test_what_a_called_function_prints_is_no_answer():
    grade = graded(CALLS, PYTHON_REPLY, completed(stdout=b"2\n"), completed(stdout=b"None\n"))

    assert [case.passed for case in grade.cases] == [False, True]


def test_a_script_is_compared_byte_by_byte_but_for_white_space_at_the_ends():
    reply = "```python\nprint(int(input()) + 1)\n```"

    assert graded(STDIO, reply, completed(stdout=b"2  \n\n"), completed(stdout="ü".encode())).score == 100
    assert graded(STDIO, reply, completed(stdout=b"2 3"), completed(stdout="ü".encode("latin-1"))).score == 0


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10**6,
        list(range(10**6)),
        {str(number): "y" * 1000 for number in range(1000)},
        10**100_000,
        [10**100_000],
        b"\0" * 10**6,
        [[[[[[[[[["deep"] * 1000]]]]]]]]],
        {1, "a", None},
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_detail_of_a_case_stays_short_whatever_was_returned(value):
    (case, _) = graded(CALLS, PYTHON_REPLY, completed(value=value), completed(value=value)).cases

    assert case.detail.startswith("f(1,) returned ")
    assert case.expected == "2"
    assert len(case.detail) < 400


def test_the_detail_of_an_error_is_the_last_line_without_control_characters():
    stderr = b"Traceback\n  File\nValueError: \x1b[31mno\0\xff " + b"z" * 10**6 + b"\n\n"
    grade = graded(CALLS, PYTHON_REPLY, *[CaseResult(ending=Ending.RUNTIME_ERROR, stderr=stderr)] * 2)
    detail = grade.cases[0].detail

    assert detail.startswith("ValueError: \N{REPLACEMENT CHARACTER}[31mno")
    assert detail.isprintable()
    assert len(detail) <= 120


def test_a_query_that_gives_the_rows_in_any_order_passes_unless_the_order_was_asked_for():
    ordered = SQL.model_copy(update={"ordered": True})
    query = "SELECT a * 1.0, b FROM t ORDER BY a DESC;"

    assert graded_sql(query).score == 100
    assert [case.passed for case in graded_sql(query, ordered).cases] == [False, True]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; SELECT 2",
        "SELECT nothing FROM nowhere",
        "DELETE FROM t",
        "INSERT INTO t VALUES (1, 'x') RETURNING a, b",
        "CREATE TABLE u (a)",
        "PRAGMA query_only = OFF",
        "-- nothing",
    ],
)
def test_what_is_no_single_query_is_a_runtime_error_of_the_candidate(query):
    grade = graded_sql(query)

    assert (grade.score, grade.verdict) == (Decimal(0), Verdict.RUNTIME_ERROR)
    assert grade.cases[0].detail


@pytest.mark.parametrize(
    "query",
    [
        "SELECT value, CASE value WHEN 1 THEN 'x' END FROM json_each('[1, 2]') WHERE EXISTS (SELECT 1 FROM t)",
        "WITH RECURSIVE n (a) AS (VALUES (1) UNION ALL SELECT a + 1 FROM n LIMIT 2) SELECT a, b FROM n JOIN t USING(a)",
        "SELECT a, MAX(b) OVER (PARTITION BY a) FROM t; -- done",
    ],
)
def test_recursion_windows_and_table_functions_are_part_of_sql(query):
    assert graded_sql(query).score == 100


@pytest.mark.parametrize("cell", ["x'78'", "'X'", "NULL", "'x '", "0"])
def test_another_cell_is_a_wrong_answer(cell):
    assert graded_sql(f"SELECT a, CASE a WHEN 1 THEN {cell} END FROM t").score == 50


@pytest.mark.parametrize("stdout", [b"no JSON\n", b"{}\n", b"[1\n", b"\xff\n", b"1\n"])
def test_rows_that_cannot_be_read_are_trouble_of_ours_since_a_query_cannot_print(stdout):
    with pytest.raises(CodeRunnerUnavailable, match="rows"):
        graded(SQL, SQL_REPLY, completed(stdout=stdout), completed())


def test_the_sql_program_needs_nothing_but_the_standard_library():
    imported = {name for name, thing in vars(sql_program).items() if type(thing) is type(sys)}

    assert imported == {"json", "sqlite3", "sys"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Calls(entry_point="f()", cases=CALLS.cases),
        lambda: Calls(entry_point="class", cases=CALLS.cases),
        lambda: CallCase(args="1", expected="1"),
        lambda: CallCase(args="(x,)", expected="1"),
        lambda: CallCase(args="(1,", expected="1"),
        lambda: CallCase(args="(1,)", expected="set([1])"),
        lambda: CallCase(args="(1,)", expected="-" * 10**6),
    ],
)
def test_a_case_that_could_not_be_run_or_compared_is_refused_when_the_question_is_read(make: Callable[[], object]):
    with pytest.raises(ValueError, match="validation error"):
        make()
