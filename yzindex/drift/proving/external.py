"""Worlds from somebody's own file, checked before hours are spent on them. The file is run: it is code, not data."""

import copy
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from yzindex.drift.history import FloatArray
from yzindex.drift.proving.world import Maker, World
from yzindex.errors import YzIndexError

_METHODS = ("begin", "work", "grade", "version", "fall", "move_pool", "move_grader")
_LEAST_MODELS = 5
_LEAST_QUESTIONS_PER_HALF = 10


class BadWorld(YzIndexError):
    """The file does not define worlds in the documented form; see docs/method.md."""


def read_worlds(path: Path) -> Mapping[str, Maker]:
    """Run a file and take its `WORLDS`: names with functions that take a numpy Generator and return a World."""
    if not path.is_file():
        raise BadWorld(f"{path} is no file; name a Python file that defines WORLDS")
    specification = importlib.util.spec_from_file_location(f"external_worlds_{path.stem}", path)
    if specification is None or specification.loader is None:
        raise BadWorld(f"{path} is no Python file; its name must end in .py")
    module = importlib.util.module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except Exception as error:  # whatever their code does, it is theirs to repair
        raise BadWorld(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    worlds = getattr(module, "WORLDS", None)
    if not isinstance(worlds, Mapping) or not worlds:
        raise BadWorld(f"{path} defines no WORLDS; it needs a dictionary of names and functions that return a World")
    for name, maker in worlds.items():
        if not isinstance(name, str) or not callable(maker):
            raise BadWorld(f"{path}: WORLDS has {name!r}: names must be text, and each value a function")
    return worlds


def check_world(name: str, maker: Maker) -> World:
    """Make a world and try everything that the proof will do to it once; return it."""
    numbers = np.random.default_rng(0)
    try:
        world = maker(numbers)
        _check_methods(name, world)
        _check_shapes(name, world)
        world.begin(1, numbers)
        _check_answers(name, world, numbers)
        tried = copy.deepcopy(world)
        lowered = tried.fall(0, 10.0, numbers)
        if lowered is not None and not isinstance(lowered, int | float | np.floating):
            raise BadWorld(f"world {name}: fall returned {lowered!r}; return points, or None where it cannot be had")
        tried.move_pool(5.0, numbers)
        tried.move_grader(5.0, numbers)
        _check_answers(name, tried, numbers)
    except BadWorld:
        raise
    except Exception as error:  # whatever their code does, it is theirs to repair
        raise BadWorld(f"world {name} fails: {type(error).__name__}: {error}") from error
    return world


def _check_methods(name: str, world: World) -> None:
    missing = [method for method in _METHODS if not callable(getattr(world, method, None))]
    missing += [each for each in ("models", "question_dimension", "harder") if not hasattr(world, each)]
    if missing:
        raise BadWorld(f"world {name} lacks {', '.join(missing)}")


def _check_shapes(name: str, world: World) -> None:
    if world.models < _LEAST_MODELS:
        raise BadWorld(f"world {name} has {world.models} models; the proof needs at least {_LEAST_MODELS}")
    dimension, harder = np.asarray(world.question_dimension), np.asarray(world.harder)
    if dimension.ndim != 1 or dimension.shape != harder.shape:
        raise BadWorld(f"world {name}: question_dimension and harder need one entry per question")
    for values, of in ((dimension, "question_dimension"), (harder, "harder")):
        if not np.isin(values, (0, 1)).all():
            raise BadWorld(f"world {name}: {of} may hold 0 and 1 only")
    sizes = np.bincount(2 * dimension + harder, minlength=4)
    if sizes.min() < _LEAST_QUESTIONS_PER_HALF:
        raise BadWorld(f"world {name} needs at least {_LEAST_QUESTIONS_PER_HALF} questions in each half of a dimension")


def _check_answers(name: str, world: World, numbers: np.random.Generator) -> None:
    questions = len(world.question_dimension)
    model, question = np.repeat(np.arange(world.models), questions), np.tile(np.arange(questions), world.models)
    work = world.work(model, question, numbers)
    _check_scores(name, "work", work, len(model))
    first, second = (world.grade(model, question, work) for _ in range(2))
    _check_scores(name, "grade", first, len(model))
    if not np.array_equal(first, second, equal_nan=True):
        raise BadWorld(f"world {name}: grade gives the same work different scores; one grader must not")
    if not np.array_equal(np.isnan(first), np.isnan(work)):
        raise BadWorld(f"world {name}: grade must score what was answered and nothing else")
    for each in range(world.models):
        int(world.version(each))


def _check_scores(name: str, method: str, scores: FloatArray, length: int) -> None:
    if getattr(scores, "shape", None) != (length,):
        raise BadWorld(f"world {name}: {method} must return an array with one score per model and question given")
    known = scores[~np.isnan(scores)]
    if len(known) and (known.min() < 0 or known.max() > 1):
        raise BadWorld(f"world {name}: {method} gives scores outside 0 to 1")
