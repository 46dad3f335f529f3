"""Time and memory of judging a history: `python tests/bench/judge_history.py [--models 100 --asked 50 --days 1000]`.

Every model is asked the same questions every day, out of a pool of twice as many. `--profile` shows what takes longest.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import resource
import time

from yzindex.drift.history import History, Role, columned
from yzindex.drift.judge import judge

import numpy as np  # isort: skip  # after the package, which says how many threads its products may take

DIMENSIONS = ("algebra", "logic")


def made(models: int, asked: int, days: int) -> History:
    """Answers right or wrong by ability and easiness; no model changes."""
    numbers = np.random.default_rng(1)
    pool = 2 * asked
    ability, easiness = numbers.normal(1.0, 0.7, (models, 1)), numbers.normal(0.0, 1.2, pool)
    drawn = np.stack([numbers.permutation(pool)[:asked] for _ in range(days)])
    question = np.repeat(drawn[:, None, :], models, axis=1)
    right = numbers.random(question.shape) < 1 / (1 + np.exp(-(ability[None] + easiness[question])))
    none = np.zeros(question.size, dtype=np.int64)
    return columned(
        models=tuple(f"vendor/model-{number:03}" for number in range(models)),
        questions=tuple(f"question-{number:05}" for number in range(pool)),
        dimensions=DIMENSIONS,
        weights=dict.fromkeys(DIMENSIONS, 1 / len(DIMENSIONS)),
        versions=("",),
        question_dimension=np.arange(pool) % len(DIMENSIONS),
        columns={
            "day": np.repeat(np.arange(days) + 739_000, models * asked),
            "packet": none,
            "role": np.full(question.size, int(Role.DAILY)),
            "model": np.tile(np.repeat(np.arange(models), asked), days),
            "question": question.ravel(),
            "version": none,
        },
        score=right.ravel().astype(np.float64),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, value in (("models", 100), ("asked", 50), ("days", 1000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    history = made(given.models, given.asked, given.days)
    profile = cProfile.Profile()
    began = time.perf_counter()
    if given.profile:
        profile.enable()
    verdicts = sum(len(day.verdicts) for day in judge(history))
    profile.disable()
    took_s = time.perf_counter() - began
    most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(history)} rows, {verdicts} verdicts in {took_s:.1f} s, at most {most_mib:.0f} MiB")
    if given.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(20)


if __name__ == "__main__":
    main()
