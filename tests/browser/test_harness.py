"""The harness itself, on pages that are made for it: each fault is found, and a sound page has none."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.browser import pictures
from tests.browser.accessibility import axe_violations
from tests.browser.conftest import Watched
from tests.browser.keyboard import walk
from tests.browser.pictures import take_pictures, too_wide_for_a_phone
from tests.browser.watched import Watch
from tests.browser.weighing import weigh

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>A page</title>
<meta name="viewport" content="width=device-width"><style>
a:focus, button:focus {{ outline: 2px solid blue }} {style}
</style></head><body><main><h1>A page</h1>{body}</main></body></html>"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self'; connect-src *"


@pytest.fixture
def shown(httpserver: HTTPServer, watched: Watched) -> Shown:
    return Shown(httpserver, watched)


class Shown:
    """Shows a body as a page under watch."""

    def __init__(self, server: HTTPServer, watched: Watched) -> None:
        self._server = server
        self._watched = watched
        # Asked for by the browser itself, at a time of its own.
        server.expect_request("/favicon.ico").respond_with_data(b"", content_type="image/x-icon")

    def __call__(self, body: str, style: str = "") -> Watch:
        page = Response(PAGE.format(body=body, style=style), content_type="text/html; charset=utf-8")
        page.headers["Content-Security-Policy"] = POLICY
        self._server.expect_request("/page").respond_with_response(page)
        return self._watched(self._server.url_for("/page"))


def taken(watch: Watch) -> list[str]:
    """Take the troubles that a test expects, so that its end finds none."""
    found, watch.troubles[:] = list(watch.troubles), []
    return found


def test_a_sound_page_has_no_troubles_and_no_violations(shown: Shown) -> None:
    watch = shown('<p>Words, and <a href="/elsewhere">a link to another page</a>.</p>')

    assert watch.troubles == []
    assert axe_violations(watch.page) == []
    assert too_wide_for_a_phone(watch.page) == []
    assert [stop.name for stop in walk(watch.page)] == ["a link to another page"]
    assert [fault for stop in walk(watch.page) for fault in stop.faults] == []


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("console.warn('careful')", "console warning: careful"),
        ("setTimeout(() => { throw new Error('broken') })", "page error: broken"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/x.png'}))", "CSP: img-src forbids"),
        ("fetch('http://127.0.0.2:9/').catch(() => 0)", "asked another origin: http://127.0.0.2:9/"),
        ("fetch('http://127.0.0.2:9/').catch(() => 0)", "request failed: http://127.0.0.2:9/"),
        ("fetch('/nothing')", "Failed to load resource"),
    ],
)
def test_whatever_goes_wrong_on_a_page_is_told(shown: Shown, script: str, told: str) -> None:
    watch = shown(f"<p>Words.</p><script>{script}</script>")
    watch.page.wait_for_load_state("networkidle")
    watch.page.evaluate("new Promise(done => setTimeout(done))")

    troubles = taken(watch)

    assert [line for line in troubles if told in line], troubles


def test_axe_names_the_element_and_the_rule(shown: Shown) -> None:
    watch = shown('<img src="data:," alt-text=""><p id="pale">Words.</p>', style="#pale { color: #ccc }")
    taken(watch)

    found = axe_violations(watch.page)

    assert [line.partition(" ")[0] for line in found] == ["color-contrast", "image-alt"]
    assert "#pale" in found[0]


@pytest.mark.parametrize(
    ("body", "style", "fault"),
    [
        ('<button aria-label=""></button>', "button { width: 50px; height: 50px }", "has no accessible name"),
        ("<button>Go</button>", "button:focus { outline: none }", "does not show that it has the focus"),
        ("<button>Go</button>", "button { opacity: 0 }", "cannot be seen"),
        ("<button>Go</button>", "button { position: absolute; left: -999px }", "cannot be seen"),
    ],
)
def test_the_walk_tells_what_keyboard_users_would_miss(shown: Shown, body: str, style: str, fault: str) -> None:
    watch = shown(body, style)

    (stop,) = walk(watch.page)

    assert [told for told in stop.faults if told.endswith(fault)], stop


def test_the_walk_passes_everything_in_the_order_of_the_page(shown: Shown) -> None:
    watch = shown("".join(f'<p><a href="/{number}">Link {number}</a></p>' for number in range(60)))

    assert [stop.name for stop in walk(watch.page)] == [f"Link {number}" for number in range(60)]


def test_a_page_that_is_wider_than_a_phone_is_told_with_what_reaches_beyond(shown: Shown) -> None:
    watch = shown('<div id="wide"></div>', style="#wide { width: 600px; height: 1px }")

    told = too_wide_for_a_phone(watch.page)

    assert told[0].endswith(" px wide of 390")
    assert '<div id="wide"></div>' in told


def test_pictures_are_taken_in_four_looks_where_a_folder_is_named(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = shown("<p>Words.</p>", style="@media (prefers-color-scheme: dark) { html { background: black } }")
    monkeypatch.setattr(pictures, "FOLDER", str(tmp_path / "pictures"))

    made = take_pictures(watch.page, "page")

    assert [each.name for each in made] == [
        "page-wide-light.png",
        "page-wide-dark.png",
        "page-phone-light.png",
        "page-phone-dark.png",
    ]
    assert len({each.read_bytes() for each in made}) == 4


def test_no_picture_is_taken_where_no_folder_is_named(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FOLDER", None)

    assert take_pictures(shown("<p>Words.</p>").page, "page") == []


def test_a_page_is_weighed_as_it_is_sent(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/large").respond_with_data("x" * 2048)

    weight = weigh(httpserver.url_for("/"), "/large")

    assert (weight.status, weight.kib) == (200, 2.0)
    assert weight.server_ms > 0
