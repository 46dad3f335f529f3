"""How a run's progress is shown: a bar on a terminal, lines elsewhere."""

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from api.terminal.console import console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from api.shapes.runs import ProgressBody, RunBody

#: Where there is no terminal, a line is printed each time this share of the questions more has ended.
_STEP = 0.25


def follow(states: "Iterable[RunBody]", *, shown: bool) -> "RunBody":
    """Show a run's states as they come, and return the last one."""
    if not shown:
        return _last(states)
    return _with_bars(states) if console().is_terminal else _with_lines(states)


def progress_line(progress: "ProgressBody") -> str:
    """Say in a line how far a run is.

    >>> from api.shapes.runs import ProgressBody
    >>> progress_line(ProgressBody(asked=50, answered=50, graded=49, unscored=1, ended=50))
    'answered 50/50 · graded 49/50 · unscored 1'
    """
    unscored = f" · unscored {progress.unscored}" if progress.unscored else ""
    return f"answered {progress.answered}/{progress.asked} · graded {progress.graded}/{progress.asked}{unscored}"


def _last(states: "Iterable[RunBody]") -> "RunBody":
    return deque(states, maxlen=1).pop()


def _with_lines(states: "Iterable[RunBody]") -> "RunBody":
    run, next_share = None, 0.0
    for run in states:
        share = run.progress.ended / run.progress.asked
        if share >= next_share:
            typer.echo(f"  {progress_line(run.progress)}")
            next_share = share // _STEP * _STEP + _STEP
    assert run is not None
    return run


def _with_bars(states: "Iterable[RunBody]") -> "RunBody":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("  {task.description:9}"), BarColumn(32), MofNCompleteColumn(), TimeElapsedColumn())
    run = None
    with Progress(*columns, console=console()) as bars:
        answered, ended = bars.add_task("answered", total=None), bars.add_task("graded", total=None)
        for run in states:
            _update(bars, answered, ended, run.progress)
    assert run is not None
    if run.progress.unscored:
        typer.echo(f"  {run.progress.unscored} unscored")
    return run


def _update(bars: "Progress", answered: "TaskID", ended: "TaskID", progress: "ProgressBody") -> None:
    bars.update(answered, completed=progress.answered, total=progress.asked)
    bars.update(ended, completed=progress.ended, total=progress.asked)
