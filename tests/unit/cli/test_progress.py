"""How progress is shown: bars on a terminal, a few lines elsewhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from api.shapes.runs import ProgressBody, RunBody
from api.terminal import progress


def states(*ended: int) -> Iterator[RunBody]:
    for count in ended:
        body = ProgressBody(asked=50, answered=count, graded=count, unscored=0, ended=count)
        known: dict[str, Any] = {"progress": body, "number": count}
        yield RunBody.model_construct(**known)


def test_without_a_terminal_a_line_is_printed_at_each_quarter(capsys: pytest.CaptureFixture[str]) -> None:
    last = progress.follow(states(*range(51)), shown=True)

    lines = capsys.readouterr().out.splitlines()
    assert last.number == 50
    assert [line.split()[1] for line in lines] == ["0/50", "13/50", "25/50", "38/50", "50/50"]


def test_on_a_terminal_bars_end_full(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr(progress, "console", lambda: screen)

    progress.follow(states(0, 20, 50), shown=True)

    assert isinstance(screen.file, io.StringIO)
    assert "50/50" in screen.file.getvalue()


def test_nothing_is_printed_where_nothing_is_to_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert progress.follow(states(0, 50), shown=False).number == 50
    assert capsys.readouterr().out == ""
