"""How often and how fast lost answers are found in real days: python -m tests.bench.real_days [--replays 200]

From the 15th day on one of four models in turn gets a fifth of its right answers wrong; nobody can be asked again.
"""

from __future__ import annotations

import argparse

import numpy as np

from tests.real_days import days_to_find


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replays", type=int, default=200)
    took = days_to_find(parser.parse_args().replays)
    days = np.array([np.inf if each is None else each for each in took])
    print(
        f"{len(days)} replays: found in {np.isfinite(days).sum()}; days until then: "
        f"{np.percentile(days, 50, method='lower'):g} in the median, {np.percentile(days, 90, method='higher'):g} "
        "nine times in ten"
    )


if __name__ == "__main__":
    main()
