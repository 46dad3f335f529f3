"""`yz board`: who stands where, and why."""

from api.cli.output import AsJson, emit


def board(as_json: AsJson = False) -> None:
    """Show the board: models ranked by the mean of their last five main scores, and what is said of each."""
    from api.client import Client
    from api.terminal.board import BOARD_WIDTH, board_table
    from api.terminal.verdicts import why_fallen
    from yzindex.settings import load_settings

    with Client(load_settings().api_address) as client:
        found = client.board()
        if not as_json:
            from api.terminal.console import console

            console(BOARD_WIDTH).print(board_table(found))
            console().print(why_fallen(found, client.compare))
            return
    for standing in found.models:
        emit({"latest_run": found.latest_run} | standing.model_dump(mode="json"))
