"""HumanEval's own file, where it is handed out beside the project; the project does not come with it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.handed_out import handed_out, needs

_NAME = "HumanEval.jsonl.gz"

needs_human_eval = needs(_NAME)


def human_eval() -> Path:
    return handed_out(_NAME)


def rows() -> dict[str, dict[str, str]]:
    """The tasks by the id of the question that each becomes."""
    with gzip.open(human_eval(), "rt", encoding="utf-8") as lines:
        tasks = [json.loads(line) for line in lines]
    return {task["task_id"].replace("HumanEval/", "human-eval-"): task for task in tasks}
