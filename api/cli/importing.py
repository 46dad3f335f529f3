"""`yz questions import`: a benchmark's file into questions."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit
from yzindex.bank.importing.formats import Format

if TYPE_CHECKING:
    from yzindex.bank.importing.importer import Refused, Taken


def import_questions(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, help="The benchmark's file, plain or gzipped (.gz)."
        ),
    ],
    written_as: Annotated[
        Format,
        typer.Option("--format", help="What the file is: HumanEval; MBPP, whole or sanitized; HumanEval+ or MBPP+."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the questions go, one a line.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make questions of a benchmark's tasks, each proven in the sandbox.

    A task whose test cannot be made outside the sandbox is refused by name, with the reason. That is no failure. A task
    that had to be taken without some of its inputs is named too.

    Exit status 0: questions were written. 1: no task could be taken.

    2: the file has faults; all of them are told, and nothing is written. 3: no sandbox.
    """
    from yzindex.bank.importing.importer import Taken

    _refuse_place(out, force=force)
    found = _imported(file, written_as, shown=not as_json)
    questions = [each.question for each in found if isinstance(each, Taken)]
    if questions:
        _write(out, [question.canonical() for question in questions])
    _show(found, len(questions), out, as_json=as_json)
    raise typer.Exit(ExitCode.DONE if questions else ExitCode.BAD_NEWS)


def _refuse_place(out: Path, *, force: bool) -> None:
    if not out.parent.is_dir():
        raise Failure(ExitCode.BAD_USAGE, f"{out.parent} is no folder; make it, or name another --out")
    if out.is_dir():
        raise Failure(ExitCode.BAD_USAGE, f"{out} is a folder; name a file in it")
    if out.exists() and not force:
        raise Failure(ExitCode.BAD_USAGE, f"{out} is there already; replace it with --force, or name another --out")


def _imported(file: Path, written_as: Format, *, shown: bool) -> "list[Taken | Refused]":
    from contextlib import closing

    from rich.console import Console
    from rich.progress import track

    from worker.sandboxing import SandboxRunner
    from yzindex.bank.importing.importer import import_tasks
    from yzindex.bank.importing.reading import read_tasks
    from yzindex.settings import load_settings

    settings = load_settings()
    tasks = read_tasks(file, written_as)
    terminal = Console(stderr=True)
    with closing(SandboxRunner(settings)) as runner:
        imported = import_tasks(tasks, runner, at_once=settings.sandbox_concurrency)
        disable = not (shown and terminal.is_terminal)
        bar = track(imported, "importing", len(tasks), console=terminal, transient=True, disable=disable)
        return list(bar)


def _write(out: Path, lines: list[str]) -> None:
    """Write all or nothing: what is read there is never half a file."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        part.replace(out)
    except OSError as error:
        raise Failure(ExitCode.BAD_USAGE, f"{out} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _show(found: "list[Taken | Refused]", taken: int, out: Path, *, as_json: bool) -> None:
    written_to = str(out) if taken else None
    refused = len(found) - taken
    for each in found:
        _show_one(each, as_json=as_json)
    if as_json:
        emit({"taken": taken, "refused": refused, "out": written_to})
        return
    where = f"; written to {written_to}" if written_to else "; nothing written"
    typer.echo(f"{taken} taken, {refused} refused of {len(found)} tasks{where}")


def _show_one(each: "Taken | Refused", *, as_json: bool) -> None:
    """Say what there is to say of a task: nothing if it was taken with all that it has."""
    from yzindex.bank.importing.importer import Refused

    if isinstance(each, Refused):
        field, words, said = "refused", "refused: ", each.reason
    else:
        field, words, said = "left_out", "taken without ", each.left_out
    if said and as_json:
        emit({"task": each.name, field: said})
    elif said:
        typer.echo(f"{each.name}: {words}{said}")
