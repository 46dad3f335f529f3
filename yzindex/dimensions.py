"""The five dimensions of the index and the role each plays. Arithmetic on their scores is in `yzindex.scoring`."""

from decimal import Decimal
from enum import StrEnum


class Role(StrEnum):
    """What a dimension's score is used for."""

    #: Part of the main score; graded by code or rule alone, so that anybody can audit it.
    MAIN = "main"
    #: Shown beside the main score and labelled AI-assisted; never part of it.
    SIDE = "side"
    #: Decides the integrity label, which can cap the main score.
    GATE = "gate"


class Dimension(StrEnum):
    """What a question measures."""

    #: Code that runs: the pass rate of its test cases.
    EXECUTION = "execution"
    #: Keeping to a supplied document and citing its passages. Not design under scarce resources.
    GROUNDING = "grounding"
    #: Engineering judgment, scored against a rubric by judge models.
    JUDGMENT = "judgment"
    #: Task expression: structure and format by rule, clarity by judge models.
    COMMUNICATION = "communication"
    #: Probes that tempt the model to fabricate. Not harmful content.
    INTEGRITY = "integrity"

    @property
    def role(self) -> Role:
        return _ROLES[self]

    @property
    def shown_as(self) -> str:
        """The dimension's name on pages and in reports."""
        return _SHOWN_AS[self]

    @property
    def ai_assisted(self) -> bool:
        """Whether a judge model has a part in the score."""
        return self.role is Role.SIDE


_ROLES = {
    Dimension.EXECUTION: Role.MAIN,
    Dimension.GROUNDING: Role.MAIN,
    Dimension.JUDGMENT: Role.SIDE,
    Dimension.COMMUNICATION: Role.SIDE,
    Dimension.INTEGRITY: Role.GATE,
}

_SHOWN_AS = {
    Dimension.EXECUTION: "Code execution",
    Dimension.GROUNDING: "Material constraint",
    Dimension.JUDGMENT: "Engineering judgment",
    Dimension.COMMUNICATION: "Task expression",
    Dimension.INTEGRITY: "Integrity rating",
}

#: Weights of the main score; they sum to one.
MAIN_WEIGHTS = {Dimension.EXECUTION: Decimal("0.55"), Dimension.GROUNDING: Decimal("0.45")}
