"""A provider that fails half of all calls, 10 % each in five ways: nothing of it becomes a score."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.simulated.config import Fault
from tests.chaos.conftest import Site, site
from yzindex.records.states import AnswerState

pytestmark = [pytest.mark.end_to_end, pytest.mark.docker, pytest.mark.timeout(300)]

FAULTS = {Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.DROPPED, Fault.SHORT_BODY, Fault.TRUNCATED_JSON}
MODELS, QUESTIONS = 5, 10


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("faulty"), {}, Path(__file__).with_name("faulty.toml")) as found:
        yield found


def test_every_question_is_answered_after_retries_or_unscored_with_the_reason_and_coverage_says_so(
    faulty: Site,
) -> None:
    number = faulty.order()
    run, answers = faulty.concluded(number), faulty.answers(number)

    log = faulty.stack.folder.simulated_log.read_text(encoding="utf-8").splitlines()
    befell = Counter(entry["fault"] for entry in map(json.loads, log) if entry.get("fault"))
    assert befell.keys() == {fault.value for fault in FAULTS}

    assert len(answers) == MODELS * QUESTIONS
    for answer in answers:
        if answer.state is AnswerState.GRADED:
            assert answer.reply is not None and answer.score is not None
        else:
            assert answer.state is AnswerState.UNSCORED
            assert answer.score is None and answer.reason
    graded = Counter(answer.evaluation_id for answer in answers if answer.state is AnswerState.GRADED)
    assert sorted(graded.values()) == sorted(model.result.coverage.scored for model in run.models if model.result)
    assert all(model.result and model.result.coverage.asked == QUESTIONS for model in run.models)
    # What a fault of a call would look like as a score.
    assert not [answer for answer in answers if answer.score == 0 and not (answer.reply or "").strip()]
    print(f"faults {dict(befell)}; {sum(graded.values())} of {len(answers)} graded")
