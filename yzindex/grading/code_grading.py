"""Grade replies to code questions: take the code out, run it through the `CodeRunner` port, compare out here.

Nothing that is expected goes into a job, so no program can learn it; what a program prints or returns is only data.
"""

import inspect
import json
from collections.abc import Sequence

from yzindex.errors import CodeRunnerUnavailable
from yzindex.grading import sql_program
from yzindex.grading.asserted import Equality, NoView, equal_in_python, viewed, within
from yzindex.grading.code import CallCase, Calls, Sql, SqlCase, Stdio, StdioCase
from yzindex.grading.equality import same_rows, same_text, same_value
from yzindex.grading.extract import Language, extract_code
from yzindex.grading.grade import CaseGrade, Grade, Verdict, grade_cases, zero
from yzindex.grading.replies import grade_blank
from yzindex.grading.scripts import joined, script
from yzindex.ports import (
    MOST_JOB_BYTES,
    MOST_STDIN_BYTES,
    CaseResult,
    CodeCase,
    CodeJob,
    CodeResult,
    CodeRunner,
    Ending,
    Limit,
)
from yzindex.syntax import literal_value
from yzindex.wording import bounded_repr

CodeSpec = Calls | Stdio | Sql
_Case = CallCase | StdioCase | SqlCase

#: Characters of a case's detail that one value, or the last line of an error, may take.
SHOWN_CHARS = 120

_VERDICTS = {
    Ending.TIME_LIMIT: Verdict.TIME_LIMIT,
    Ending.MEMORY_LIMIT: Verdict.MEMORY_LIMIT,
    Ending.OUTPUT_LIMIT: Verdict.OUTPUT_LIMIT,
    Ending.RUNTIME_ERROR: Verdict.RUNTIME_ERROR,
}
_TIMES_UP = {
    Limit.CPU: "used up its CPU seconds",
    Limit.WALL: "used up its wall seconds, in a second run too",
}


def grade_code(spec: CodeSpec, reply: str, runner: CodeRunner, *, strict: bool) -> Grade:
    """Grade one reply; lets `CodeRunnerUnavailable` pass, so that trouble of ours is never a score."""
    if blank := grade_blank(reply):
        return blank
    code = code_of(spec, reply)
    if code is None:
        return zero(Verdict.NO_CODE, "the reply has no code to run")
    if _is_too_long(spec, code):
        return zero(Verdict.NO_CODE, "the reply's code is longer than can be run")
    return grade_result(spec, runner.run(job_of(spec, code)), strict=strict)


def code_of(spec: CodeSpec, reply: str) -> str | None:
    """Take the code that a reply to this question offers, or None."""
    match spec:
        case Calls():
            code = extract_code(reply, language=Language.PYTHON, entry_point=spec.entry_point, stub=spec.stub)
            return code and _after(spec.prelude, code)
        case Stdio():
            return extract_code(reply, language=Language.PYTHON)
        case Sql():
            return extract_code(reply, language=Language.SQL)


def _after(prelude: str, code: str) -> str:
    return joined([script(prelude), script(code)]) if prelude else code


def job_of(spec: CodeSpec, code: str) -> CodeJob:
    """Give the job that runs the code on every case's input."""
    source = _sql_source() if isinstance(spec, Sql) else code
    return CodeJob(source=source, cases=_inputs(spec, code), cpu_s=spec.cpu_s)


def grade_result(spec: CodeSpec, result: CodeResult, *, strict: bool) -> Grade:
    """Compare what every case of a job did with what was expected of it."""
    cases: tuple[_Case, ...] = spec.cases
    if len(result.cases) != len(cases):
        raise CodeRunnerUnavailable(f"the code runner gave {len(result.cases)} results for {len(cases)} cases")
    graded = (_grade_case(spec, number, *pair) for number, pair in enumerate(zip(cases, result.cases, strict=True), 1))
    return grade_cases(tuple(graded), strict=strict)


def _sql_source() -> str:
    return inspect.getsource(sql_program)


def _inputs(spec: CodeSpec, code: str) -> tuple[CodeCase, ...]:
    match spec:
        case Calls():
            return tuple(CodeCase(entry_point=spec.entry_point, args=case.args) for case in spec.cases)
        case Stdio():
            return tuple(CodeCase(stdin=case.stdin.encode()) for case in spec.cases)
        case Sql():
            jobs = ({"tables": spec.tables, "rows": case.rows, "query": code} for case in spec.cases)
            return tuple(CodeCase(stdin=_json(job)) for job in jobs)


def _is_too_long(spec: CodeSpec, code: str) -> bool:
    """Say whether a job would be too large with this code, and is not so already by the question's own inputs."""
    inputs = _inputs(spec, "")
    room = MOST_JOB_BYTES - sum(len(case.stdin) + len(case.args.encode()) for case in inputs)
    if not isinstance(spec, Sql):
        return 0 <= room < len(code.encode())
    query = len(_json(code)) - len(_json(""))
    room_in_one = MOST_STDIN_BYTES - max(len(case.stdin) for case in inputs)
    room -= len(_sql_source().encode())
    return 0 <= room < query * len(inputs) or 0 <= room_in_one < query


def _json(value: object) -> bytes:
    # A letter beyond ASCII would take six to twelve bytes as an escape sequence.
    return json.dumps(value, ensure_ascii=False).encode()


def _grade_case(spec: CodeSpec, number: int, case: _Case, done: CaseResult) -> CaseGrade:
    name = f"case {number}"
    if done.ending is not Ending.COMPLETED:
        detail = _TIMES_UP[done.limit] if done.limit in _TIMES_UP else last_line(done.stderr)
        return CaseGrade(name=name, passed=False, verdict=_VERDICTS[done.ending], detail=detail)
    difference = _difference(spec, case, done)
    if difference is None:
        return CaseGrade(name=name, passed=True, verdict=Verdict.PASSED)
    given, expected = difference
    return CaseGrade(name=name, passed=False, verdict=Verdict.WRONG_ANSWER, detail=given, expected=expected)


def _difference(spec: CodeSpec, case: _Case, done: CaseResult) -> tuple[str, str] | None:
    """Say what a completed case gave and what was expected of it, or None if they are the same."""
    match spec, case:
        case Calls(), CallCase():
            return _call_difference(spec, case, done.value)
        case Stdio(), StdioCase():
            if same_text(done.stdout, case.expected_stdout):
                return None
            return f"printed {_shown(done.stdout.decode(errors='replace'))}", _shown(case.expected_stdout)
        case Sql(), SqlCase():
            return _rows_difference(spec, case, _rows(done.stdout))
    raise TypeError(f"a {type(case).__name__} is no case of a {type(spec).__name__}")


def _call_difference(spec: Calls, case: CallCase, value: object) -> tuple[str, str] | None:
    expected = literal_value(case.expected)
    if _is_expected(spec, case, value, expected):
        return None
    return f"{spec.entry_point}{_clipped(case.args)} returned {_shown(value)}", _shown(expected)


def _is_expected(spec: Calls, case: CallCase, value: object, expected: object) -> bool:
    if case.view is not None:
        most = len(expected) if isinstance(expected, set) else 0
        try:
            value = viewed(value, case.view, most=most)
        except NoView:
            return False
    if case.tolerance is not None:
        return within(value, expected, case.tolerance)
    if case.equality is Equality.PYTHON:
        return equal_in_python(value, expected)
    return same_value(value, expected, tolerance=spec.tolerance, unordered=spec.unordered)


def _rows_difference(spec: Sql, case: SqlCase, rows: Sequence[list[object]]) -> tuple[str, str] | None:
    if same_rows(rows, case.expected, ordered=spec.ordered):
        return None
    return f"gave {len(rows)} rows {_shown(rows)}", f"{len(case.expected)} rows {_shown(list(case.expected))}"


def _rows(stdout: bytes) -> list[list[object]]:
    """Read what `sql_program` printed. The candidate's query cannot print, so other output is trouble of ours."""
    try:
        rows = [json.loads(line) for line in stdout.split(b"\n") if line]
    except ValueError as error:
        raise CodeRunnerUnavailable(f"the SQL program printed something else than rows: {error}") from error
    if not all(isinstance(row, list) for row in rows):
        raise CodeRunnerUnavailable("the SQL program printed something else than rows")
    return rows


def _shown(value: object) -> str:
    return _clipped(bounded_repr(value))


def _clipped(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else f"{text[: SHOWN_CHARS - 3]}..."


def last_line(stderr: bytes) -> str:
    """Give the line that names the error, without the control characters a program may have put there."""
    line = stderr.rstrip().rpartition(b"\n")[2][: 4 * SHOWN_CHARS].decode(errors="replace")
    return _clipped("".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line))
