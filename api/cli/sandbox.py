"""`yz sandbox`: run one program where the programs that models write run."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Failure, YzGroup
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from sandbox import CaseRecord, Program, Record

app = typer.Typer(cls=YzGroup, no_args_is_help=True, help="Run a program where the programs that models write run.")

_STANDARD_INPUT = "-"
_LEAST_CPU_S = 10.0


@app.callback()
def _group() -> None:
    """Keep `run` a word of its own, although there is only one."""


@app.command("run")
def run(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A Python program; - reads it from standard input.")],
    stdin: Annotated[
        Path | None, typer.Option("--stdin", metavar="FILE", help="What the program reads on its standard input.")
    ] = None,
    wall_s: Annotated[float, typer.Option("--wall-s", min=0.1, max=3600, help="Wall seconds it may take.")] = 30.0,
    memory_mib: Annotated[int, typer.Option("--memory-mib", min=32, max=65536, help="Memory it may take.")] = 256,
    as_json: AsJson = False,
) -> None:
    """Run one program in the sandbox of the settings and show its record.

    Exit status 1 if it did not complete, 3 if no sandbox runs here: it is never run without one.
    """
    program = _program(file, stdin, wall_s, memory_mib)
    record = _run(program)
    (case,) = record.cases
    if as_json:
        emit(_shown(record, case))
    else:
        _print(_shown(record, case))
    raise typer.Exit(ExitCode.DONE if case.outcome.value == "completed" else ExitCode.BAD_NEWS)


def _program(file: str, stdin: Path | None, wall_s: float, memory_mib: int) -> "Program":
    from sandbox import Case, InvalidProgram, Limits, Program

    try:
        raw = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
        limits = Limits(cpu_s=max(_LEAST_CPU_S, wall_s), wall_s=wall_s, total_wall_s=wall_s, memory_mib=memory_mib)
        case = Case(stdin=b"" if stdin is None else stdin.read_bytes())
        return Program(source=raw.decode("utf-8"), cases=(case,), limits=limits)
    except OSError as error:
        raise Failure(ExitCode.BAD_USAGE, f"{error.filename}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failure(ExitCode.BAD_USAGE, f"{file}: not UTF-8: {error.reason} at byte {error.start}") from error
    except InvalidProgram as error:
        raise Failure(ExitCode.BAD_USAGE, str(error)) from error


def _run(program: "Program") -> "Record":
    from contextlib import closing

    from sandbox import SandboxUnavailable
    from worker.choosing import open_sandbox
    from yzindex.settings import load_settings

    try:
        with closing(open_sandbox(load_settings())) as sandbox:
            return sandbox.run(program)
    except SandboxUnavailable as error:
        raise Failure(ExitCode.OURS_IS_DOWN, str(error)) from error


def _shown(record: "Record", case: "CaseRecord") -> dict[str, object]:
    return {
        "outcome": case.outcome.value,
        "limit": case.limit and case.limit.value,
        "exit_status": case.exit_status,
        "cpu_s": round(case.cpu_s, 6),
        "wall_s": round(case.wall_s, 6),
        "engine": record.engine,
        "where": record.container_id,
        "image": record.image,
        "network": record.network,
        "stdout": case.stdout.decode("utf-8", "replace"),
        "stderr": case.stderr.decode("utf-8", "replace"),
    }


def _print(shown: dict[str, object]) -> None:
    for name, value in shown.items():
        if name not in ("stdout", "stderr"):
            typer.echo(f"{name:12} {'-' if value is None else value}")
    for name in ("stdout", "stderr"):
        if shown[name]:
            typer.echo(f"--- {name}\n{str(shown[name]).rstrip()}")
