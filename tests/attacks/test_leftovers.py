"""Nothing is left of the nastiest programs: no container, shim, mount, cgroup, process, file or descriptor."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from sandbox import Outcome, owner
from sandbox.bwrap import cgroups
from sandbox.engine import connect
from tests import sandboxes
from tests.attacks import nastiest
from tests.attacks.nastiest import PROGRAMS, Ran

#: The engine ends a shim and the kernel lets go of a cgroup a moment after the removal was confirmed.
GONE_WITHIN_S = 10.0


@pytest.fixture(scope="module", params=sandboxes.BOTH)
def ran(request, tmp_path_factory) -> Ran:
    """All of them, run by a process that has ended since; what is marked as its own can be nobody else's."""
    folder = str(tmp_path_factory.mktemp("files"))
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as executor:
        return executor.submit(nastiest.run_all, request.param, folder).result()


def left(look: Callable[[], list[str]]) -> list[str]:
    """Look until nothing is left, or for some seconds."""
    deadline = time.monotonic() + GONE_WITHIN_S
    while (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def names_of(ran: Ran) -> list[str]:
    """Words of which one stands in all that belongs to a process: its own name in two forms, its containers' ids."""
    return [ran.owner, ran.owner.replace(" ", ","), *ran.container_ids]


def processes_with(names: list[str], *files: str) -> Iterator[str]:
    """Give the processes of this machine that have one of the names in one of these files of /proc."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and process.name != str(os.getpid()):
            for file in files:
                with contextlib.suppress(OSError):
                    content = (process / file).read_bytes().decode("utf-8", "replace")
                    if any(name in content for name in names):
                        yield f"{process}/{file}"


def test_every_program_was_stopped_or_contained(ran):
    assert set(ran.outcomes) == set(PROGRAMS)
    assert ran.outcomes["fork bomb"] is Outcome.TIME_LIMIT
    assert ran.outcomes["memory bomb over children"] is Outcome.MEMORY_LIMIT
    assert ran.outcomes["flood"] is Outcome.OUTPUT_LIMIT
    assert ran.outcomes["stopped"] is Outcome.TIME_LIMIT
    assert ran.outcomes["crash"] is Outcome.RUNTIME_ERROR


def test_no_process_is_left_shims_included(ran):
    # A shim has its container's id in its arguments, a process inside has it, or its owner's name, in its cgroup's.
    assert left(lambda: list(processes_with(names_of(ran), "cmdline", "cgroup"))) == []


def test_no_mount_is_left_in_any_namespace(ran):
    assert left(lambda: list(processes_with(names_of(ran), "mountinfo"))) == []


def test_no_cgroup_is_left(ran):
    def folders() -> list[str]:
        engines_own = (str(folder) for folder in Path("/sys/fs/cgroup").rglob("*/") if folder.is_dir())
        ours = map(str, cgroups.folders())
        return [folder for folder in (*ours, *engines_own) if any(name in folder for name in names_of(ran))]

    assert left(folders) == []


def test_no_file_is_left(ran):
    # Locks are kept: to remove one that another process has open would be two locks of one name.
    assert {name for name in ran.files if not name.startswith("yz-sandbox-locks-")} == set()


def test_no_descriptor_thread_or_child_is_left(ran):
    for had, has in (ran.descriptors, ran.threads, ran.children):
        assert has <= had


@pytest.mark.docker
@pytest.mark.parametrize("ran", ["docker"], indirect=True)
def test_no_container_is_left(ran):
    with contextlib.closing(connect()) as client:

        def containers() -> list[str]:
            listed = client.containers(all=True, filters={"label": owner.LABEL})
            return [each["Id"] for each in listed if ran.owner in each["Labels"].values()]

        assert left(containers) == []
        # All that were ever made, those of second attempts included.
        until = int(time.time()) + 1
        events = client.events(since=until - 600, until=until, filters={"label": owner.LABEL}, decode=True)
        made = {each["id"] for each in events if each.get("Action") == "create" and ran.owner in str(each["Actor"])}
        assert made >= ran.container_ids
        assert left(lambda: list(processes_with(sorted(made), "cmdline", "cgroup", "mountinfo"))) == []
