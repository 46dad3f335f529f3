"""`yz prove`: the method on worlds in which the truth is known, beside the methods of today."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, Failure
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from yzindex.drift.proving.proof import Proof, Setting


def prove(
    quick: Annotated[bool, typer.Option("--quick", help="Three worlds, few trials, two minutes.")] = False,
    external: Annotated[
        Path | None,
        typer.Option("--external", metavar="FILE.py", help="Prove it on the worlds of this file, which is run."),
    ] = None,
    matrix: Annotated[
        Path | None,
        typer.Option("--matrix", metavar="FILE.npz", help="Also on a matrix of pass rates, models × questions."),
    ] = None,
    worlds: Annotated[
        str | None, typer.Option("--worlds", metavar="A,B", help="Only the generated worlds whose names begin so.")
    ] = None,
    rehearse: Annotated[
        float | None,
        typer.Option("--rehearse", metavar="SHARE", help="So much of the trials, on seeds that are not the proof's."),
    ] = None,
    processes: Annotated[int, typer.Option("--processes", min=1, help="Processes at a time.")] = 2,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the tables between the markers of this document."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove the verdicts on simulated worlds and say which targets they meet.

    All generated worlds take 40 minutes on two cores, a matrix 6 more.

    Exit status 0: every target was met. 1: one was missed. 2: a file or a name is not what it should be.
    """
    from yzindex.drift.proving.report import lines_of, objects_of, write_into

    setting = _setting(quick, external, matrix, worlds, rehearse, processes)
    if out is not None and not out.is_file():
        raise Failure(ExitCode.BAD_USAGE, f"{out} is no file; name a document with the markers of the proof")
    proof = _proven(setting, shown=not as_json)
    lines = list(lines_of(proof, _command(quick, external, matrix, worlds, rehearse)))
    if out is not None:
        write_into(out, lines)
    if as_json:
        for each in objects_of(proof):
            emit(each)
    else:
        typer.echo("\n".join(lines))
    raise typer.Exit(ExitCode.DONE if proof.holds else ExitCode.BAD_NEWS)


def _setting(
    quick: bool,
    external: Path | None,
    matrix: Path | None,
    worlds: str | None,
    rehearse: float | None,
    processes: int,
) -> "Setting":
    from yzindex.drift.proving.proof import FULL, QUICK, QUICK_WORLDS, Setting, Source, names_of, rehearsal
    from yzindex.drift.proving.seeds import Purpose

    if quick and rehearse is not None:
        raise Failure(ExitCode.BAD_USAGE, "--quick and --rehearse say different sizes; give one of them")
    if rehearse is not None and not 0 < rehearse <= 1:
        raise Failure(ExitCode.BAD_USAGE, f"--rehearse {rehearse:g} is no share; give one above 0 and at most 1")
    named = tuple(names_of(worlds)) if worlds else ()
    purpose, counts = (
        (Purpose.QUICK, QUICK)
        if quick
        else (Purpose.PROOF, FULL)
        if rehearse is None
        else (Purpose.REHEARSAL, rehearsal(rehearse))
    )
    return Setting(
        source=Source(
            generated=named or (QUICK_WORLDS if quick and external is None else ()), matrix=matrix, external=external
        ),
        purpose=purpose,
        counts=counts,
        processes=processes,
    )


def _proven(setting: "Setting", *, shown: bool) -> "Proof":
    from rich.console import Console
    from rich.progress import Progress

    from yzindex.drift.proving.proof import prove as proven

    with Progress(console=Console(stderr=True), transient=True, disable=not (shown and sys.stderr.isatty())) as bar:
        task = bar.add_task("replicates", total=None)
        return proven(setting, lambda done, of: bar.update(task, completed=done, total=of))


def _command(
    quick: bool, external: Path | None, matrix: Path | None, worlds: str | None, rehearse: float | None
) -> str:
    """The command that makes the same again; files by their names, wherever they are."""
    parts = ["yz prove"]
    parts += ["--quick"] if quick else []
    parts += [f"--external {external.name}"] if external is not None else []
    parts += [f"--matrix {matrix.name}"] if matrix is not None else []
    parts += [f"--worlds '{worlds}'"] if worlds else []
    parts += [f"--rehearse {rehearse:g}"] if rehearse is not None else []
    return " ".join(parts)
