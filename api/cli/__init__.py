"""The `yz` command. A file per group of commands; each imports what it needs when it is called, not before."""

import sys


def main() -> None:
    """Run the command line and exit: 0 done, 1 bad news, 2 bad usage, 3 ours is down.

    A fault of ours is told by its place, not by what it held; PYTHONDEVMODE=1 shows its traceback.
    """
    from api.cli.commands import app
    from api.cli.exits import ExitCode, unexpected

    try:
        app()
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        print(unexpected(error), file=sys.stderr)
        sys.exit(ExitCode.OURS_IS_DOWN)
