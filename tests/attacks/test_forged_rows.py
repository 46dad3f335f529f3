"""Forgeries for the grader of SQL queries, which runs them in SQLite: no row is right that the tables do not give."""

from __future__ import annotations

import pytest

from yzindex.grading.code import Sql, SqlCase
from yzindex.grading.code_grading import grade_code
from yzindex.grading.grade import Verdict

SQL = Sql(
    tables="CREATE TABLE sales (city TEXT NOT NULL, amount INTEGER NOT NULL);",
    cases=(
        SqlCase(
            rows="INSERT INTO sales VALUES ('Bonn', 4), ('Bonn', 7), ('Lyon', 5);",
            expected=(("Bonn", 11), ("Lyon", 5)),
        ),
        SqlCase(rows="INSERT INTO sales VALUES ('Oslo', 1), ('Oslo', 1);", expected=(("Oslo", 2),)),
    ),
)
HONEST = "SELECT city, sum(amount) FROM sales GROUP BY city"
FORGERIES = {
    "two statements": (f"SELECT 1; {HONEST}", Verdict.RUNTIME_ERROR),
    "an update": ("UPDATE sales SET amount = 0", Verdict.RUNTIME_ERROR),
    "an update that gives rows": ("UPDATE sales SET amount = 2 RETURNING city, amount", Verdict.RUNTIME_ERROR),
    "writing allowed again": ("PRAGMA query_only = OFF", Verdict.RUNTIME_ERROR),
    "a schema that can be written": ("PRAGMA writable_schema = ON", Verdict.RUNTIME_ERROR),
    "a view over the table": ("CREATE TEMP VIEW sales AS SELECT 'Oslo' AS city, 2 AS amount", Verdict.RUNTIME_ERROR),
    "another database": ("ATTACH DATABASE '/tmp/other.sqlite3' AS other", Verdict.RUNTIME_ERROR),
    "a copy to the output": ("VACUUM INTO '/dev/stdout'", Verdict.RUNTIME_ERROR),
    "a command of the shell": (".print Oslo|2", Verdict.RUNTIME_ERROR),
    "a library": ("SELECT load_extension('/usr/lib/x86_64-linux-gnu/libc.so.6')", Verdict.RUNTIME_ERROR),
    "nested too deep": (f"SELECT {'(' * 2000}1{')' * 2000}", Verdict.RUNTIME_ERROR),
    "a NUL in the middle": (f"{HONEST}\0 -- ", Verdict.RUNTIME_ERROR),
    "rows without end": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'Oslo', 2 FROM n",
        Verdict.OUTPUT_LIMIT,
    ),
    "one row larger than all output": ("SELECT hex(randomblob(1000000))", Verdict.OUTPUT_LIMIT),
    "counting without end": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'Oslo', count(*) FROM n",
        Verdict.TIME_LIMIT,
    ),
    "a blob larger than all memory": ("SELECT length(randomblob(999000000))", Verdict.MEMORY_LIMIT),
    "a text larger than all memory": ("SELECT length(hex(zeroblob(90000000)))", Verdict.MEMORY_LIMIT),
    "blobs": ("SELECT CAST(city AS BLOB), sum(amount) FROM sales GROUP BY city", Verdict.WRONG_ANSWER),
    "numbers as text": ("SELECT city, CAST(sum(amount) AS TEXT) FROM sales GROUP BY city", Verdict.WRONG_ANSWER),
    "not a number": ("SELECT city, 9e999 - 9e999 FROM sales GROUP BY city", Verdict.WRONG_ANSWER),
    "infinity": ("SELECT city, 9e999 FROM sales GROUP BY city", Verdict.WRONG_ANSWER),
    "a printed row in a cell": ("SELECT '[\"Oslo\", 2]'", Verdict.WRONG_ANSWER),
    "a printed row on a line of its own": (
        "SELECT '\"]' || char(10) || '[\"Oslo\", 2]' || char(10) || '[\"'",
        Verdict.WRONG_ANSWER,
    ),
    "a cell that is no text": ("SELECT CAST(X'ff00fe' AS TEXT), 2", Verdict.WRONG_ANSWER),
    "half a pair of surrogates": ("SELECT CAST(X'eda080' AS TEXT), 2", Verdict.WRONG_ANSWER),
    "the schema": ("SELECT name, sql FROM sqlite_master", Verdict.WRONG_ANSWER),
    "every row twice": (f"{HONEST} UNION ALL {HONEST}", Verdict.WRONG_ANSWER),
}


@pytest.mark.parametrize(("query", "verdict"), FORGERIES.values(), ids=FORGERIES.keys())
def test_no_forged_row_is_accepted(runner, query, verdict):
    grade = grade_code(SQL, f"```sql\n{query}\n```\n", runner, strict=False)

    assert len(runner.ran) == 1
    assert [(case.passed, case.verdict) for case in grade.cases] == [(False, verdict)] * len(SQL.cases)
    assert grade.score == 0


def test_an_honest_query_on_the_same_tables_is_right(runner):
    grade = grade_code(SQL, f"```sql\n{HONEST}\n```\n", runner, strict=True)

    assert grade.verdict is Verdict.PASSED
    assert grade.score == 100
