"""`yz questions`: look through a bank, list it, draw from it, import a benchmark."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.exits import ExitCode, YzGroup
from api.cli.importing import import_questions
from api.cli.output import AsJson, emit

if TYPE_CHECKING:
    from yzindex.bank.files import Bank

app = typer.Typer(
    cls=YzGroup, no_args_is_help=True, help="Look through a question bank, list it, draw from it, import into it."
)
app.command("import")(import_questions)

BankFolder = Annotated[
    Path | None,
    typer.Option("--bank", metavar="DIR", help="Folder of a bank; YZ_BANK_DIR or the installed one if none."),
]


@app.command("lint")
def lint(
    path: Annotated[Path | None, typer.Argument(metavar="[DIR|FILE]", help="The bank in use if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look for faults: a reference must score 100, every wrong reply below 50. Exit status 1 if there are any.

    Replies whose grading needs a sandbox or judges are left to the test run.
    """
    from yzindex.bank.linting import lint as find_faults

    found = find_faults(path or _bank_folder(None))
    if as_json:
        emit({"questions": found.questions, "graded": found.graded, "faults": list(found.faults)})
    else:
        for fault in found.faults:
            typer.echo(fault)
        typer.echo(
            f"{found.questions} questions, {found.graded} of them graded by rule here: {len(found.faults)} faults"
        )
    raise typer.Exit(ExitCode.BAD_NEWS if found.faults else ExitCode.DONE)


@app.command("list")
def list_questions(bank: BankFolder = None, as_json: AsJson = False) -> None:
    """List the questions of a bank, without their answers."""
    _show(_load(bank), None, as_json=as_json)


@app.command("draw")
def draw(
    seed: Annotated[int, typer.Option(min=0, help="Chooses the draw.")],
    bank: BankFolder = None,
    as_json: AsJson = False,
) -> None:
    """Show the ten questions that a smoke run with this seed asks."""
    _show(_load(bank), seed, as_json=as_json)


def _show(bank: "Bank", seed: int | None, *, as_json: bool) -> None:
    from rich.table import Table

    from yzindex.bank.draw import smoke_draw

    table = Table("id", "dimension", "tier", "kind", "grader", box=None)
    for each in bank.questions if seed is None else smoke_draw(bank, seed):
        row = {
            "id": each.id,
            "dimension": each.dimension.value,
            "tier": each.tier.value,
            "kind": each.kind.value,
            "grader": each.grader.type,
        }
        if as_json:
            emit({**row, "strict": each.strict, "source": each.source, "licence": each.licence, "digest": each.digest})
        table.add_row(*row.values())
    if not as_json:
        from api.terminal.console import console

        console().print(table)


def _load(folder: Path | None) -> "Bank":
    from yzindex.bank.files import load_bank

    return load_bank(_bank_folder(folder))


def _bank_folder(given: Path | None) -> Path:
    from yzindex.bank.files import INSTALLED
    from yzindex.settings import load_settings

    return given or load_settings().bank_dir or INSTALLED
