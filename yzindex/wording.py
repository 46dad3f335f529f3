"""Words from outside inside our messages: short, printable, and beside them what was probably meant."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from reprlib import Repr

from pydantic import ValidationError
from pydantic_core import ErrorDetails

#: Nobody mistypes a name of ours at greater length, and comparing takes the square of it.
_LONGEST_TYPED = 128


def shown(text: object, *, most: int = 80) -> str:
    r"""Give a text as it can stand in a message: cut to `most` characters, none of which a terminal would obey.

    >>> shown("red \x1b[31m\ud800")
    'red \\x1b[31m\\ud800'
    >>> shown("abcdef", most=3)
    'abc... (6 characters)'
    """
    whole = str(text)
    kept = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in whole[:most])
    return kept if len(whole) <= most else f"{kept}... ({len(whole)} characters)"


class _BoundedRepr(Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 8
        self.maxstring = self.maxother = 60

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write out longer ones, and nobody could read them.
        return f"an int of {x.bit_length()} bits" if x.bit_length() > 200 else super().repr_int(x, level)


def bounded_repr(value: object) -> str:
    """Give a `repr` of bounded cost that no value can make fail.

    >>> bounded_repr([1 << 20_000, "a"])
    "[an int of 20001 bits, 'a']"
    """
    return _BoundedRepr().repr(value)


def listed(names: Collection[str], *, most: int = 10) -> str:
    """Name the first of many, and say how many more there are.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    first = ", ".join(shown(name) for name, _ in zip(names, range(most), strict=False))
    return first if len(names) <= most else f"{first} and {len(names) - most} more"


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """Ask for the known name that is most like what was typed; empty where none is.

    >>> did_you_mean("YZ_API_PROT", ["YZ_API_PORT", "YZ_LEASE_S"])
    '; did you mean YZ_API_PORT?'
    """
    found = get_close_matches(typed, known, n=1) if len(typed) <= _LONGEST_TYPED else []
    return f"; did you mean {found[0]}?" if found else ""


def place_of(detail: ErrorDetails) -> str:
    """Name the field that a validation error is about, such as models.2.provider; empty for the whole."""
    return ".".join(shown(part) for part in detail["loc"])


def reasons_of(invalid: ValidationError) -> str:
    """Say all that a validation error is about, each fault with its field."""
    return "; ".join(": ".join(filter(None, (place_of(fault), reason_of(fault)))) for fault in invalid.errors())


def reason_of(detail: ErrorDetails) -> str:
    """Say what a validation error is about: in the words of our own check, where one raised it."""
    said = detail.get("ctx", {}).get("error")
    return str(said) if isinstance(said, ValueError) else detail["msg"]
