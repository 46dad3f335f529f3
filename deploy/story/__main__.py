"""Find worlds that tell the story, a minute for each: `python -m deploy.story > deploy/story/worlds.jsonl`."""

import argparse
import json
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import date

from deploy.story.gradebook import grade_bank
from deploy.story.pool import pool_of
from deploy.story.search import find_world
from worker.sandboxing import SandboxRunner
from yzindex.bank.files import load_bank
from yzindex.settings import load_settings


def main(arguments: list[str] | None = None) -> int:
    """Print a line of JSON for every seed from 1 on."""
    parser = argparse.ArgumentParser(prog="python -m deploy.story", description="Find worlds for the demo.")
    parser.add_argument("--first", type=int, default=1, help="seed of the first (default: %(default)s)")
    parser.add_argument("--count", type=int, default=20, help="how many (default: %(default)s)")
    parser.add_argument("--last-day", type=date.fromisoformat, default=date(2026, 11, 25), help="day of the story")
    options = parser.parse_args(arguments)
    bank = load_bank()
    with closing(SandboxRunner(load_settings())) as runner:
        pool = pool_of(bank, grade_bank(runner, bank.questions))
    for seed in range(options.first, options.first + options.count):
        world = find_world(bank, pool, seed=seed, last_day=options.last_day)
        print(json.dumps(asdict(world)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
