"""The jobs that may run without a sandbox: those of the installed bank's own reference and wrong replies."""

from collections.abc import Iterator

from yzindex.bank.files import INSTALLED, load_bank
from yzindex.grading.code import Calls, Sql, Stdio
from yzindex.grading.code_grading import code_of, job_of
from yzindex.ports import CodeJob


def known_jobs() -> Iterator[CodeJob]:
    """Give every one, from the bank that was installed with this code and never from another that is configured."""
    for question in load_bank(INSTALLED).questions:
        spec = question.grader
        if isinstance(spec, Calls | Stdio | Sql):
            for reply in (question.reference, *(wrong.reply for wrong in question.wrong)):
                code = code_of(spec, reply)
                if code is not None:
                    yield job_of(spec, code)
