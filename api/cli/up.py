"""`yz up`: the one-machine stack."""

from typing import Annotated

import typer


def up(
    simulated: Annotated[bool, typer.Option("--simulated", help="Ask simulated models instead of real ones.")] = False,
    seed: Annotated[int | None, typer.Option(help="What the simulated models know.")] = None,
    without_backup: Annotated[
        bool, typer.Option("--without-backup", help="Upgrade a former database without a copy of it.")
    ] = False,
) -> None:
    """Run the one-machine stack until Ctrl-C: queue, database, API, workers, Flower."""
    from deploy.stack import main

    arguments = [*["--simulated"] * simulated, *["--without-backup"] * without_backup]
    raise typer.Exit(main(arguments if seed is None else [*arguments, "--seed", str(seed)]))
