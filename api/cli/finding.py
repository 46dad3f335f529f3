"""What `yz doctor` says of one part."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found of a part, and what to do where it is trouble."""

    part: str
    ok: bool
    found: str
    do: str = ""


def trouble(part: str, found: str, do: str) -> Finding:
    """A part that does not work, and what would make it."""
    return Finding(part=part, ok=False, found=found, do=do)
