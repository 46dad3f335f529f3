"""Read Python's syntax, one thread at a time.

CPython before 3.11.8 counts the nesting of all threads together (python/cpython#106905): of two that parse at once,
either may get a SystemError for a text that is right.
"""

import ast
from threading import RLock

#: Held by whoever parses where others may.
PARSING = RLock()


def parse(source: str) -> ast.Module:
    """Parse a program; raises what `ast.parse` does."""
    with PARSING:
        return ast.parse(source)


def literal_value(source: str | ast.expr) -> object:
    """Evaluate a literal; raises what `ast.literal_eval` does."""
    with PARSING:
        value: object = ast.literal_eval(source)
        return value
