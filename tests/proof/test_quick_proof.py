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

#: A third of the quick proof is enough to refute a mutant: with fewer trials that is harder, not easier.
THIRD = replace(QUICK, null_model_days=QUICK.null_model_days // 3, drops=16, great_drops=16, moves=11)

#: By what each mutant is caught, whatever else it misses.
CAUGHT_BY = {
    "sign reversed": Figure.DROP_10,
    "paired with answers after the onset": Figure.DROP_10,
    "stored answers not graded again": Figure.GRADER_FOUND,
    "confirmed by one day's p < .05": Figure.FALSE_ALARMS,
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
    proof = proof_of(MUTANTS[mutant], QUICK_WORLDS[0], THIRD)

    missed = {each.figure for each in proof.findings if not each.met}
    assert CAUGHT_BY[mutant] in missed
