"""What a model or judge is on a day, after the events until then."""

from datetime import date
from typing import TypeVar

from deploy.simulated.config import JudgeModel, Model, SimulatedConfig

Anybody = TypeVar("Anybody", Model, JudgeModel)


def day_number(config: SimulatedConfig, day: date) -> int:
    """Count a story's days from 0; all days of a configuration without a story are its day 0."""
    return 0 if config.began is None else (day - config.began).days


def on_day(config: SimulatedConfig, speaker: Anybody, day: date) -> Anybody:
    """Give the model or judge as it is on a day."""
    for event in sorted(config.events, key=lambda each: each.on):
        if event.who == speaker.name and event.on <= day:
            speaker = speaker.after(event)
    return speaker
