"""The `yz` command. A file per group of commands; each imports what it needs when it is called, not before."""


def main() -> None:
    """Run the command line and exit: 0 done, 1 bad news, 2 bad usage, 3 ours is down."""
    from api.cli.commands import app

    app()
