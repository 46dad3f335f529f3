"""A world in which the demo's story happens: the provider's seed, the draws, and what befalls whom.

Days are counted from the calibration, which is day 0.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from deploy.simulated.config import SimulatedConfig

#: Days with a run before the story's own.
HISTORY_DAYS = 30
LAST_DAY = HISTORY_DAYS + 1
UNLUCKY, HARD_DRAW, FALLEN = "sim/agate", "sim/opal", "sim/flint"
CALM = ("sim/jasper", "sim/onyx")
#: What the one model's ability really loses.
_FALL_LOGITS = -1.5
#: Points of an item that every judge takes off from the morning after.
_MORNING_SEVERITY = 0.8
_FLEET = Path(__file__).with_name("fleet.toml")
_WORLDS = Path(__file__).with_name("worlds.jsonl")
_JUDGES = ("sim/judge-a", "sim/judge-b")


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

    def as_toml(self, last_day: date) -> str:
        """Configure the provider so that the story ends on a day, and its judges are severe on the next."""
        began = last_day - timedelta(days=LAST_DAY)
        fleet = _FLEET.read_text(encoding="utf-8")
        for name, fortune in self.fortunes.items():
            fleet = re.sub(f'(?m)^name = "{name}"$', f'name = "{name}"\nfortune = {fortune}', fleet)
        fall = _event(began + timedelta(days=self.fall_day), FALLEN, f"logits = {_FALL_LOGITS}")
        severe = [_event(last_day + timedelta(days=1), judge, f"severity = {_MORNING_SEVERITY}") for judge in _JUDGES]
        return "\n".join([f"seed = {self.seed}", f"began = {began}", fleet, fall, *severe])

    def config(self, last_day: date) -> SimulatedConfig:
        return SimulatedConfig.model_validate(tomllib.loads(self.as_toml(last_day)))


def known_worlds(file: Path = _WORLDS) -> tuple[World, ...]:
    """Read the worlds that were found, by seed."""
    return tuple(World(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines())


def world_of(seed: int) -> World:
    """Give the known world of a seed; other seeds take turns."""
    worlds = known_worlds()
    return next((world for world in worlds if world.seed == seed), worlds[seed % len(worlds)])


def _event(day: date, who: str, what: str) -> str:
    return f'[[events]]\non = {day}\nwho = "{who}"\n{what}\n'
