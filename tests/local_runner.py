"""A `CodeRunner` without a sandbox, for programs that the tests wrote themselves and for nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sandbox import decode_value
from yzindex.ports import CaseResult, CodeCase, CodeJob, CodeResult, Ending

_ROOT = Path(__file__).parents[1]
_PROGRAM = """
import ast, contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
from sandbox.runner import encode_value
job, scope = json.load(sys.stdin), {"__name__": "solution"}
with contextlib.redirect_stdout(io.StringIO()):
    exec(job["source"], scope)
    value = scope[job["entry_point"]](*ast.literal_eval(job["args"]))
sys.stdout.buffer.write(encode_value(value, 1 << 20))
"""


class LocalRunner:
    """Calls functions in processes of its own; keeps the jobs."""

    def __init__(self) -> None:
        self.jobs: list[CodeJob] = []

    def run(self, job: CodeJob) -> CodeResult:
        self.jobs.append(job)
        return CodeResult(cases=tuple(_ran(job, case) for case in job.cases), engine="none", where="here")


def _ran(job: CodeJob, case: CodeCase) -> CaseResult:
    given = json.dumps({"source": job.source, "entry_point": case.entry_point, "args": case.args}).encode()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(_ROOT)], input=given, capture_output=True, timeout=30, check=False
    )
    if done.returncode or not done.stdout:
        return CaseResult(ending=Ending.RUNTIME_ERROR, stderr=done.stderr)
    return CaseResult(ending=Ending.COMPLETED, value=decode_value(done.stdout))
