"""`yz report`: the article on a run, or on one model of it."""

from enum import StrEnum
from typing import Annotated

import typer

from api.cli.output import AsJson, emit


class Format(StrEnum):
    """In what form the article is printed."""

    MARKDOWN = "md"
    HTML = "html"


def report(
    run: Annotated[int, typer.Argument(min=1, help="The run's number.")],
    model: Annotated[str | None, typer.Option(help="The article on this model alone.")] = None,
    form: Annotated[Format, typer.Option("--format", help="Markdown or a page.")] = Format.MARKDOWN,
    as_json: AsJson = False,
) -> None:
    """Print what a concluded run says, as an article."""
    from api.cli.kept_page import kept_page
    from api.client import Client
    from yzindex.settings import load_settings

    address = load_settings().api_address
    with Client(address) as client:
        found = client.report(run, model=model, as_html=form is Format.HTML)
        if form is Format.HTML:
            found = kept_page(client, found, address)
    if as_json:
        emit({"run": run, "model": model, "format": form.value, "report": found})
    else:
        typer.echo(found, nl=False)
