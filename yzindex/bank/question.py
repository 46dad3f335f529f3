"""One question of the bank: what is asked, how the reply is graded, and replies that prove the grader."""

from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from yzindex.dimensions import Dimension
from yzindex.grading.citations import Citations
from yzindex.grading.code import Calls, Sql, Stdio
from yzindex.grading.formatting import Format
from yzindex.grading.probe import Probe
from yzindex.grading.rubric import Rubric

#: Characters.
LONGEST_ID = 64

Grader = Annotated[Calls | Stdio | Sql | Citations | Format | Rubric | Probe, Field(discriminator="type")]


class Tier(StrEnum):
    """The half of its dimension a question was written for; a smoke draw takes one of each."""

    EASIER = "easier"
    HARDER = "harder"


class Kind(StrEnum):
    """The sort of task, within its dimension."""

    ALGORITHM = "algorithm"
    DEBUGGING = "debugging"
    SQL = "sql"
    CODE_REVIEW = "code_review"
    COMPREHENSION = "comprehension"
    CROSS_PARAGRAPH = "cross_paragraph"
    EVIDENCE_BOUNDARY = "evidence_boundary"
    LIMITS_AND_FIGURES = "limits_and_figures"
    ARCHITECTURE_REVIEW = "architecture_review"
    RISK_ASSESSMENT = "risk_assessment"
    INCIDENT_RESPONSE = "incident_response"
    DECISION_QUALITY = "decision_quality"
    STRUCTURED_OUTPUT = "structured_output"
    FORMATTING = "formatting"
    INVENTED_PAPER = "invented_paper"
    MISSING_DATA = "missing_data"
    FORGED_SOURCE = "forged_source"
    FALSE_PREMISE = "false_premise"


class WrongReply(BaseModel):
    """A reply that must score below 50, and why it is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reply: str
    why: str = Field(min_length=1)
    #: Right but for one mistake that a careless grader would miss.
    near_miss: bool = False


class Question(BaseModel):
    """A line of a question file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=rf"^[a-z][a-z0-9-]{{2,{LONGEST_ID - 1}}}$")
    dimension: Dimension
    kind: Kind
    prompt: str = Field(min_length=1)
    tier: Tier
    #: Scored 0 or 100, nothing between.
    strict: bool = False
    grader: Grader
    #: A reply that must score 100.
    reference: str
    wrong: tuple[WrongReply, ...] = Field(min_length=2)
    source: str
    licence: str
    #: The limit stated to the model; a reply still being written there was truncated by the model.
    max_tokens: int = Field(default=2048, ge=16, le=65536)

    def canonical(self) -> str:
        """The question as one line of JSON, the same for equal questions."""
        return self.model_dump_json(exclude_defaults=False)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical line, in hexadecimal."""
        return sha256(self.canonical().encode()).hexdigest()


#: Replies named in the bank must reach these scores, or fall short of them.
REFERENCE_SCORE = Decimal(100)
WRONG_BELOW = Decimal(50)
