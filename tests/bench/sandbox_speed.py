"""Time and CPU of one answer in each sandbox, beside a bare subprocess and `docker run --rm`, all in the same run.

`python -m tests.bench.sandbox_speed [--rounds 20] [--answers 60] [--runtime crun]`; needs a Docker engine, bubblewrap,
and a machine that does nothing else: CPU time is the whole machine's (/proc/stat), for an engine's helpers are nobody's
children. One answer is a script judged on ten standard inputs.

burst: as many answers as containers wait, one after the other; then the pool is given the time to fill again.
sustained: as many answers at a time as there are cores, without a break.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sandbox import IMAGE, BubblewrapSandbox, Case, DockerSandbox, Outcome, Program, Sandbox, ensure_image
from sandbox.engine import connect
from sandbox.owner import LABEL

SOURCE = """
def primes(n):
    sieve = bytearray([1]) * (n + 1)
    for p in range(2, int(n ** 0.5) + 1):
        if sieve[p]:
            sieve[p * p :: p] = bytes(len(range(p * p, n + 1, p)))
    return sum(sieve[2:])

for word in input().split():
    print(primes(int(word)))
"""
INPUTS = tuple(f"{n} {n * n}\n" for n in range(40, 50))
PROGRAM = Program(source=SOURCE, cases=tuple(Case(stdin=each.encode()) for each in INPUTS))
#: What `docker run` starts: a process for each case.
PER_CASE = """
import subprocess, sys
for each in sys.argv[2:]:
    subprocess.run([sys.executable, "-S", "-c", sys.argv[1]], input=each.encode(), check=True)
"""
CORES = len(os.sched_getaffinity(0))
#: Containers that wait, in bursts.
POOL = 2 * CORES
SETTLES_S = 1.5
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Answer = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one way to run answers takes."""

    burst_ms: float
    per_s: float
    cpu_ms: float


def machine_cpu_s() -> float:
    """CPU seconds that all of this machine has spent on anything."""
    line = Path("/proc/stat").read_text("ascii").partition("\n")[0]
    user, nice, system, _, _, irq, softirq = map(int, line.split()[1:8])
    return (user + nice + system + irq + softirq) / _TICKS_PER_S


def bare() -> None:
    """One process per case, without any wall."""
    for each in INPUTS:
        subprocess.run([sys.executable, "-S", "-c", SOURCE], input=each.encode(), capture_output=True, check=True)


def docker_run() -> None:
    """One container per answer from the command line, and in it one process per case."""
    command = ["docker", "run", "--rm", "--network", "none", "--log-driver", "none", IMAGE, "/usr/bin/python3", "-S"]
    subprocess.run([*command, "-c", PER_CASE, SOURCE, *INPUTS], capture_output=True, check=True)


def answer_in(sandbox: Sandbox) -> Answer:
    def answer() -> None:
        assert all(case.outcome is Outcome.COMPLETED for case in sandbox.run(PROGRAM).cases)

    return answer


def measured(answer: Answer, *, rounds: int, answers: int, burst: int, settles_s: float) -> Measured:
    """Measure bursts, then a sustained rate with the CPU time of it."""
    answer()
    took_ms = []
    for _ in range(rounds):
        time.sleep(settles_s)
        for _ in range(burst):
            began = time.perf_counter()
            answer()
            took_ms.append(1000 * (time.perf_counter() - began))
    time.sleep(settles_s)
    idle_cpu_s, idle_s = machine_cpu_s(), 3.0
    time.sleep(idle_s)
    idle_share = (machine_cpu_s() - idle_cpu_s) / idle_s
    began, began_cpu_s = time.perf_counter(), machine_cpu_s()
    with ThreadPoolExecutor(CORES) as pool:
        for done in [pool.submit(answer) for _ in range(answers)]:
            done.result()
    took_s = time.perf_counter() - began
    time.sleep(settles_s)  # what is removed afterwards belongs to it
    whole_s = time.perf_counter() - began
    cpu_s = machine_cpu_s() - began_cpu_s - idle_share * whole_s
    return Measured(burst_ms=statistics.median(took_ms), per_s=answers / took_s, cpu_ms=1000 * cpu_s / answers)


def waiting_mib() -> float:
    """Median memory of the containers that wait for a program."""
    with contextlib.closing(connect()) as client:
        found = client.containers(filters={"label": LABEL})
        used = [int(client.stats(each["Id"], stream=False)["memory_stats"]["usage"]) for each in found]
    return statistics.median(used) / 2**20


@contextlib.contextmanager
def pooled(runtime: str | None) -> Iterator[DockerSandbox]:
    with contextlib.closing(DockerSandbox(runtime=runtime, pool_size=POOL)) as sandbox:
        yield sandbox


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument(
        "--runtime", action="append", default=[], help="another OCI runtime of the engine, such as crun"
    )
    given = parser.parse_args()
    with contextlib.closing(connect()) as client:
        ensure_image(client)
    rows: dict[str, Measured] = {}

    def measure(name: str, answer: Answer, *, answers: int = given.answers, pool: bool = False) -> None:
        rows[name] = measured(
            answer,
            rounds=given.rounds,
            answers=answers,
            burst=POOL if pool else 3,
            settles_s=SETTLES_S if pool else 0.2,
        )

    measure("bare subprocess", bare)
    with contextlib.closing(BubblewrapSandbox()) as bubblewrap:
        measure(bubblewrap.engine, answer_in(bubblewrap))
    memory = {}
    for runtime in (None, *given.runtime):
        with pooled(runtime) as sandbox:
            engine = sandbox.run(PROGRAM).engine
            measure(f"{engine}, pool of {POOL}", answer_in(sandbox), pool=True)
            memory[engine] = waiting_mib()
        with contextlib.closing(DockerSandbox(runtime=runtime)) as sandbox:
            measure(f"{engine}, no pool", answer_in(sandbox))
    measure("docker run --rm", docker_run, answers=given.answers // 3)
    measure("bare subprocess, again", bare)

    floor = rows["bare subprocess"]
    print("| one answer, ten cases | burst p50 ms | × bare | answers/s | × bare | CPU ms per answer |")
    print("|---|---|---|---|---|---|")
    for name, each in rows.items():
        print(
            f"| {name} | {each.burst_ms:.0f} | {each.burst_ms / floor.burst_ms:.2f} "
            f"| {each.per_s:.1f} | {each.per_s / floor.per_s:.2f} | {each.cpu_ms:.0f} |"
        )
    for engine, mib in memory.items():
        print(f"\nA waiting container of {engine}: {mib:.1f} MiB.")


if __name__ == "__main__":
    main()
