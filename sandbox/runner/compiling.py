"""Compiles a program once for all its cases, in a process of its own; where anything is unusual, for none of them.

For a small program that takes longer than to run it. Process 1 does not compile what is not ours: a source can have the
compiler take time and memory without end, or crash.
"""

from __future__ import annotations

import marshal
import sys

from sandbox.runner.candidate import stand_alone
from sandbox.runner.wire import REPORT_VALUE, write_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from types import CodeType

    from sandbox.runner.gathered import Result
    from sandbox.runner.wire import Limits
else:
    import posix as os

#: With fewer there is nothing to gain: a process that compiles costs as much as two cases that do it themselves.
FEWEST_CASES = 3
#: Of wall time. What takes longer is compiled by every case, at its own expense, with hardly less of the total left.
AT_MOST_S = 1.0


def become_compiler(source: bytes, fds: list[int], report_fd: int, limits: Limits) -> None:
    """Turn this freshly forked process into one that compiles, reports the code, and ends."""
    stand_alone(fds, report_fd, limits)
    imported = len(sys.modules)
    try:
        code = compile(source.decode("utf-8", "surrogatepass"), "program.py", "exec", dont_inherit=True)
        sys.stderr.flush()
        # The compiler imports `unicodedata` for names that are not ASCII.
        if len(sys.modules) == imported and is_same_when_loaded(code.co_consts):
            write_all(report_fd, REPORT_VALUE + marshal.dumps(code))
    except BaseException:
        os._exit(1)  # every case is to find out for itself
    os._exit(0)


def is_same_when_loaded(constants: tuple[object, ...]) -> bool:
    """Whether a program can tell these constants of its code in no way from those that marshal makes of them.

    A set has another order then, and a single byte is no longer the one object that all of its value are.
    """
    for each in constants:
        if isinstance(each, frozenset) or (isinstance(each, bytes) and len(each) == 1):
            return False
        inner: tuple[object, ...] = ()
        if isinstance(each, tuple):
            inner = each
        elif isinstance(each, slice):
            inner = each.start, each.stop, each.step
        elif isinstance(each, type(become_compiler.__code__)):
            inner = each.co_consts
        if not is_same_when_loaded(inner):
            return False
    return True


def code_of(result: Result) -> CodeType | None:
    """Give the code that a compiler has reported; None unless it was as usual, without so much as a warning.

    It may be loaded here: nothing of the program's has run yet, so none but `become_compiler` can have written it.
    """
    facts, stdout, stderr, value = result
    usual = facts["exit_status"] == 0 and not (facts["wall_exceeded"] or facts["overflow"] or facts["oom_killed"])
    if not usual or not value or stdout or stderr:
        return None
    code: CodeType = marshal.loads(value)
    return code
