"""What a simulated model says: a question's reference or one of its wrong replies, by ability, difficulty and chance.

Pure: a reply is drawn from the seed, the model, the question, the day and how often the model answered it before, and
from nothing else.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from deploy.simulated.config import Difficulty, Model, SimulatedConfig
from deploy.simulated.draws import normal, pick, uniform
from yzindex.bank.question import Question, Tier

GENERIC = "This is a simulated model. It only knows the questions of the index's bank, and this is not one of them."
_REFUSAL = "I cannot help with this request."


class Outcome(StrEnum):
    """What the simulated provider knows of a reply; never what a grader says of it."""

    #: The question's reference.
    RIGHT = "right"
    #: One of the question's wrong replies.
    WRONG = "wrong"
    #: Replaced by the provider's content filter.
    REFUSED = "refused"
    #: Broken off half-way, as if still being written at the limit.
    TRUNCATED = "truncated"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A reply to a question of the bank, before the limit of the request is applied to it."""

    text: str
    outcome: Outcome
    #: The chance the model had of being right, before refusals and truncations.
    chance: float


def difficulty(question: Question, settings: Difficulty, seed: int) -> float:
    """Give the question's difficulty in logits, the same for every model."""
    tier = settings.tier if question.tier is Tier.HARDER else -settings.tier
    return tier + settings.spread * _term(seed, "difficulty", question.id)


def chance_of_right(config: SimulatedConfig, model: Model, question: Question) -> float:
    """Give the chance that the model knows the answer: sigmoid(ability - difficulty)."""
    margin = model.ability.on(question.dimension) - difficulty(question, config.difficulty, config.seed)
    if config.difficulty.affinity:
        margin += config.difficulty.affinity * _term(config.seed, "affinity", model.name, question.id, model.fortune)
    return 1 / (1 + math.exp(-margin))


def answer(config: SimulatedConfig, model: Model, question: Question, k: int, day: int = 0) -> Answer:
    """Give the model's reply when asked this question after `k` earlier replies to it on that day of a story.

    The model is as it is on that day. Without a story all days are day 0.
    """
    of_day = (f"day {day}",) if day else ()
    of_fortune = (f"fortune {model.fortune}",) if model.fortune else ()
    key = (config.seed, model.name, question.id, k, *of_day, *of_fortune)
    chance = chance_of_right(config, model, question)
    right = uniform("right", *key) < chance
    text = question.reference if right else pick(question.wrong, "wrong", *key).reply
    fate = uniform("fate", *key)
    if fate < model.refusal:
        return Answer(text=_REFUSAL, outcome=Outcome.REFUSED, chance=chance)
    if fate < model.refusal + model.truncation:
        return Answer(text=text[: len(text) // 2], outcome=Outcome.TRUNCATED, chance=chance)
    return Answer(text=text, outcome=Outcome.RIGHT if right else Outcome.WRONG, chance=chance)


@lru_cache(maxsize=10_000)
def _term(*key: str | int) -> float:
    """Draw what stays the same for a question, or a model and a question: it is needed at every answer."""
    return normal(*key)
