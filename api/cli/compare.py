"""`yz compare`: what the change between two runs of a model is made of."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import AsJson, emit


def compare(
    model: Annotated[str, typer.Argument(help="The model's name, as on the board.")],
    run_a: Annotated[int, typer.Argument(min=1, help="The run that the change is counted from.")],
    run_b: Annotated[int, typer.Argument(min=1, help="The run that it leads to.")],
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Also draw it as a waterfall into this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take a change apart: the draw, everyone, the rest, the cap; and which questions cost the points."""
    from api.client import Client
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found = client.compare(model, run_a, run_b)
        if svg is not None:
            svg.write_bytes(client.compare_picture(model, run_a, run_b))
    if as_json:
        emit(found)
        return
    from api.terminal.comparison import comparison_text
    from api.terminal.console import console

    console().print(comparison_text(found))
    if svg is not None:
        typer.echo(f"drawn: {svg}")
