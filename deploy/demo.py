"""`make demo`: the one-machine stack on simulated models, one smoke run over HTTP, and what came of it.

python -m deploy.demo [--seed N]

On a terminal the stack stays up until Ctrl-C; without one it is stopped and the status says how it went: 0 shown,
1 the run gave nothing to show, 2 bad usage, 3 the stack does not run here, 130 interrupted before the result.
"""

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from yzindex import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.client import Client
    from api.shapes.runs import RunBody
    from deploy.stack import Stack
    from yzindex.settings import Settings

_RUN_WITHIN_S = 150.0
_DONE, _BAD_NEWS, _BAD_USAGE, _OURS_IS_DOWN, _INTERRUPTED = 0, 1, 2, 3, 130


class DemoFailed(Exception):
    """The demo has nothing to show; the message says what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return its exit status."""
    seed = _seed(arguments)
    # The first line comes before the imports, which take seconds on a small machine.
    folder = os.environ.get("YZ_DATA_DIR", "./.yz")
    _say(f"yz-index {__version__} · one-machine demo · models are SIMULATED · state in {folder} (delete to start over)")
    from api.client import ApiError
    from deploy.faults import StackError
    from deploy.interrupts import ended_by_signals
    from yzindex.errors import InvalidBank, YzIndexError
    from yzindex.settings import InvalidSettings, load_settings

    try:
        with ended_by_signals():
            return _run(load_settings(), seed)
    except KeyboardInterrupt:
        _say("stopped before there was a result")
        return _INTERRUPTED
    except (InvalidSettings, InvalidBank) as error:
        return _fail(error, _BAD_USAGE)
    except DemoFailed as error:
        return _fail(error, _BAD_NEWS)
    except (StackError, ApiError, YzIndexError, OSError) as error:
        return _fail(error, _OURS_IS_DOWN)


def _seed(arguments: list[str] | None) -> int | None:
    parser = argparse.ArgumentParser(prog="make demo", description="The one-machine demo on simulated models.")
    parser.add_argument(
        "--seed", type=int, default=os.environ.get("SEED") or None, help="what is drawn and what the models know"
    )
    seed: int | None = parser.parse_args(arguments).seed
    return seed


def _run(settings: "Settings", seed: int | None) -> int:
    from api.client import Client
    from deploy.engine import prepare_sandbox
    from deploy.stack import Simulation, Stack

    found = prepare_sandbox(settings, _say, "demo")
    sandbox = f"sandbox  {found}     " if found else ""
    _say(f"  {sandbox}queue  {_queue(settings)}     database  {_database(settings)}")
    started = time.monotonic()
    _say("  starting API, workers, Flower and the simulated provider ...")
    with Stack(settings, simulation=Simulation(seed=seed), say=_say) as stack:
        _say(f"  up after {time.monotonic() - started:.0f} s · logs in {stack.folder.logs}")
        with Client(stack.api) as client:
            _show_run(stack, client, seed)
        if _has_terminal():
            _say("  Ctrl-C stops everything.")
            stack.serve()
    return _DONE


def _show_run(stack: "Stack", client: "Client", seed: int | None) -> None:
    from api.shapes.runs import RunRequest
    from api.terminal.console import console
    from api.terminal.progress import follow
    from api.terminal.tables import board_table, run_tables
    from api.terminal.verdicts import why_fallen
    from deploy.demo_facts import facts_of
    from deploy.ran_in import places_left

    ordered = client.submit(RunRequest(seed=seed))
    _say(f'  POST {stack.api}/v1/runs  {{"kind":"smoke"}}  ->  202  Run #{ordered.number}\n')
    _say(f"Run #{ordered.number} {ordered.kind} · {len(ordered.questions)} questions x {len(ordered.models)} models")
    started = time.monotonic()
    run = follow(client.wait(ordered.number, sleep=_tending(stack)), shown=True)
    facts = facts_of(list(client.raw(run.number)))
    _say(f"  {time.monotonic() - started:.0f} s · {facts.line(places_left(facts.ran))}\n")
    console().print(run_tables(run))
    board = client.board()
    console().print(board_table(board))
    console().print(why_fallen(board, client.compare))
    _say(_ways_on(stack, run.number))
    _refuse_emptiness(run, stack)


def _tending(stack: "Stack") -> "Callable[[float], None]":
    """Give a sleep that looks after the stack, and ends when a run takes too long."""
    deadline = time.monotonic() + _RUN_WITHIN_S

    def sleep(seconds: float) -> None:
        if time.monotonic() > deadline:
            raise DemoFailed(
                f"the run did not end within {_RUN_WITHIN_S:g} s; look into {stack.folder.logs}, "
                "or give this machine more time by `make up` and `yz run --wait`"
            )
        stack.tend()
        time.sleep(seconds)

    return sleep


def _refuse_emptiness(run: "RunBody", stack: "Stack") -> None:
    if not any(model.result is not None and model.result.coverage.scored for model in run.models):
        raise DemoFailed(
            f"no answer of Run #{run.number} was scored; the reasons are above, more in {stack.folder.logs}"
        )


def _ways_on(stack: "Stack", number: int) -> str:
    return f"""
  board   {stack.api}/v1/board            run     {stack.api}/v1/runs/{number}
  Flower  {stack.flower}            raw     {stack.api}/v1/runs/{number}/raw
  submit  curl -X POST {stack.api}/v1/runs -H 'content-type: application/json' -d '{{"kind":"smoke"}}'
  your own models:  OPENAI_API_KEY=... YZ_MODELS=model-a,model-b make up    another draw:  make demo SEED=7"""


def _queue(settings: "Settings") -> str:
    return "the server of REDIS_URL" if settings.redis_url else "Valkey on a private socket"


def _database(settings: "Settings") -> str:
    return "PostgreSQL" if settings.database_address.startswith("postgres") else "SQLite"


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(error: Exception, status: int) -> int:
    print(error, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
