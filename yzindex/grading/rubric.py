"""Specification of the rubric grader: what an answer must show. How judges apply it is in `yzindex.grading.judging`."""

from typing import Literal, Self

from pydantic import Field, model_validator

from yzindex.grading.spec import Needs, Spec

#: Points a judge gives for an item: 0 (absent or wrong) to 4 (fully shown).
MAX_POINTS = 4


class RubricItem(Spec):
    """One thing that an answer must show."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    shown: str = Field(min_length=10, max_length=600)
    weight: int = Field(default=1, ge=1, le=10)


class Rubric(Spec):
    """Judge models give each item points; the score is the weighted share of the points that can be had."""

    type: Literal["rubric"] = "rubric"
    items: tuple[RubricItem, ...] = Field(min_length=1, max_length=12)

    @property
    def needs(self) -> Needs:
        return Needs.JUDGE

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        if len({item.id for item in self.items}) < len(self.items):
            raise ValueError("two items of the rubric have the same id")
        return self

    def instructions(self) -> str:
        return (
            "Write for an experienced colleague: say what you decide, why, and what you would do first. "
            "Use the facts of the case; at most 600 words."
        )
