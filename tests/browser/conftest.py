"""Chromium, pages under watch, and the big boards, each served by an API process of its own.

Mark tests `browser`. YZ_TEST_PICTURES names a folder for pictures of pages; without it none are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.boards.shelf import shared_board
from tests.browser.pictures import WIDE
from tests.browser.watched import Watch
from tests.engines import CHROMIUM
from tests.serving import Server, serving
from tests.stacks import Up, starter

Watched = Callable[[str], Watch]


# Of a module: as long as the driver runs, no other test of this thread could run an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as Debian packages it, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Open an address in a fresh profile under watch; at the end nothing may have gone wrong on any page."""
    watches = list[Watch]()
    contexts = list[BrowserContext]()

    def open_page(address: str) -> Watch:
        context = browser.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/Berlin")
        contexts.append(context)
        scheme, host, *_ = urlsplit(address)
        watches.append(Watch(context.new_page(), f"{scheme}://{host}"))
        watches[-1].page.goto(address)
        return watches[-1]

    yield open_page
    troubles = [trouble for watch in watches for trouble in watch.troubles]
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture(scope="session")
def quarter_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Ninety days of twelve models, served."""
    with serving(shared_board("quarter", tmp_path_factory).environment()) as server:
        yield server


@pytest.fixture(scope="session")
def year_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A year of thirty models, served."""
    with serving(shared_board("year", tmp_path_factory).environment()) as server:
        yield server


@pytest.fixture(scope="session")
def hostile_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A board whose every text from outside is hostile, served."""
    with serving(shared_board("hostile", tmp_path_factory).environment()) as server:
        yield server


@pytest.fixture(scope="module")
def live_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A whole one-machine stack with simulated models that takes runs; mark the test `end_to_end`, too."""
    with starter(tmp_path_factory.mktemp("live")) as start:
        yield start()
