"""Look at a big board by hand: `python -m tests.browser.serve --board quarter --port 8123 [--database FILE]`.

The board is made where FILE does not exist, which takes a while, and served until Ctrl-C. The fleet and the bank lie
beside FILE, so give every board a folder of its own.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tests.boards.shelf import BOARDS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.serve", description=__doc__)
    parser.add_argument("--board", choices=BOARDS, default="quarter")
    parser.add_argument("--port", type=int, default=8123, help="0 for any free one")
    parser.add_argument("--database", type=Path, default=None, help="file to make or to use again")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    file = given.database or Path(tempfile.mkdtemp(prefix=f"yz-{given.board}-")) / "yz.sqlite3"
    began = time.monotonic()
    board = BOARDS[given.board](file)
    print(f"{given.board} in {file}, made in {time.monotonic() - began:.0f} s; its day is {board.last_day}", flush=True)
    os.execve(sys.executable, [sys.executable, "-m", "api"], board.environment(given.port))


if __name__ == "__main__":
    main()
