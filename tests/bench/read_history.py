"""Time and memory of reading a CSV history: `python tests/bench/read_history.py [--rows 5000000]`.

Scores and times differ in every row, which is the slowest that a file can be.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from yzindex.drift.histories.reading import read_history

MODELS = 20
QUESTIONS = 20_000
ASKED_A_DAY = 500


def write(file: TextIO, rows: int) -> None:
    chance = random.Random(1)
    file.write("date,model,dimension,question,score\n")
    began = datetime.fromisoformat("2025-01-01T03:00:00+00:00")
    for number in range(rows):
        day, asked = divmod(number, MODELS * ASKED_A_DAY)
        question, model = divmod(asked, MODELS)
        at = began + timedelta(days=day, milliseconds=asked)
        name = (question + day * ASKED_A_DAY) % QUESTIONS
        file.write(f"{at.isoformat()},vendor/model-{model},d{name % 5},question-{name:05},{chance.random()}\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        with path.open("w", encoding="utf-8") as file:
            write(file, rows)
        began = time.perf_counter()
        history = read_history([path])
        took_s = time.perf_counter() - began
    most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(history)} rows in {took_s:.1f} s, at most {most_mib:.0f} MiB")


if __name__ == "__main__":
    main()
