"""Time of each page of a big board: `python -m tests.bench.page_times [--board year] [--database FILE]`.

The board is made where FILE does not exist (a minute or two), served by a process of its own, and every page is asked
for over HTTP, one request at a time: median time of the answers, CPU time of the server for each, size uncompressed.
The health check, which reads the database and draws nothing, is the floor.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.boards.shelf import BOARDS
from tests.browser.pages import pages_of
from tests.browser.weighing import Weight, weigh
from tests.serving import Server, serving

FLOOR = "/healthz"
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page_times", description=__doc__)
    parser.add_argument("--board", choices=BOARDS, default="year")
    parser.add_argument("--database", type=Path, default=None, help="file to make or to use again")
    parser.add_argument("--requests", type=int, default=21, help="requests for each page")
    given = parser.parse_args()
    with _served(given.board, given.database) as server:
        print(f"| {given.board} | ms | CPU ms | KiB |\n|---|---|---|---|")
        for name, path in {"health check": FLOOR, **pages_of(server.address)}.items():
            weight, cpu_ms = _measured(server, path, given.requests)
            assert weight.status == 200, weight
            print(f"| {name} | {weight.server_ms:.0f} | {cpu_ms:.0f} | {weight.kib:.0f} |", flush=True)


@contextmanager
def _served(board: str, database: Path | None) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="yz-page-times-") as folder:
        found = BOARDS[board](database or Path(folder) / "yz.sqlite3")
        with serving(found.environment()) as server:
            yield server


def _measured(server: Server, path: str, requests: int) -> tuple[Weight, float]:
    weigh(server.address, path, requests=1)
    before_s = _cpu_s(server)
    weight = weigh(server.address, path, requests=requests)
    # `weigh` asks once more, to warm up.
    return weight, 1000 * (_cpu_s(server) - before_s) / (requests + 1)


def _cpu_s(server: Server) -> float:
    """CPU time of all threads of the server so far, the kernel's work for it included."""
    fields = Path(f"/proc/{server.process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


if __name__ == "__main__":
    main()
