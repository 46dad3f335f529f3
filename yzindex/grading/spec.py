"""The base of every grader's specification: the part of a question that says how its reply is graded."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Needs(StrEnum):
    """What a grader needs beside the reply."""

    #: Nothing: graded in place, deterministically.
    RULES = "rules"
    #: A code runner.
    SANDBOX = "sandbox"
    #: Judge models.
    JUDGE = "judge"


class Spec(BaseModel):
    """Frozen and closed: an unknown field in a question file is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    def needs(self) -> Needs:
        """What grading a reply to this question takes."""
        return Needs.RULES

    def instructions(self) -> str:
        """What the model is told beside the prompt: material, and the form its reply must have."""
        return ""
