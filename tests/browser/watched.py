"""A page under watch: whatever goes wrong while it is looked at is written down."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request

#: Says in the console what the page's policy forbade, also where the browser itself would not.
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", event =>
    console.error(`CSP: ${event.effectiveDirective} forbids ${event.blockedURI}`))
"""


class Watch:
    """Everything that went wrong on one page, as lines to read; empty where nothing did."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.troubles: list[str] = []
        page.add_init_script(_TELL_VIOLATIONS)
        page.on("console", self._said)
        page.on("pageerror", self._raised)
        page.on("requestfailed", self._failed)
        page.on("request", self._requested)

    def _said(self, message: ConsoleMessage) -> None:
        self.troubles.append(f"console {message.type}: {message.text}")

    def _raised(self, error: Error) -> None:
        self.troubles.append(f"page error: {error.message}")

    def _failed(self, request: Request) -> None:
        if request.resource_type == "eventsource" and request.failure == "net::ERR_ABORTED":
            return  # a stream that the page itself has closed
        self.troubles.append(f"request failed: {request.url}: {request.failure}")

    def _requested(self, request: Request) -> None:
        scheme, host, *_ = urlsplit(request.url)
        # A picture within the page itself asks nobody.
        if scheme != "data" and f"{scheme}://{host}" != self.origin:
            self.troubles.append(f"asked another origin: {request.url}")
