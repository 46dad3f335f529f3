"""The small decisions of the one-machine stack: waiting, locking, ports, paths, logs, the models file, backups."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.faults import AlreadyRunning, DatabaseUnusable, ModelsFileInTheWay
from deploy.fleet_file import write_fleet
from deploy.leftovers import end_leftovers
from deploy.patience import Patience
from deploy.ports import free_port
from deploy.simulated.config import INSTALLED
from deploy.simulated_fleet import simulated_fleet, write_config
from deploy.socket_path import LONGEST, reachable, will_do
from deploy.state_folder import StateFolder, held
from deploy.upgrading import prepare_database
from yzindex.fleet import read_fleet

HERE = "127.0.0.1"


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state")
    folder.make()
    return folder


# --- waiting --------------------------------------------------------------------------------------------------------


def test_waits_double_up_to_half_a_minute_when_deaths_are_far_apart():
    patience = Patience()

    waits = [patience.after_death(lived_s=40, now=100.0 * death) for death in range(8)]

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_five_deaths_in_two_minutes_are_hopeless_and_four_are_not():
    patience = Patience()

    waits = [patience.after_death(lived_s=1, now=now) for now in (0, 30, 60, 90, 120)]

    assert waits == [1, 2, 4, 8, None]


def test_a_long_life_is_forgiven():
    patience = Patience()
    for death in range(3):
        patience.after_death(lived_s=1, now=200.0 * death)

    assert patience.after_death(lived_s=3600, now=9000) == 1


# --- one stack per folder -------------------------------------------------------------------------------------------


def test_a_second_stack_on_a_folder_is_told_who_holds_it(folder):
    with held(folder), pytest.raises(AlreadyRunning) as refusal, held(folder):
        pass

    assert f"process {os.getpid()}" in str(refusal.value)
    assert "YZ_DATA_DIR" in str(refusal.value)


def test_a_folder_is_free_again_after_its_stack_and_says_so(folder):
    with held(folder) as hold:
        hold.sign(api="http://127.0.0.1:8000")
        assert "http://127.0.0.1:8000" in (folder.root / "stack.json").read_text()

    assert (folder.root / "stack.json").read_text() == ""
    with held(folder):
        pass


def test_a_process_that_still_writes_to_our_logs_is_ended_and_no_other(folder):
    with ExitStack() as exits:
        ours = exits.enter_context(_sleeper(folder.log("models")))
        another = exits.enter_context(_sleeper(folder.root.parent / "models.log"))
        exits.callback(another.kill)

        found = end_leftovers(folder)

        assert found == [ours.pid]
        assert ours.wait(timeout=10) == -9
        assert another.poll() is None


def _sleeper(log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE, stdout=output)


# --- ports ----------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_replaced_by_a_free_one():
    with socket.create_server((HERE, 0)) as server:
        taken = server.getsockname()[1]

        found = free_port(HERE, taken)

    assert found not in (0, taken)
    assert free_port(HERE, taken) == taken


# --- the socket's path ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["d" * LONGEST, "with space", "per%20cent", "quest?ion", "ha#sh"])
def test_a_socket_is_reached_by_a_short_plain_path_wherever_the_folder_lies(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()

    with reachable(folder / "valkey.sock") as path, socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))

        assert will_do(path)
        assert (folder / "valkey.sock").is_socket()
        assert path.parent.parent.stat().st_mode & 0o777 == 0o700
    assert not path.parent.is_symlink()


def test_a_short_plain_path_is_used_as_it_is():
    with reachable(Path("/srv/yz/valkey.sock")) as path:
        assert path == Path("/srv/yz/valkey.sock")


# --- the models file ------------------------------------------------------------------------------------------------


def test_the_simulated_fleet_is_written_as_a_models_file_that_reads_the_same(folder):
    fleet = simulated_fleet(write_config(folder, INSTALLED, seed=7), port=4711)

    write_fleet(fleet, folder.models_file)

    assert read_fleet(folder.models_file) == fleet
    assert fleet.providers[0].simulated
    assert {model.slug for model in fleet.models} >= {"sim/agate", "sim/opal", "sim/flint", "sim/jasper", "sim/onyx"}
    assert not {model.vendor for model in fleet.models} & {judge.vendor for judge in fleet.judges}
    assert all(model.usd_per_million_completion_tokens > 0 for model in (*fleet.models, *fleet.judges))


def test_the_seed_reaches_the_simulated_provider(folder):
    assert write_config(folder, INSTALLED, seed=7).seed == 7


def test_a_models_file_of_the_users_is_never_written_over(folder):
    folder.models_file.write_text("models = []\n")

    with pytest.raises(ModelsFileInTheWay):
        write_fleet(simulated_fleet(write_config(folder, INSTALLED, seed=None), port=1), folder.models_file)

    assert folder.models_file.read_text() == "models = []\n"


# --- the database ---------------------------------------------------------------------------------------------------


def test_a_new_database_is_made_without_a_backup_and_a_current_one_is_left_alone(folder):
    address = f"sqlite:///{folder.root / 'yz.sqlite3'}"
    said: list[str] = []

    prepare_database(address, folder.backups, said.append)
    prepare_database(address, folder.backups, said.append)

    assert said == []
    assert list(folder.backups.iterdir()) == []


def test_a_former_database_is_copied_before_it_is_upgraded(folder):
    file = folder.root / "yz.sqlite3"
    with sqlite3.connect(file) as former:
        former.execute("CREATE TABLE kept (word TEXT)")
        former.execute("INSERT INTO kept VALUES ('before')")
    former.close()
    said: list[str] = []

    prepare_database(f"sqlite:///{file}", folder.backups, said.append)

    [copy] = folder.backups.iterdir()
    with sqlite3.connect(copy) as backup:
        assert backup.execute("SELECT word FROM kept").fetchall() == [("before",)]
        assert not backup.execute("SELECT name FROM sqlite_master WHERE name = 'run'").fetchall()
    backup.close()
    assert str(copy) in said[0]


def test_a_database_of_a_newer_version_is_refused_and_not_touched(folder):
    file = folder.root / "yz.sqlite3"
    with sqlite3.connect(file) as newer:
        newer.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        newer.execute("INSERT INTO alembic_version VALUES ('9999_from_the_future')")
    newer.close()

    with pytest.raises(DatabaseUnusable, match="newer version"):
        prepare_database(f"sqlite:///{file}", folder.backups, print)
