"""Where in the story a state folder is: in which world it is told, its last day, and how many mornings followed."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from deploy.story.world import World

_FILE = "story.json"


@dataclass(frozen=True, kw_only=True)
class StoryState:
    """Kept in the folder; its first day is the story's own."""

    #: As it was asked for.
    seed: int
    world: World
    last_day: date
    mornings: int = 0

    @property
    def day(self) -> date:
        """The day that the demo lives on."""
        return self.last_day + timedelta(days=self.mornings)

    def days_ahead(self, today: date) -> int:
        """Days by which that is later than today; a night may have passed by itself."""
        return max(0, (self.day - today).days)

    def next_morning(self, today: date) -> "StoryState":
        """The morning after, or today if that is later."""
        return replace(self, mornings=max(self.mornings + 1, (today - self.last_day).days))


def read_state(folder: Path) -> StoryState | None:
    """Read a folder's story; None where none was told."""
    file = folder / _FILE
    if not file.exists():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    return StoryState(
        seed=kept["seed"],
        world=World(**kept["world"]),
        last_day=date.fromisoformat(kept["last_day"]),
        mornings=kept["mornings"],
    )


def write_state(folder: Path, state: StoryState) -> None:
    kept = asdict(state) | {"last_day": state.last_day.isoformat()}
    (folder / _FILE).write_text(json.dumps(kept), encoding="utf-8")
