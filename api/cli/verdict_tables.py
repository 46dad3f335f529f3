"""How verdicts on a history look on a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from yzindex.drift.episodes import Episode
from yzindex.drift.verdict import Verdict, Word
from yzindex.scoring import signed
from yzindex.wording import shown

_NONE = "-"
_STYLES = {Word.CONFIRMED_DROP: "bold red", Word.SUSPECTED: "yellow", Word.MOVED: "yellow"}


def newest_table(verdicts: Sequence[Verdict]) -> RenderableType:
    """Show the newest verdict on each model."""
    table = _table("Newest verdict on each model", ("date", "model", "verdict", "points", "since", "evidence"))
    for verdict in verdicts:
        table.add_row(
            Text(verdict.day.isoformat()),
            Text(shown(verdict.model)),
            _word(verdict.word),
            Text(_points(verdict)),
            Text(verdict.since.isoformat() if verdict.since else _NONE),
            Text(shown(verdict.evidence, most=400)),
        )
    return table


def episode_table(episodes: Sequence[Episode]) -> RenderableType:
    """Show what was suspected, confirmed or common to all, from first to last day; where all moved, in one row."""
    if not episodes:
        return Text("Nothing was suspected or confirmed on any day.")
    table = _table("What happened", ("from", "to", "model", "verdict", "points", "since"))
    moved: dict[tuple[str, str], int] = {}
    for episode in episodes:
        if episode.word is Word.MOVED:
            spell = (episode.first.day.isoformat(), episode.last.day.isoformat())
            moved[spell] = moved.get(spell, 0) + 1
            continue
        table.add_row(*_episode_cells(episode))
    for (first, last), models in moved.items():
        table.add_row(first, last, f"{models} models", _word(Word.MOVED), _NONE, _NONE)
    return Group(Text(), table)


def _episode_cells(episode: Episode) -> tuple[Text, ...]:
    last = episode.last
    return (
        Text(episode.first.day.isoformat()),
        Text(last.day.isoformat()),
        Text(shown(episode.model)),
        _word(episode.word),
        Text(_points(last)),
        Text(last.since.isoformat() if last.since else _NONE),
    )


def _word(word: Word) -> Text:
    return Text(word.value, style=_STYLES.get(word, ""))


def _points(verdict: Verdict) -> str:
    if verdict.size is None or verdict.lo is None or verdict.hi is None:
        return _NONE
    of = "" if verdict.chart == "main" else f" of {shown(verdict.chart)}"
    return f"{signed(verdict.size)} [{signed(verdict.lo)}, {signed(verdict.hi)}]{of}"


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=Text(title), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=name != "evidence")
    return table
