"""A `CodeRunner` without a sandbox, for programs that the tests wrote themselves and for nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sandbox import decode_value
from yzindex.ports import CaseResult, CodeJob, CodeResult, Ending

_ROOT = Path(__file__).parents[1]
_PROGRAM = """
import ast, contextlib, io, json, sys
sys.path.insert(0, sys.argv[1])
from sandbox.runner.wire import encode_value
job = json.load(sys.stdin)
for entry_point, args in job["cases"]:
    scope = {"__name__": "__main__" if entry_point is None else "solution"}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(job["source"], scope)
            value = None if entry_point is None else scope[entry_point](*ast.literal_eval(args))
        print(json.dumps({"value": encode_value(value, 1 << 20).decode()}))
    except BaseException as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
"""


class LocalRunner:
    """Runs scripts and calls functions in a process of its own for each job; keeps the jobs."""

    def __init__(self) -> None:
        self.jobs: list[CodeJob] = []

    def run(self, job: CodeJob) -> CodeResult:
        self.jobs.append(job)
        cases = [(case.entry_point, case.args) for case in job.cases]
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(_ROOT)],
            input=json.dumps({"source": job.source, "cases": cases}).encode(),
            capture_output=True,
            timeout=30,
            check=True,
        )
        results = tuple(_result(json.loads(line)) for line in done.stdout.splitlines())
        return CodeResult(cases=results, engine="none", where="here")


def _result(found: dict[str, str]) -> CaseResult:
    if "error" in found:
        return CaseResult(ending=Ending.RUNTIME_ERROR, stderr=found["error"].encode())
    return CaseResult(ending=Ending.COMPLETED, value=decode_value(found["value"].encode()))
