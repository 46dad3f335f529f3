"""Specifications of the graders that run code: calls of a function, scripts on standard input, SQL queries.

Expected values stay here: a program only ever receives its inputs, and what it gives is compared outside.
"""

from collections.abc import Callable
from keyword import iskeyword
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from yzindex.grading.asserted import Equality, View
from yzindex.grading.completion import is_stub
from yzindex.grading.scripts import parsed
from yzindex.grading.spec import Needs, Spec
from yzindex.syntax import literal_value


def _evaluated(source: str) -> object:
    try:
        return literal_value(source)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as error:  # Pydantic reports none but ValueError
        raise ValueError(f"not a Python literal: {source[:80]!r}: {error}") from error


def _literal_tuple(source: str) -> str:
    if not isinstance(_evaluated(source), tuple):
        raise ValueError(f"must be a literal tuple such as '(1, [2, 3])' or '(1,)', not {source[:80]!r}")
    return source


def _literal(source: str) -> str:
    _evaluated(source)
    return source


def function_name(name: str) -> str:
    """Refuse what cannot be the name of a function."""
    if not name.isidentifier() or iskeyword(name):
        raise ValueError(f"must be the name of a function, not {name!r}")
    return name


def _unused(default: object) -> Callable[[object], bool]:
    """Leave an option that a question does not use out of its canonical line, so that its digest stays what it was."""
    return lambda value: value == default


class CallCase(Spec):
    """Arguments (a Python literal tuple, as source) and the expected value (a Python literal, as source).

    The options compare as an assertion of a benchmark does. A case that uses one is not compared by the question's.
    """

    args: Annotated[str, AfterValidator(_literal_tuple)]
    expected: Annotated[str, AfterValidator(_literal)]
    equality: Equality = Field(default=Equality.EXACT, exclude_if=_unused(Equality.EXACT))
    #: Applied to what was returned before it is compared.
    view: View | None = Field(default=None, exclude_if=_unused(None))
    #: In place of equality: a number that differs by less than this, absolutely.
    tolerance: float | None = Field(default=None, gt=0, allow_inf_nan=False, exclude_if=_unused(None))


class Calls(Spec):
    """Call `entry_point` once per case and compare what it returns, types included where a case does not say else."""

    @property
    def needs(self) -> Needs:
        return Needs.SANDBOX

    type: Literal["calls"] = "calls"
    entry_point: Annotated[str, AfterValidator(function_name)]
    cases: tuple[CallCase, ...] = Field(min_length=1)
    #: Floats may differ by this much, absolutely or relatively; 0 means exactly equal.
    tolerance: float = Field(default=0.0, ge=0)
    #: The outermost list is compared without regard to order.
    unordered: bool = False
    cpu_s: float = Field(default=10.0, gt=0, le=60)
    #: Code of the prompt that comes before the entry point, such as imports and helpers: run before any reply.
    prelude: str = Field(default="", exclude_if=_unused(""))
    #: The prompt's signature and docstring: a reply may be the body that continues it.
    stub: str = Field(default="", exclude_if=_unused(""))

    @model_validator(mode="after")
    def _check_given_code(self) -> Self:
        if parsed(self.prelude) is None:
            raise ValueError("prelude is no Python code")
        if self.stub and not is_stub(self.stub, self.entry_point):
            raise ValueError(f"stub must be the beginning of a function {self.entry_point} whose body can follow")
        return self

    def instructions(self) -> str:
        return f"Reply with one fenced block of Python 3 code that defines `{self.entry_point}`. It is called by tests."


class StdioCase(Spec):
    stdin: str
    expected_stdout: str


class Stdio(Spec):
    """Run the reply as a script and compare what it prints; white space at line ends and at the end is ignored."""

    @property
    def needs(self) -> Needs:
        return Needs.SANDBOX

    type: Literal["stdio"] = "stdio"
    cases: tuple[StdioCase, ...] = Field(min_length=1)
    cpu_s: float = Field(default=10.0, gt=0, le=60)

    def instructions(self) -> str:
        return "Reply with one fenced block of Python 3 code: a script that reads standard input and prints the answer."


Cell = str | int | float | None


class SqlCase(Spec):
    """A script that fills the tables, and the rows the query must give."""

    rows: str
    expected: tuple[tuple[Cell, ...], ...]


class Sql(Spec):
    """Run the reply's query in SQLite on each case's data and compare the rows; their order only if `ordered`."""

    @property
    def needs(self) -> Needs:
        return Needs.SANDBOX

    type: Literal["sql"] = "sql"
    tables: str
    cases: tuple[SqlCase, ...] = Field(min_length=1)
    ordered: bool = False
    cpu_s: float = Field(default=10.0, gt=0, le=60)

    def instructions(self) -> str:
        order = "in the order asked for" if self.ordered else "in any order"
        return f"Tables (SQLite):\n\n{self.tables}\n\nReply with one fenced block of SQL: a single query; rows {order}."
