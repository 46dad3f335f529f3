"""What commands print: text for people, or with --json one object a line."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

#: The --json of every command.
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


def emit(body: "BaseModel | dict[str, object]") -> None:
    """Print one object on a line of its own."""
    typer.echo(json.dumps(body, ensure_ascii=False) if isinstance(body, dict) else body.model_dump_json())
