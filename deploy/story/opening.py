"""Begins a story in a state folder, or goes on with the one that it keeps."""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog
from sqlmodel import select

from deploy.faults import DemoFailed
from deploy.stack import Simulation
from deploy.state_folder import StateFolder
from deploy.story.gradebook import grade_bank
from deploy.story.history import HistoryPlayer
from deploy.story.state import StoryState, read_state, write_state
from deploy.story.world import HISTORY_DAYS, world_of
from worker.sandboxing import SandboxRunner
from yzindex.bank.files import INSTALLED, load_bank
from yzindex.days import today
from yzindex.records.database import Database
from yzindex.records.tables import Run
from yzindex.settings import Settings, prepare_data_dir

Say = Callable[[str], None]

#: Told where none is asked for.
_SEED = 18
#: Share of every score that the moved graders of the mornings after take off.
_GRADER_LOSS = 0.3


@dataclass(frozen=True, kw_only=True)
class OpenStory:
    """A story that can be told once the stack is up."""

    state: StoryState
    settings: Settings
    simulation: Simulation
    folder: Path

    def keep(self) -> None:
        """Remember where the story is, now that its days are played."""
        write_state(self.folder, self.state)


def open_story(settings: Settings, seed: int | None, say: Say) -> OpenStory:
    """Choose a world and have its days played, or go on to the next morning of the folder's story."""
    folder = StateFolder(settings.data_dir.resolve())
    prepare_data_dir(settings)
    kept = read_state(folder.root)
    if kept is None:
        return _first(settings, folder, _SEED if seed is None else seed, say)
    state = kept.next_morning(today(settings.zone))
    if seed is not None and seed != kept.seed:
        say(f"  the story of seed {kept.seed} goes on here; delete {folder.root} for another one")
    say(f"  the next morning, {state.day}: SIMULATED graders and judges have become severer over night")
    return _opened(settings, folder, state, grader_loss=_GRADER_LOSS)


def _first(settings: Settings, folder: StateFolder, seed: int, say: Say) -> OpenStory:
    started, last_day = monotonic(), today(settings.zone)
    bank = load_bank(settings.bank_dir or INSTALLED)
    with closing(SandboxRunner(settings)) as runner:
        graded = grade_bank(runner, bank.questions)
    world = world_of(seed)
    say(f"  graders  every reply of the bank graded once   {monotonic() - started:.0f} s")

    def play(given: Settings, log: Path) -> None:
        began = monotonic()
        _refuse_other_runs(given, folder)
        # Of a month of runs nobody reads the log.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        player = HistoryPlayer(given, world, last_day, graded=graded, log=log)
        player.play()
        say(
            f"  history  {HISTORY_DAYS} days x {len(player.config.models)} models played through draw, graders and "
            f"analysis (not the queue)   {monotonic() - began:.0f} s"
        )

    state = StoryState(seed=seed, world=world, last_day=last_day)
    return _opened(settings, folder, state, prepare=play)


def _opened(
    settings: Settings,
    folder: StateFolder,
    state: StoryState,
    *,
    grader_loss: float = 0.0,
    prepare: Callable[[Settings, Path], None] | None = None,
) -> OpenStory:
    config = folder.root / "story.toml"
    config.write_text(state.world.as_toml(state.last_day), encoding="utf-8")
    lived = {
        # The story orders its days' runs itself.
        "daily_run": False,
        "simulated_days_ahead": state.days_ahead(today(settings.zone)),
        "simulated_grader_loss": grader_loss,
    }
    return OpenStory(
        state=state,
        settings=settings.model_copy(update=lived),
        simulation=Simulation(config=config, prepare=prepare),
        folder=folder.root,
    )


def _refuse_other_runs(settings: Settings, folder: StateFolder) -> None:
    database = Database(settings.database_address)
    try:
        with database.read() as session:
            found = session.exec(select(Run.number).limit(1)).first()
    finally:
        database.close()
    if found is not None:
        raise DemoFailed(
            f"the database has runs that are not of this demo, or of one that was interrupted: delete {folder.root} to "
            "start over, or set YZ_DATA_DIR to another folder"
        )
