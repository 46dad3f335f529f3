"""How many verdicts of the demo's stories are wrong: python -m tests.bench.demo_stories [--last-day 2026-11-25]

Every world of the demo is rehearsed to the end of its last day, by the analysis and the provider's pure functions, with
whatever is asked again and without the queue; then each word is held against what the provider was told to do.
"""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import closing
from datetime import date

from deploy.simulated.log import RequestLog
from deploy.simulated.truth import truth
from deploy.story.gradebook import grade_bank
from deploy.story.pool import pool_of
from deploy.story.reckoning import reckon
from deploy.story.rehearsal import Rehearsal
from deploy.story.world import FALLEN, LAST_DAY, known_worlds
from worker.sandboxing import SandboxRunner
from yzindex.bank.draw import smoke_draw
from yzindex.bank.files import load_bank
from yzindex.settings import load_settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--last-day", type=date.fromisoformat, default=date(2026, 11, 25))
    last_day = parser.parse_args().last_day
    bank = load_bank()
    with closing(SandboxRunner(load_settings())) as runner:
        pool = pool_of(bank, grade_bank(runner, bank.questions))
    told: Counter[str] = Counter()
    for world in known_worlds():
        rehearsal = Rehearsal(pool, world.config(last_day))
        rehearsal.calibrate()
        for day in range(1, LAST_DAY + 1):
            rehearsal.play(day, smoke_draw(bank, world.draw_of(day)))
        words = {verdict.model: verdict.word for verdict in rehearsal.judged(LAST_DAY).verdicts}
        account = truth(rehearsal.config, RequestLog(), bank.questions, last_day)
        found = reckon(account, words, last_day)
        told["verdicts"] += len(found)
        told["WRONG"] += sum(not each.is_right for each in found)
        told["falls found"] += any(each.model == FALLEN and each.is_right for each in found)
        print(world.seed, {each.model: str(each.word) for each in found}, flush=True)
    print(f"{len(known_worlds())} stories: {dict(told)}")


if __name__ == "__main__":
    main()
