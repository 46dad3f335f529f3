"""The proof as a whole: which worlds, how much of each, on how many processes, and what came of it."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import ceil
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from yzindex.drift.proving.external import check_world, read_worlds
from yzindex.drift.proving.figures import Replicate
from yzindex.drift.proving.matrices import matrix_world, read_matrix
from yzindex.drift.proving.seeds import Purpose
from yzindex.drift.proving.targets import MOVING_WORLDS, WORSE_WORLDS, Finding, held_against
from yzindex.drift.proving.trials import Counts, Method, play, tune
from yzindex.drift.proving.world import Maker
from yzindex.drift.proving.worlds import logit_worlds
from yzindex.errors import YzIndexError

FULL = Counts(
    null_model_days=300_000, year_days=365, drops=400, great_drops=200, moves=300, unusual_every=5, tuning_years=40,
)  # fmt: skip
QUICK = Counts(
    null_model_days=9_000, year_days=110, drops=48, great_drops=48, moves=32, unusual_every=0, tuning_years=0,
    troubles=False,
)  # fmt: skip
#: Three that differ most: noisy answers, answers that hardly vary, and models that suffer unequally.
QUICK_WORLDS = ("A, noisy answers", "B, near-deterministic", "not additive")
#: So much is played of worlds that have hardly a target.
_WORSE_SHARE = 0.15
#: So many days of a year are played of worlds in which only everything moves: events begin by the 75th.
_MOVING_DAYS = 90
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class UnknownWorld(YzIndexError):
    """No world, or more than one, has a name that begins so."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where worlds come from; small enough to be sent to another process."""

    #: Names of generated worlds; all of them where neither these nor a file are given.
    generated: tuple[str, ...] = ()
    matrix: Path | None = None
    external: Path | None = None

    def makers(self) -> Mapping[str, Maker]:
        """Give the worlds by name."""
        return _makers(self)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One run of the proof."""

    source: Source
    purpose: Purpose
    counts: Counts
    method: Method = field(default_factory=Method)
    processes: int = 2

    @property
    def quick(self) -> bool:
        return self.purpose is Purpose.QUICK


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a run came to, world by world."""

    replicates: Mapping[str, tuple[Replicate, ...]]
    findings: tuple[Finding, ...]
    #: Thresholds of the methods of today, by world and method.
    tuned: Mapping[str, Mapping[str, float]]
    cpu_s: Mapping[str, float]
    purpose: Purpose

    @property
    def holds(self) -> bool:
        return all(finding.met for finding in self.findings)


def names_of(beginnings: str) -> list[str]:
    """Find the generated worlds by the beginnings of their names, parted by commas.

    >>> names_of("A,drifting")
    ['A, noisy answers', 'drifting difficulty']
    """
    names = []
    for beginning in beginnings.split(","):
        found = [name for name in logit_worlds() if name.startswith(beginning.strip())]
        if len(found) != 1:
            raise UnknownWorld(
                f"{len(found)} worlds are called {beginning.strip()!r}; there are: {'; '.join(logit_worlds())}"
            )
        names += found
    return names


def rehearsal(share: float) -> Counts:
    """Give a share of the full counts."""
    return Counts(
        null_model_days=round(share * FULL.null_model_days),
        year_days=FULL.year_days,
        drops=round(share * FULL.drops),
        great_drops=round(share * FULL.great_drops),
        moves=round(share * FULL.moves),
        unusual_every=max(2, round(share * FULL.unusual_every)),
        tuning_years=max(10, round(share * FULL.tuning_years)),
    )


def prove(setting: Setting, progress: Callable[[int, int], None] | None = None) -> Proof:
    """Play all worlds and hold them against the targets. Files were checked before anything is played.

    `progress` is told after each replicate how many of how many are done.
    """
    models = {name: check_world(name, maker).models for name, maker in setting.source.makers().items()}
    with _mapped(setting) as run:
        tuned: dict[str, dict[str, float]] = {name: {} for name in models}
        cpu_s = dict.fromkeys(models, 0.0)
        if setting.counts.tuning_years:
            for name, thresholds, spent_s in run(_tune, [(setting, name) for name in models]):
                tuned[name] = thresholds
                cpu_s[name] += spent_s
        jobs = [
            (setting, name, replicate, tuned[name])
            for name, size in models.items()
            for replicate in range(_replicates(setting.counts, name, size))
        ]
        played: dict[str, list[tuple[int, Replicate]]] = {name: [] for name in models}
        for done, (replicate, result, spent_s) in enumerate(run(_play, jobs), start=1):
            played[result.world].append((replicate, result))
            cpu_s[result.world] += spent_s
            if progress is not None:
                progress(done, len(jobs))
    ordered = {
        name: tuple(result for _, result in sorted(each, key=lambda pair: pair[0])) for name, each in played.items()
    }
    findings = [finding for each in ordered.values() for finding in held_against(each, quick=setting.quick)]
    return Proof(replicates=ordered, findings=tuple(findings), tuned=tuned, cpu_s=cpu_s, purpose=setting.purpose)


def _replicates(counts: Counts, world: str, models: int) -> int:
    share = _WORSE_SHARE if world in WORSE_WORLDS else 1.0
    return ceil(share * counts.replicates(models))


def _counts_of(counts: Counts, world: str) -> Counts:
    """As many replicates, and in each what belongs into that world."""
    if world not in MOVING_WORLDS:
        return counts
    share = _MOVING_DAYS / counts.year_days
    return replace(
        counts,
        year_days=_MOVING_DAYS,
        null_model_days=round(share * counts.null_model_days),
        drops=0,
        great_drops=0,
        unusual_every=0,
        troubles=False,
    )


@contextmanager
def _mapped(setting: Setting) -> Iterator[Callable[..., Iterator[tuple[Any, ...]]]]:
    """Give a function that calls another with each of many tuples of arguments, in this process or in several.

    Results come as they are ready. Each process computes on one thread: the arrays are too small for more.
    """
    if setting.processes == 1:
        yield lambda function, arguments: (function(*each) for each in arguments)
        return
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        with ProcessPoolExecutor(setting.processes, mp_context=get_context("spawn")) as pool:
            try:
                yield lambda function, arguments: (
                    future.result() for future in as_completed([pool.submit(function, *each) for each in arguments])
                )
            finally:
                pool.shutdown(cancel_futures=True)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@lru_cache
def _makers(source: Source) -> Mapping[str, Maker]:
    generated = logit_worlds()
    makers = {name: generated[name] for name in source.generated}
    if not source.generated and source.external is None:
        makers = dict(generated)
    if source.matrix is not None:
        makers[f"matrix {source.matrix.stem}"] = matrix_world(read_matrix(source.matrix))
    if source.external is not None:
        makers |= read_worlds(source.external)
    return makers


def _tune(setting: Setting, name: str) -> tuple[str, dict[str, float], float]:
    began_s = time.process_time()
    counts = setting.counts
    maker = setting.source.makers()[name]
    thresholds = tune(name, maker, counts.tuning_years, counts.year_days, setting.method.rules)
    return name, thresholds, time.process_time() - began_s


def _play(setting: Setting, name: str, replicate: int, tuned: Mapping[str, float]) -> tuple[int, Replicate, float]:
    began_s = time.process_time()
    result = play(
        name,
        setting.source.makers()[name],
        replicate,
        purpose=setting.purpose,
        counts=_counts_of(setting.counts, name),
        method=setting.method,
        tuned=tuned,
    )
    return replicate, result, time.process_time() - began_s
