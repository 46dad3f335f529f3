"""How tables that people read are laid out; a missing value is a dash, never a zero."""

from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from api.shapes.values import Coverage, Score

NONE = "-"
SIMULATED = "SIMULATED models: these scores say nothing about any real model."
#: Columns that may be broken into several lines; of a name too long for one, no other column is cut off.
_WRAPPED = frozenset({"model", "reason", "evidence"})


def framed(table: Table, notes: Iterable[str], *, simulated: bool) -> Group:
    """Put a table between the label of simulated models and its footnotes."""
    heading = [Text(SIMULATED, style="bold")] if simulated else []
    return Group(*heading, table, *(Text(f"  {note}") for note in notes))


def new_table(title: str, columns: Sequence[str]) -> Table:
    """A table with a heading for each column."""
    table = Table(title=Text(title) if title else None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(f"{name}", no_wrap=name not in _WRAPPED, overflow="fold" if name in _WRAPPED else "ellipsis")
    return table


def texts(*values: object) -> tuple[Text, ...]:
    # Names and reasons come from outside; rich would read [brackets] in plain text as markup.
    return tuple(Text(str(value)) for value in values)


def named(model: str, *, simulated: bool) -> str:
    """A model's name, labelled where it is simulated."""
    return f"{model} (simulated)" if simulated else model


def figure(score: Score | None) -> str:
    """A score as it is shown."""
    return NONE if score is None else score.shown


def shared_lines(told: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Say of each model what is told of it; those of whom the same is told share a line."""
    models: dict[str, list[str]] = {}
    for model, text in told:
        models.setdefault(text, []).append(model)
    for text, found in models.items():
        yield f"{', '.join(found)}: {text}"


def covered(coverage: Coverage) -> str:
    """How many questions of how many were scored, with a star where some were not."""
    star = "" if coverage.scored == coverage.asked else " *"
    return f"{coverage.scored}/{coverage.asked}{star}"


def signed(score: Score | None) -> str:
    """A difference with its sign."""
    if score is None:
        return NONE
    return score.shown if score.exact < 0 else f"+{score.shown}"
