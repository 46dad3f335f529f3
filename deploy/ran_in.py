"""What programs ran in, as the demo names it, and whether anything of it is left."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from sandbox.bwrap.box import boxes_left
from sandbox.engine import connect
from sandbox.owner import LABEL
from sandbox.plain import ENGINE as PLAIN
from sandbox.plain import known_left

Ids = frozenset[str]


class RanIn(StrEnum):
    """The kinds of places, by the words for several of them."""

    CONTAINERS = "containers"
    BUBBLEWRAP = "bubblewrap sandboxes"
    #: Known answers only.
    PROCESSES = "plain processes (known answers)"


#: How an answer's `ran_in` begins; the id is its last word.
_ENGINES = {RanIn.CONTAINERS: "docker ", RanIn.BUBBLEWRAP: "bubblewrap ", RanIn.PROCESSES: f"{PLAIN} "}


def places(ran_in: Sequence[str]) -> Mapping[RanIn, Ids]:
    """Sort what answers say of where they ran into ids by kind; kinds without any are left out."""
    ids = {
        kind: frozenset(each.rpartition(" ")[2] for each in ran_in if each.startswith(_ENGINES[kind])) for kind in RanIn
    }
    return {kind: found for kind, found in ids.items() if found}


def places_left(ran: Mapping[RanIn, Ids]) -> int:
    """Count those of which anything is left on this machine or its engine."""
    return sum(_LEFT[kind](ids) for kind, ids in ran.items())


def _containers_left(ids: Ids) -> int:
    found = connect().containers(all=True, filters={"label": LABEL})
    return sum(container["Id"] in ids for container in found)


_LEFT: Mapping[RanIn, Callable[[Ids], int]] = {
    RanIn.CONTAINERS: _containers_left,
    RanIn.BUBBLEWRAP: boxes_left,
    RanIn.PROCESSES: known_left,
}
