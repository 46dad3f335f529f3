"""Write a piece of a benchmark's code as source."""

import ast

from yzindex.errors import TaskRefused


def source_of(node: ast.AST) -> str:
    """Give the source of a node; raise `TaskRefused` where Python cannot write it."""
    try:
        return ast.unparse(node)
    except ValueError:  # an int read from hexadecimal digits, too long for decimal ones
        raise TaskRefused("its code has a number of thousands of digits") from None
