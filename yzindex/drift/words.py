"""The fixed words in which a verdict is said. Needs nothing, so that whoever only shows them may know them."""

from collections.abc import Mapping
from enum import StrEnum


class Word(StrEnum):
    """What is said of a model. In this order: the first that applies."""

    #: Too few known answers, no scored answer in a main dimension, or no earlier run to compare with.
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    #: Everything moved, or stored answers are graded differently: nothing is said of models.
    MOVED = "questions or grader moved"
    #: Confirmed on fresh answers; stands until recovery is confirmed or for 28 days.
    CONFIRMED_DROP = "confirmed drop"
    CONFIRMED_RISE = "confirmed rise"
    #: A confirmed drop was undone by a rise that was confirmed the same way.
    RECOVERED = "recovered"
    #: Past the alarm, or not far below it after all that was asked again today; not decided.
    SUSPECTED = "suspected, asking again"
    #: Changed by at most five points.
    STEADY = "steady"
    #: The draw is of the change's sign and at least half of it.
    LUCK = "luck of the draw"
    #: Neither the draw nor anything that adds up: one answer went another way.
    WITHIN_CHANCE = "within chance"


#: What each says, for those who read it.
MEANINGS: Mapping[Word, str] = {
    Word.NOT_ENOUGH_EVIDENCE: "Too few known answers, no main score, or nothing to compare with.",
    Word.MOVED: "All models moved together, or stored answers are graded differently: nothing is said of models.",
    Word.CONFIRMED_DROP: "Fresh questions agree that the model is worse since a day, by a size with its interval.",
    Word.CONFIRMED_RISE: "Fresh questions agree that the model is better since a day.",
    Word.RECOVERED: "A rise after a confirmed drop was confirmed the same way.",
    Word.SUSPECTED: "Off what is expected after the draw is taken out; not decided.",
    Word.STEADY: "Changed by at most five points.",
    Word.LUCK: "The draw is at least half of the change, and of its sign.",
    Word.WITHIN_CHANCE: "The draw was not it, and nothing adds up: one answer went another way.",
}
