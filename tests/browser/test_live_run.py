"""A run on a whole stack, from its order to its end. The page that shows it live is tested on the same fixture."""

from __future__ import annotations

import pytest

from api.client import Client
from api.shapes.runs import RunRequest
from tests.stacks import Up, until
from yzindex.dimensions import Dimension
from yzindex.records.states import RunStatus

pytestmark = [pytest.mark.browser, pytest.mark.end_to_end, pytest.mark.timeout(300)]

_WITHIN_S = 180.0


def test_a_run_that_was_ordered_over_http_is_seen_to_conclude(live_stack: Up) -> None:
    with Client(live_stack.addresses["api"]) as client:
        ordered = client.submit(RunRequest())

        until(lambda: client.run(ordered.number).status is RunStatus.CONCLUDED, live_stack, within_s=_WITHIN_S)
        run = client.run(ordered.number)

    # How many of them have a score depends on the sandbox that runs here; that all have ended does not.
    assert run.progress.graded + run.progress.unscored == run.progress.asked
    assert run.progress.asked == 2 * len(Dimension) * len(ordered.models)
    assert run.progress.graded > 0
