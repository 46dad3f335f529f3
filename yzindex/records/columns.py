"""Column types that keep values exact on every database, and the database's own clock."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum, Float, String, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


def one_of(closed_set: type[StrEnum]) -> Enum:
    """A member of a closed set, stored as its value in a plain string: a new member needs no migration."""
    return Enum(
        closed_set,
        native_enum=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def storable(text: str) -> str:
    """Replace what some database or encoding refuses in a text: NUL characters and lone surrogates.

    >>> storable("a\\x00b\\ud800c") == "a\\ufffdb?c"
    True
    """
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


class StorableText(TypeDecorator[str]):
    """Text from outside, which may hold any character; see `storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept as its own digits: SQLite would turn a number into a binary float."""

    impl = String(48)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


class clock_s(FunctionElement[float]):  # noqa: N801  an SQL function, named as one
    """The database's clock, in seconds since 1970: one clock for all workers, whatever their own show."""

    type = Float()
    inherit_cache = True


@compiles(clock_s, "sqlite")
def _sqlite(_element: clock_s, _compiler: SQLCompiler, **_options: object) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock_s, "postgresql")
def _postgresql(_element: clock_s, _compiler: SQLCompiler, **_options: object) -> str:
    return "extract(epoch from clock_timestamp())::float8"
