"""Time and CPU of one answer in each sandbox, beside a bare subprocess and `docker run --rm`, all in the same run.

`python -m tests.bench.sandbox_speed [--rounds 7] [--crun]`; needs a Docker engine, bubblewrap, and a machine that does
nothing else: CPU time is the whole machine's (/proc/stat), for an engine's helpers are nobody's children. One answer is
a script judged on ten standard inputs.

burst: as many answers as containers wait, one after the other; then the pool is given the time to fill again.
sustained: as many answers at a time as there are cores, and twice as many, without a break.

Machines have slow minutes: in each round every way is measured once, with bare subprocesses before and after it, and
compared with those two. Printed are the medians over the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from docker import APIClient

from sandbox import IMAGE, BubblewrapSandbox, Case, DockerSandbox, Outcome, Program, Sandbox, ensure_image
from sandbox.bwrap import cgroups
from sandbox.engine import connect
from sandbox.owner import LABEL
from sandbox.process import name_of_this_process
from tests.bench.crun_engine import engine_with_crun, go_where_crun_runs
from tests.bench.oci_bundle import oci_bundle

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
#: The distribution's, as in the sandboxes.
PYTHON = "/usr/bin/python3"
CORES = len(os.sched_getaffinity(0))
#: Containers that wait, in bursts.
POOL = 2 * CORES
SETTLES_S = 1.5
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Answer = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to run answers, and how much of it is measured in a round."""

    name: str
    answer: Answer
    #: Answers of a burst, bursts, and the seconds before each.
    burst: int = 3
    bursts: int = 2
    settles_s: float = 0.1
    #: Answers of the sustained part.
    sustained: int = 40


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one way to run answers took in one round."""

    burst_ms: float
    #: With as many at a time as there are cores, and with twice as many.
    per_s: float
    per_s_twice: float
    #: With as many at a time as there are cores.
    cpu_ms: float


def machine_cpu_s() -> float:
    """CPU seconds that all of this machine has spent on anything."""
    line = Path("/proc/stat").read_text("ascii").partition("\n")[0]
    user, nice, system, _, _, irq, softirq = map(int, line.split()[1:8])
    return (user + nice + system + irq + softirq) / _TICKS_PER_S


def bare() -> None:
    """One process per case, without any wall."""
    for each in INPUTS:
        subprocess.run([PYTHON, "-S", "-c", SOURCE], input=each.encode(), capture_output=True, check=True)


def docker_run() -> None:
    """One container per answer from the command line, and in it one process per case."""
    command = ["docker", "run", "--rm", "--network", "none", "--log-driver", "none", IMAGE, "/usr/bin/python3", "-S"]
    subprocess.run([*command, "-c", PER_CASE, SOURCE, *INPUTS], capture_output=True, check=True)


def answer_in(sandbox: Sandbox) -> Answer:
    def answer() -> None:
        assert all(case.outcome is Outcome.COMPLETED for case in sandbox.run(PROGRAM).cases)

    return answer


def measured(way: Way) -> Measured:
    """Measure bursts, then a sustained rate with the CPU time of it."""
    took_ms = []
    for _ in range(way.bursts):
        time.sleep(way.settles_s)
        for _ in range(way.burst):
            began = time.perf_counter()
            way.answer()
            took_ms.append(1000 * (time.perf_counter() - began))
    per_s, cpu_ms = sustained(way, at_a_time=CORES)
    per_s_twice, _ = sustained(way, at_a_time=2 * CORES)
    return Measured(burst_ms=statistics.median(took_ms), per_s=per_s, per_s_twice=per_s_twice, cpu_ms=cpu_ms)


def sustained(way: Way, *, at_a_time: int) -> tuple[float, float]:
    """Answers per second, and the CPU milliseconds of each, with what is made and removed for it later."""
    time.sleep(way.settles_s)
    began, began_cpu_s = time.perf_counter(), machine_cpu_s()
    with ThreadPoolExecutor(at_a_time) as pool:
        for done in [pool.submit(way.answer) for _ in range(way.sustained)]:
            done.result()
    took_s = time.perf_counter() - began
    time.sleep(way.settles_s)
    return way.sustained / took_s, 1000 * (machine_cpu_s() - began_cpu_s) / way.sustained


def waiting_containers_mib(client: APIClient) -> float:
    """Median memory of the containers of this process that wait for a program."""
    ours = {"label": f"{LABEL}.owner={name_of_this_process()}"}
    found = [client.stats(each["Id"], stream=False)["memory_stats"] for each in client.containers(filters=ours)]
    return statistics.median(int(each["usage"]) for each in found) / 2**20


def waiting_boxes_mib() -> float:
    """The same of bubblewrap's, each a process and its monitor. Their cgroup does not count what came before it."""
    own = name_of_this_process().replace(" ", ",")
    boxes = {folder.name: folder for folder in cgroups.folders() if own in folder.name}

    def number(file: Path, name: str) -> int:
        return next(int(line.split()[1]) for line in file.read_text("ascii").splitlines() if line.startswith(name))

    def proportional_kib(pid: int) -> int:
        return number(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")

    runners = [int((folder / "cgroup.procs").read_text("ascii")) for folder in boxes.values()]
    each_kib = [
        proportional_kib(pid) + proportional_kib(number(Path(f"/proc/{pid}/status"), "PPid:")) for pid in runners
    ]
    return statistics.median(each_kib) / 1024


def pooled_and_not(engine: str, pooled: Sandbox, cold: Sandbox, *, sustained: int) -> tuple[Way, Way]:
    """A sandbox with a pool, which is measured in bursts as long as it is, and one without."""
    return (
        Way(
            name=f"{engine}, pool of {POOL}",
            answer=answer_in(pooled),
            burst=POOL,
            bursts=4,
            settles_s=SETTLES_S,
            sustained=sustained,
        ),
        Way(name=f"{engine}, no pool", answer=answer_in(cold)),
    )


def ways(stack: contextlib.ExitStack, *, crun: bool) -> tuple[list[Way], dict[str, float]]:
    """Open all sandboxes; give the ways and, by engine, the MiB of a container that waits."""
    boxes = stack.enter_context(contextlib.closing(BubblewrapSandbox(pool_size=POOL)))
    no_boxes = stack.enter_context(contextlib.closing(BubblewrapSandbox()))
    boxes.run(PROGRAM)
    time.sleep(SETTLES_S)
    memory = {boxes.engine: waiting_boxes_mib()}
    found = [*pooled_and_not(boxes.engine, boxes, no_boxes, sustained=100)]
    engines: list[tuple[str | None, str | None]] = [(None, None)]
    if crun:
        engines.append((stack.enter_context(engine_with_crun()), "crun"))
    for host, runtime in engines:
        opened = partial(DockerSandbox, runtime=runtime, docker_host=host)
        pooled = stack.enter_context(contextlib.closing(opened(pool_size=POOL)))
        cold = stack.enter_context(contextlib.closing(opened()))
        engine = pooled.run(PROGRAM).engine
        found += pooled_and_not(engine, pooled, cold, sustained=60)
        time.sleep(SETTLES_S)
        with contextlib.closing(connect(host)) as client:
            memory[engine] = waiting_containers_mib(client)
    if crun:
        found.append(Way(name="crun without an engine", answer=stack.enter_context(oci_bundle(PROGRAM))))
    found.append(Way(name="docker run --rm", answer=docker_run, sustained=10))
    return found, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--crun", action="store_true", help="also crun, on an engine of its own and without one; as root"
    )
    given = parser.parse_args()
    if given.crun:
        go_where_crun_runs()
    with contextlib.closing(connect()) as client:
        ensure_image(client)
    floor = Way(name="bare subprocess", answer=bare)
    with contextlib.ExitStack() as stack:
        others, memory = ways(stack, crun=given.crun)
        rows: dict[str, list[tuple[Measured, Measured, Measured]]] = {each.name: [] for each in others}
        for _ in range(given.rounds):
            before = measured(floor)
            for way in others:
                this, after = measured(way), measured(floor)
                rows[way.name].append((before, this, after))
                before = after

    def median(name: str, of: Callable[[Measured], float]) -> tuple[float, float]:
        """Of a figure and of its ratio to the bare ones beside it."""
        each = rows[name]
        return (
            statistics.median(of(this) for _, this, _ in each),
            statistics.median(2 * of(this) / (of(before) + of(after)) for before, this, after in each),
        )

    bare_ones = [before for each in rows.values() for before, _, _ in each]
    print(
        f"| one answer, ten cases | burst p50 ms | × bare | answers/s, {CORES} at a time | × bare "
        f"| {2 * CORES} at a time | × bare | CPU ms | × bare |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    figures: tuple[Callable[[Measured], float], ...] = (
        lambda each: each.burst_ms,
        lambda each: each.per_s,
        lambda each: each.per_s_twice,
        lambda each: each.cpu_ms,
    )
    cells = [f"{statistics.median(map(of, bare_ones)):.1f} | 1.00" for of in figures]
    print(f"| {floor.name} | {' | '.join(cells)} |")
    for name in rows:
        cells = ["{:.1f} | {:.2f}".format(*median(name, of)) for of in figures]
        print(f"| {name} | {' | '.join(cells)} |")
    for engine, mib in memory.items():
        print(f"\nA waiting container of {engine}: {mib:.1f} MiB.")


if __name__ == "__main__":
    main()
