"""Tells a story's day on a running stack: the run, its verdicts, what is asked again, and what was really done."""

import time
from collections.abc import Callable

import httpx2
from sqlalchemy import func
from sqlmodel import col, select

from api.client import Client
from api.shapes.runs import RunBody, RunRequest
from api.shapes.verdicts import VerdictBody
from api.terminal.board import BOARD_WIDTH, board_table
from api.terminal.console import console
from api.terminal.progress import follow
from api.terminal.tables import run_tables
from api.terminal.verdicts import verdict_table, why_fallen
from deploy.demo_facts import facts_of
from deploy.faults import DemoFailed
from deploy.ran_in import places_left
from deploy.stack import Stack
from deploy.story.reckoning import other_events, reckon
from deploy.story.state import StoryState
from deploy.story.thermometer import read_thermometer
from yzindex.drift.words import Word
from yzindex.records.analyses import analysis_is_due
from yzindex.records.database import Database
from yzindex.records.states import ENDED, REGRADE_OPEN, RegradePurpose, RunKind
from yzindex.records.tables import Regrade, Run

Say = Callable[[str], None]

_RUN_WITHIN_S = 150.0
_LOOK_EVERY_S = 0.5
#: The analysis has nothing more to ask when it has been quiet for so long.
_QUIET_S = 6.0


def tell(stack: Stack, client: Client, state: StoryState, say: Say) -> None:
    """Tell the story's day, from the run to the provider's own account."""
    database = Database(stack.settings.database_address)
    try:
        if state.mornings:
            read_thermometer(stack, database, state.day, say)
        run = _daily_run(stack, client, say)
        spoken = client.verdicts().verdicts
        console().print(verdict_table(f"First words on Run #{run.number}", spoken))
        console().print(why_fallen(client.board(), client.compare))
        if _ask_again(stack, client, database, say):
            suspected = {verdict.model for verdict in spoken if verdict.verdict is Word.SUSPECTED}
            spoken = client.verdicts().verdicts
            again = [verdict for verdict in spoken if verdict.model in suspected]
            console().print(verdict_table("After asking again", again))
        console(BOARD_WIDTH).print(board_table(client.board()))
        _reveal(stack, state, spoken, say)
    finally:
        database.close()
    say(_ways_on(stack, run.number))


def _daily_run(stack: Stack, client: Client, say: Say) -> RunBody:
    ordered = client.submit(RunRequest())
    say(f'  POST {stack.api}/v1/runs  {{"kind":"smoke"}}  ->  202  Run #{ordered.number}\n')
    say(f"Run #{ordered.number} {ordered.kind} · {len(ordered.questions)} questions x {len(ordered.models)} models")
    started = time.monotonic()
    run = follow(client.wait(ordered.number, sleep=_tending(stack)), shown=True)
    facts = facts_of(list(client.raw(run.number)))
    say(f"  {time.monotonic() - started:.0f} s · {facts.line(places_left(facts.ran))}\n")
    console().print(run_tables(run))
    if not any(model.result is not None and model.result.coverage.scored for model in run.models):
        raise DemoFailed(
            f"no answer of Run #{run.number} was scored; the reasons are above, more in {stack.folder.logs}"
        )
    return run


def _ask_again(stack: Stack, client: Client, database: Database, say: Say) -> bool:
    """Follow the confirmation runs that the analysis files, until it files no more; return whether there were any."""
    sleep, asked, quiet_since = _tending(stack), False, time.monotonic()
    while time.monotonic() - quiet_since < _QUIET_S:
        number = _open_confirmation(database)
        if number is not None:
            asked = True
            say(f"Run #{number} confirmation · {_asked_of(client, number)}")
            follow(client.wait(number, sleep=sleep), shown=True)
        if number is not None or analysis_is_due(database) or _is_grading_again(database):
            quiet_since = time.monotonic()
        sleep(_LOOK_EVERY_S)
    return asked


def _asked_of(client: Client, number: int) -> str:
    run = client.run(number)
    return f"{len(run.questions)} questions x {', '.join(model.model for model in run.models)}"


def _open_confirmation(database: Database) -> int | None:
    with database.read() as session:
        return session.exec(
            select(func.min(Run.number)).where(Run.kind == RunKind.CONFIRMATION, col(Run.status).not_in(ENDED))
        ).one()


def _is_grading_again(database: Database) -> bool:
    """Whether the older side of a comparison is still to be graded."""
    with database.read() as session:
        waiting = select(Regrade.id).where(
            Regrade.purpose == RegradePurpose.CONFIRMATION, col(Regrade.state).in_(REGRADE_OPEN)
        )
        return session.exec(waiting.limit(1)).first() is not None


def _reveal(stack: Stack, state: StoryState, spoken: list[VerdictBody], say: Say) -> None:
    response = httpx2.get(f"{stack.simulated_provider}/sim/truth")
    response.raise_for_status()
    truth = response.json()
    words = {verdict.model: Word(verdict.verdict) for verdict in spoken}
    say("\nWhat the simulated provider really did")
    width = max(map(len, words))
    loss = stack.settings.simulated_grader_loss
    for each in reckon(truth, words, state.day, graders_moved=loss > 0):
        say(each.line(width))
    for line in other_events(truth, words):
        say(f"  {line}")
    if loss:
        say(f"  SIMULATED here, not by the provider: the graders take {loss:.0%} off every score")
    say("  One story; another one: make demo SEED=7 in a new folder (YZ_DATA_DIR); the next morning: make demo")


def _tending(stack: Stack) -> Callable[[float], None]:
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


def _ways_on(stack: Stack, number: int) -> str:
    return f"""
  board   {stack.api}/            run     {stack.api}/runs/{number}
  Flower  {stack.flower}            raw     {stack.api}/v1/runs/{number}/raw
  submit  curl -X POST {stack.api}/v1/runs -H 'content-type: application/json' -d '{{"kind":"smoke"}}'
  your own models:  OPENAI_API_KEY=... YZ_MODELS=model-a,model-b make up"""
