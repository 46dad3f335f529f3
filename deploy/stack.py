"""The one-machine stack behind `yz up`, `make up` and the demo: queue, database, API, workers, beat and Flower.

    Valkey, tables ─► API, workers, simulated provider ─► beat, Flower

Everything it keeps is in one data folder. It supervises; the work is done by the children.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import make_url

from deploy.child import Child
from deploy.children import FLOWER_HOST, Crew
from deploy.engine import prepare_sandbox
from deploy.faults import StackError
from deploy.interrupts import ended_by_signals
from deploy.leftovers import end_leftovers
from deploy.ports import free_port
from deploy.settling import check_queue, settled, with_fleet
from deploy.simulated.config import INSTALLED as INSTALLED_FLEET
from deploy.simulated_fleet import simulated_fleet, simulated_recipe, write_config
from deploy.socket_path import reachable
from deploy.state_folder import StateFolder, held
from deploy.supervisor import Say, Supervisor
from deploy.upgrading import prepare_database
from deploy.valkey import valkey_recipe
from yzindex import __version__, clock
from yzindex.bank.files import INSTALLED, load_bank
from yzindex.errors import InvalidBank, YzIndexError
from yzindex.fleet import InvalidFleet, load_fleet
from yzindex.settings import InvalidSettings, Settings, load_settings, prepare_data_dir

_TICK_S = 0.2
_DONE, _BAD_USAGE, _OURS_IS_DOWN = 0, 2, 3


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """Ask simulated models instead of the configured ones; `seed` chooses what they know."""

    seed: int | None = None
    #: Who they are, how fast they answer, and which faults befall them.
    config: Path = INSTALLED_FLEET
    #: Called with the children's settings and the provider's log when there are tables and nothing runs on them yet.
    prepare: Callable[[Settings, Path], None] | None = None


def say_line(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


class Stack:
    """A running stack, from entering the context to leaving it; call `tend` all the while, from the same thread."""

    def __init__(
        self,
        settings: Settings,
        *,
        simulation: Simulation | None = None,
        without_backup: bool = False,
        say: Say = say_line,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.folder = StateFolder(settings.data_dir.resolve())
        #: Once started: with the paths, ports and addresses that the children got.
        self.settings = settings
        self._simulation = simulation
        self._without_backup = without_backup
        self._say = say
        self._own_environment = environment
        self._supervisor = Supervisor(say)
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with self._exits:  # a start that fails or is interrupted stops what it has started
            self._start()
            self._exits = self._exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.__exit__(kind, error, trace)

    @property
    def api(self) -> str:
        """Address of the API, such as http://127.0.0.1:8000."""
        host = self.settings.api_host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.settings.api_port}"

    @property
    def flower(self) -> str:
        """Address of Flower."""
        return f"http://{FLOWER_HOST}:{self.settings.flower_port}"

    @property
    def simulated_provider(self) -> str:
        """Address of the simulated provider."""
        return f"http://127.0.0.1:{self._simulated_port}"

    def child(self, name: str) -> Child:
        """The process of that name: valkey, simulated, api, models, judge, sandbox, control, beat or flower."""
        return self._supervisor.child(name)

    def tend(self) -> None:
        """Start again what died or hangs; raise `ChildFailed` for what keeps dying. Call it a few times a second."""
        self._supervisor.tend()

    def serve(self) -> None:
        """Tend until interrupted."""
        try:
            while True:
                self.tend()
                time.sleep(_TICK_S)
        except KeyboardInterrupt:
            self._say("stopping; what is under way gets a few seconds (Ctrl-C again kills it)")

    def _start(self) -> None:
        prepare_data_dir(self.settings)
        self.folder.make()
        hold = self._exits.enter_context(held(self.folder))
        end_leftovers(self.folder)
        self.folder.rotate_logs()
        has_own_queue = self.settings.redis_url is None
        socket = self._exits.enter_context(reachable(self.folder.socket))
        self.settings = settled(self.settings, self.folder, socket, self._say)
        crew = self._crew()
        self._exits.callback(self._supervisor.stop)
        if has_own_queue:
            self._supervisor.start([valkey_recipe(self.folder, socket, crew.environment())])
        check_queue(self.settings.redis_address)
        prepare_database(
            self.settings.database_address, self.folder.backups, self._say, without_backup=self._without_backup
        )
        if self._simulation is not None and self._simulation.prepare is not None:
            self._simulation.prepare(self.settings, self.folder.simulated_log)
        self._start_children(crew)
        hold.sign(api=self.api, flower=self.flower)

    def _crew(self) -> Crew:
        """Choose the fleet and name it in the settings; a bank that cannot be used ends the stack before it starts."""
        load_bank(self.settings.bank_dir or INSTALLED)
        if self._simulation is None:
            fleet = load_fleet(self.settings)
        else:
            config = write_config(self.folder, self._simulation.config, self._simulation.seed)
            self._simulated_port = free_port("127.0.0.1", 0)
            fleet = simulated_fleet(config, self._simulated_port)
            # Whatever file was configured is another fleet's.
            self.settings = self.settings.model_copy(update={"models_file": None})
        self.settings = with_fleet(self.settings, fleet, self.folder)
        return Crew(folder=self.folder, settings=self.settings, fleet=fleet, own=self._own_environment)

    def _start_children(self, crew: Crew) -> None:
        """Everything that needs only queue and tables starts at once: most of it is waiting for imports."""
        stage = [crew.api(), *crew.workers()]
        if self._simulation is not None:
            stage.insert(0, simulated_recipe(self.folder, self.settings, self._simulated_port, crew.environment()))
        self._supervisor.start(stage)
        # Flower asks at its start which workers there are.
        self._supervisor.start([crew.beat(), crew.flower()])


def run_stack(
    settings: Settings, *, simulation: Simulation | None = None, without_backup: bool = False, say: Say = say_line
) -> int:
    """Run the stack until Ctrl-C or SIGTERM; return the exit status: 0 stopped, 2 bad usage, 3 it cannot run."""
    try:
        with (
            ended_by_signals(),
            Stack(settings, simulation=simulation, without_backup=without_backup, say=say) as stack,
        ):
            for line in addresses(stack):
                say(line)
            stack.serve()
    except KeyboardInterrupt:
        say("stopped")
        return _DONE
    except InvalidFleet as error:
        print(f"{error}\nTo look around with simulated models: yz up --simulated", file=sys.stderr)
        return _BAD_USAGE
    except (InvalidSettings, InvalidBank) as error:
        print(error, file=sys.stderr)
        return _BAD_USAGE
    except (StackError, YzIndexError, OSError) as error:
        print(error, file=sys.stderr)
        return _OURS_IS_DOWN
    return _DONE


def addresses(stack: Stack) -> list[str]:
    """Where everything is, as lines for the screen."""
    settings = stack.settings
    database = make_url(settings.database_address).render_as_string(hide_password=True)
    queue = make_url(settings.redis_address).render_as_string(hide_password=True)
    return [
        f"  API     {stack.api}",
        f"  Flower  {stack.flower}",
        f"  queue   {queue}",
        f"  data    {database}",
        f"  daily   {_daily_run(settings)}",
        f"  logs    {stack.folder.logs}",
        "  Ctrl-C stops everything.",
    ]


def _daily_run(settings: Settings) -> str:
    schedule = settings.schedule
    if schedule is None:
        return "no daily run (YZ_DAILY_RUN is false)"
    coming = schedule.next_after(clock.now()).astimezone(schedule.zone)
    return f"a run of all models, next {coming.isoformat(sep=' ', timespec='minutes')}; its cost: yz schedule"


def main(arguments: Sequence[str] = ()) -> int:
    """Run `yz up` with these options: read the environment, then run until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(prog="yz up", description="Run the one-machine stack until Ctrl-C.")
    parser.add_argument("--simulated", action="store_true", help="ask simulated models instead of real ones")
    parser.add_argument("--seed", type=int, default=None, help="what the simulated models know")
    parser.add_argument("--without-backup", action="store_true", help="upgrade a former database without a copy")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except InvalidSettings as error:
        print(error, file=sys.stderr)
        return _BAD_USAGE
    say_line(f"yz-index {__version__} · one-machine stack · state in {settings.data_dir}")
    if found := prepare_sandbox(settings, say_line):
        say_line(f"  sandbox {found}")
    simulation = Simulation(seed=options.seed) if options.simulated else None
    return run_stack(settings, simulation=simulation, without_backup=options.without_backup)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
