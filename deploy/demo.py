"""`make demo`: a month of simulated days, then a smoke run over HTTP, its verdicts, and what was really done.

The first call in a state folder plays the days before and tells of today; each further one is the next morning.

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
    from yzindex.settings import Settings

_DONE, _BAD_NEWS, _BAD_USAGE, _OURS_IS_DOWN, _INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; return its exit status."""
    seed = _seed(arguments)
    # The first line comes before the imports, which take seconds on a small machine.
    folder = os.environ.get("YZ_DATA_DIR", "./.yz")
    _say(f"yz-index {__version__} · one-machine demo · models are SIMULATED · state in {folder} (delete to start over)")
    from api.client import ApiError
    from deploy.faults import DemoFailed, StackError
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
    parser.add_argument("--seed", type=int, default=os.environ.get("SEED") or None, help="which story is told")
    seed: int | None = parser.parse_args(arguments).seed
    return seed


def _run(settings: "Settings", seed: int | None) -> int:
    from api.client import Client
    from deploy.engine import prepare_sandbox
    from deploy.stack import Stack
    from deploy.story.opening import open_story
    from deploy.story.telling import tell

    found = prepare_sandbox(settings, _say, "demo")
    sandbox = f"sandbox  {found}     " if found else ""
    _say(f"  {sandbox}queue  {_queue(settings)}     database  {_database(settings)}")
    story = open_story(settings, seed, _say)
    started = time.monotonic()
    with Stack(story.settings, simulation=story.simulation, say=_say) as stack:
        _say(f"  up after {time.monotonic() - started:.0f} s · logs in {stack.folder.logs}")
        story.keep()
        with Client(stack.api) as client:
            tell(stack, client, story.state, _say)
        if _has_terminal():
            _say("  Ctrl-C stops everything.")
            stack.serve()
    return _DONE


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
