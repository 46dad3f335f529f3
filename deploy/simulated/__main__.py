"""Run the simulated provider: `python -m deploy.simulated --host 127.0.0.1 --port 0 --config FILE.toml`.

Prints one JSON line, {"listening": URL}, when it is ready; ends on SIGTERM and SIGINT.
"""

import argparse
import asyncio
import json
import signal
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from deploy.simulated import config, log
from deploy.simulated.server import create_app
from yzindex import clock
from yzindex.bank import files
from yzindex.days import today
from yzindex.errors import InvalidBank

_BACKLOG = 2048
#: Replies still waiting when it is told to end are not waited for longer than this.
_GRACE_S = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to end; give the exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = config.load_config(options.config)
        bank = files.load_bank(options.bank)
        record = log.RequestLog(options.log)
    except (config.InvalidConfig, log.InvalidLog, InvalidBank, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    try:
        clock.live_ahead(timedelta(days=options.days_ahead))
        app = create_app(settings, questions=bank.questions, log=record, today=partial(today, options.timezone))
        asyncio.run(_serve(app, options.host, options.port))
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}; --port 0 takes a free one", file=sys.stderr)
        return 2
    finally:
        record.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.simulated", description="The simulated model provider.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one (default)")
    parser.add_argument("--config", type=Path, default=config.INSTALLED, help="TOML file (default: %(default)s)")
    parser.add_argument("--bank", type=Path, default=files.INSTALLED, help="folder of a bank (default: the installed)")
    parser.add_argument("--log", type=Path, default=None, help="JSON lines file to append to and continue from")
    parser.add_argument("--timezone", type=ZoneInfo, default=ZoneInfo("UTC"), help="zone of the days of its events")
    parser.add_argument("--days-ahead", type=int, default=0, help="live so many days later than this machine")
    return parser


async def _serve(app: web.Application, host: str, port: int) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=_BACKLOG).start()
        told_to_end = _on_signals()
        print(json.dumps({"listening": _url(host, runner)}), flush=True)
        await told_to_end.wait()
    finally:
        await runner.cleanup()


def _on_signals() -> asyncio.Event:
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    return told_to_end


def _url(host: str, runner: web.AppRunner) -> str:
    port = runner.addresses[0][1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/v1"


if __name__ == "__main__":
    sys.exit(main())
