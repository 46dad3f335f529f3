"""The quick proof holds for the method and falls for every mutant of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.proof.mutants import MUTANTS
from yzindex.drift.proving.figures import Figure
from yzindex.drift.proving.proof import QUICK, QUICK_WORLDS, Proof, Setting, Source, prove
from yzindex.drift.proving.seeds import Purpose
from yzindex.drift.proving.trials import Counts, Method

pytestmark = pytest.mark.timeout(900)

#: A third of the quick proof is enough to refute a mutant, and of that the part which does: with fewer trials that is
#: harder, not easier.
_SCARCE = replace(QUICK, null_model_days=1_100, drops=1, great_drops=1, moves=1)
DROPS = replace(_SCARCE, drops=16)
MOVES = replace(_SCARCE, moves=11)
YEARS = replace(_SCARCE, null_model_days=QUICK.null_model_days // 3)

#: By what each mutant is caught, whatever else it misses.
CAUGHT_BY = {
    "sign reversed": (Figure.DROP_10, DROPS),
    "paired with answers after the onset": (Figure.DROP_10, DROPS),
    "stored answers not graded again": (Figure.GRADER_FOUND, MOVES),
    "confirmed by one day's p < .05": (Figure.FALSE_ALARMS, YEARS),
}


def proof_of(method: Method, world: str, counts: Counts = QUICK) -> Proof:
    return prove(
        Setting(source=Source(generated=(world,)), purpose=Purpose.QUICK, counts=counts, method=method, processes=1)
    )


@pytest.mark.parametrize("world", QUICK_WORLDS)
def test_the_method_misses_no_target_of_the_quick_proof(world: str) -> None:
    proof = proof_of(Method(), world)

    assert [f"{each.figure}: {each.measured}" for each in proof.findings if not each.met] == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_of_the_method_fails_the_quick_proof(mutant: str) -> None:
    figure, counts = CAUGHT_BY[mutant]

    found = {
        method: next(each for each in proof_of(method, QUICK_WORLDS[0], counts).findings if each.figure is figure)
        for method in (Method(), MUTANTS[mutant])
    }

    assert [each.met for each in found.values()] == [True, False]
