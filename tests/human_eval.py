"""HumanEval's own file, where it is handed out beside the project; the project does not come with it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

_PLACE = Path("shared", "data", "HumanEval.jsonl.gz")
_FOUND = [folder / _PLACE for folder in Path(__file__).resolve().parents if (folder / _PLACE).is_file()]

needs_human_eval = pytest.mark.skipif(
    not _FOUND, reason=f"HumanEval: no {_PLACE} in a folder above the project; put the benchmark's file there"
)


def human_eval() -> Path:
    return _FOUND[0]


def rows() -> dict[str, dict[str, str]]:
    """The tasks by the id of the question that each becomes."""
    with gzip.open(human_eval(), "rt", encoding="utf-8") as lines:
        tasks = [json.loads(line) for line in lines]
    return {task["task_id"].replace("HumanEval/", "human-eval-"): task for task in tasks}
