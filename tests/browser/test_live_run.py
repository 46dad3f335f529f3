"""A run on a whole stack, from its order to its end: over HTTP, and on the page that follows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.client import Client
from api.shapes.runs import RunRequest
from tests.browser.conftest import Watched
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


def test_a_run_is_watched_live_from_its_order_to_its_end(live_stack: Up, watched: Watched) -> None:
    address = live_stack.addresses["api"]
    with Client(address) as client:
        ordered = client.submit(RunRequest())
    watch = watched(f"{address}/runs/{ordered.number}")
    page = watch.page
    expect(page.locator("[data-told]")).to_contain_text(f"of {10 * len(ordered.models)} answered")
    told = list[str]()
    page.expose_function("tell", lambda text: told.append(text))
    # Gone when the page is made anew: whatever moves on it before was told by events.
    page.evaluate(
        "new MutationObserver(() => window.tell(document.querySelector('[data-told]').textContent))"
        ".observe(document.querySelector('[data-told]'), {childList: true})"
    )

    expect(page.locator("h1")).to_contain_text("concluded", timeout=_WITHIN_S * 1000)

    assert told
    assert page.locator("[data-events]").count() == 0
    assert page.locator("table.grid tbody tr").count() == 10
