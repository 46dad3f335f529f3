"""Many answers in a row in one process: do memory, descriptors, containers, processes or disk grow?

`python -m tests.bench.many_answers [--answers 10000] [--sandbox docker|bubblewrap]`; needs that sandbox and a machine
where nobody else runs programs in it. Prints a table and ends with status 1 if anything grew: between the first and the
last quarter of the looks, more than the bounds below.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from docker import APIClient

from sandbox import BubblewrapSandbox, Case, DockerSandbox, Outcome, Program, Sandbox, ensure_image
from sandbox.bwrap import cgroups
from sandbox.engine import connect
from sandbox.owner import LABEL

#: What answers do, and how that ends.
KINDS = (
    ("print(sum(map(int, input().split())))", Outcome.COMPLETED),
    ("print(sum(map(int, input().split())))", Outcome.COMPLETED),
    ("open('/tmp/file', 'w').write('x' * 10**6); print(input())", Outcome.COMPLETED),
    ("raise ValueError('wrong')", Outcome.RUNTIME_ERROR),
    ("print('x' * 2**21)", Outcome.OUTPUT_LIMIT),
    ("import os\nif os.fork() == 0:\n    while True: pass\nprint('left a child')", Outcome.COMPLETED),
)
CORES = len(os.sched_getaffinity(0))
LOOKS = 20
#: What may be more in the last quarter than in the first, by what is looked at.
BOUNDS = {
    "memory MiB": 10,
    "descriptors": 4,
    "threads": 2,
    "containers": 2 * CORES,
    "processes": 10,
    "cgroups": 10,
    "temporary files": 10,
    "engine's disk MiB": 20,
    "engine MiB": 50,
    "engine descriptors": 20,
}


def engine_processes() -> list[Path]:
    """dockerd and containerd."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):
                name = (process / "comm").read_text("utf-8").strip()
                if name in ("dockerd", "containerd"):
                    found.append(process)
    return found


def resident_mib(processes: list[Path]) -> float:
    total = 0
    for process in processes:
        with contextlib.suppress(OSError):
            total += int((process / "statm").read_text("ascii").split()[1])
    return total * os.sysconf("SC_PAGE_SIZE") / 2**20


def descriptors(processes: list[Path]) -> int:
    total = 0
    for process in processes:
        with contextlib.suppress(OSError):
            total += len(list((process / "fd").iterdir()))
    return total


def disk_mib(folder: str) -> float:
    """What a folder takes on its own file system."""
    used = subprocess.run(["du", "--summarize", "--one-file-system", "--block-size=1K", folder], capture_output=True)
    return int(used.stdout.split()[0]) / 1024  # files may go while it counts, and it says so by its status


def look(client: APIClient | None) -> dict[str, float]:
    """See what there is of everything, now."""
    this = Path("/proc/self")
    found: dict[str, float] = {
        "memory MiB": resident_mib([this]),
        "descriptors": descriptors([this]),
        "threads": len(list((this / "task").iterdir())),
        "processes": sum(process.name.isdecimal() for process in Path("/proc").iterdir()),
        "cgroups": sum(1 for _ in cgroups.folders()),
        "temporary files": sum(1 for _ in Path(tempfile.gettempdir()).iterdir()),
    }
    if client:
        lasting = engine_processes()
        found["containers"] = len(client.containers(all=True, filters={"label": LABEL}))
        found["engine's disk MiB"] = disk_mib(client.info()["DockerRootDir"])
        found["engine MiB"] = resident_mib(lasting)
        found["engine descriptors"] = descriptors(lasting)
    return found


def answer(sandbox: Sandbox, number: int) -> None:
    source, expected = KINDS[number % len(KINDS)]
    record = sandbox.run(Program(source=source, cases=(Case(stdin=b"1 2\n"), Case(stdin=b"3 4\n"))))
    outcomes = {case.outcome for case in record.cases}
    assert outcomes == {expected}, (source, outcomes)


@contextlib.contextmanager
def opened(name: str) -> Iterator[tuple[Sandbox, APIClient | None]]:
    if name == "bubblewrap":
        with contextlib.closing(BubblewrapSandbox(pool_size=CORES)) as bubblewrap:
            yield bubblewrap, None
        return
    with contextlib.closing(connect()) as client:
        ensure_image(client)
        with contextlib.closing(DockerSandbox(pool_size=CORES)) as docker:
            yield docker, client


def run(sandbox: Sandbox, answers: int, seen: Callable[[int], None]) -> None:
    each = max(1, answers // LOOKS)
    with ThreadPoolExecutor(CORES) as pool:
        for first in range(0, answers, each):
            for done in [pool.submit(answer, sandbox, number) for number in range(first, min(answers, first + each))]:
                done.result()
            time.sleep(2)  # until what was used is put away
            seen(min(answers, first + each))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--sandbox", choices=["docker", "bubblewrap"], default="docker")
    given = parser.parse_args()
    looks: list[dict[str, float]] = []
    began = time.monotonic()
    with opened(given.sandbox) as (sandbox, client):
        answer(sandbox, 0)
        time.sleep(2)

        def seen(done: int) -> None:
            looks.append(look(client))
            print(f"{done} answers, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

        run(sandbox, given.answers, seen)
        engine = sandbox.run(Program(source="", cases=(Case(),))).engine
    took_s = time.monotonic() - began

    quarter = max(1, len(looks) // 4)
    grown = []
    print(f"{given.answers} answers of two cases on {engine}, {CORES} at a time, in {took_s:.0f} s.\n")
    print("| | first quarter | last quarter | highest |")
    print("|---|---|---|---|")
    for name in looks[0]:
        values = [each[name] for each in looks]
        first, last = statistics.median(values[:quarter]), statistics.median(values[-quarter:])
        print(f"| {name} | {first:.0f} | {last:.0f} | {max(values):.0f} |")
        if last > first + BOUNDS[name]:
            grown.append(name)
    if grown:
        sys.exit(f"grew: {', '.join(grown)}")


if __name__ == "__main__":
    main()
