"""`yz verdict`: what is said of each model, and what it means."""

from api.cli.output import AsJson, emit


def verdict(as_json: AsJson = False) -> None:
    """Show the newest day's verdicts as they are stored, and the board's own record."""
    from api.client import Client
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found = client.verdicts()
    if as_json:
        for each in found.verdicts:
            emit(each)
        return
    from api.terminal.console import console
    from api.terminal.verdicts import verdict_table

    versions = ", ".join(sorted({each.analysis_version for each in found.verdicts}))
    day = "no verdict yet" if found.day is None else f"{found.day.isoformat()} · analysis {versions}"
    console().print(verdict_table(f"Verdicts · {day}", found.verdicts, [found.record.told]))
