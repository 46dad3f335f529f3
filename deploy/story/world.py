"""A world in which the demo's story happens: the provider's seed, the draws, and what befalls whom.

Days are counted from the calibration, which is day 0.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from deploy.simulated.config import Event, SimulatedConfig, load_config

#: Days with a run before the story's own.
HISTORY_DAYS = 30
LAST_DAY = HISTORY_DAYS + 1
UNLUCKY, HARD_DRAW, FALLEN = "sim/agate", "sim/opal", "sim/flint"
#: What the one model's ability really loses.
_FALL_LOGITS = -1.5
#: Points by which every judge gets severer on the morning after.
_MORNING_SEVERITY = 0.6
_FLEET = Path(__file__).with_name("fleet.toml")
_WORLDS = Path(__file__).with_name("worlds.jsonl")


@dataclass(frozen=True, kw_only=True)
class World:
    """Found by `search`; a line of worlds.jsonl."""

    seed: int
    first_draw: int
    #: Day on which a model's ability really falls.
    fall_day: int
    #: Of each model, see the provider's configuration.
    fortunes: Mapping[str, int] = field(default_factory=dict)

    def draw_of(self, day: int) -> int:
        """Seed of the draw of a day."""
        return self.first_draw + day - 1

    def config(self, fleet: SimulatedConfig, last_day: date) -> SimulatedConfig:
        """Configure the provider so that the story ends on a day; its judges get severe on the next."""
        began = last_day - timedelta(days=LAST_DAY)
        fall = Event(on=began + timedelta(days=self.fall_day), who=FALLEN, logits=_FALL_LOGITS)
        models = (each.model_copy(update={"fortune": self.fortunes.get(each.name, 0)}) for each in fleet.models)
        severe = (
            Event(on=last_day + timedelta(days=1), who=judge.name, severity=judge.severity + _MORNING_SEVERITY)
            for judge in fleet.judges
        )
        changed = {"seed": self.seed, "began": began, "models": tuple(models), "events": (fall, *severe)}
        return fleet.model_copy(update=changed)


def story_fleet() -> SimulatedConfig:
    """Read the fleet of the story."""
    return load_config(_FLEET)


def known_worlds(file: Path = _WORLDS) -> tuple[World, ...]:
    """Read the worlds that were found, by seed."""
    return tuple(World(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines())
