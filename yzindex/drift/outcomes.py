"""What becomes of what was said, once later days have told."""

from enum import StrEnum


class Settled(StrEnum):
    """What became of something that was said of a model."""

    #: Too early to say.
    OPEN = "open"
    #: What came later agrees.
    HELD = "held"
    #: What came later says otherwise.
    OVERTURNED = "overturned"


class WatchOutcome(StrEnum):
    """What became of a model that was watched for a week after a fall."""

    OPEN = "open"
    #: By more than five points.
    FELL_FURTHER = "fell further"
    DID_NOT = "did not"
    #: No day of the week had a main score.
    NOT_KNOWN = "not known"
