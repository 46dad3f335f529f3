"""Pictures of a page to be looked at, where YZ_TEST_PICTURES names a folder for them; and whether it fits a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize

FOLDER = os.environ.get("YZ_TEST_PICTURES")
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
_SIZES = {"wide": WIDE, "phone": PHONE}
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: The page's width, and what reaches beyond it, the outermost first.
_TOO_WIDE = """() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    const beyond = [...document.body.querySelectorAll("*")]
        .filter(each => each.getBoundingClientRect().right > most + 0.5).slice(0, 5);
    return [`${document.documentElement.scrollWidth} px wide of ${most}`, ...beyond.map(
        each => each.cloneNode(false).outerHTML.slice(0, 120))];
}"""


@contextmanager
def looks(page: Page) -> Iterator[Iterator[str]]:
    """Give the page in each of its four looks in turn, by name; afterwards it is as it was."""
    size = page.viewport_size
    try:
        yield _each_look(page)
    finally:
        page.emulate_media(color_scheme="null")
        if size is not None:
            page.set_viewport_size(size)


def _each_look(page: Page) -> Iterator[str]:
    for name, size in _SIZES.items():
        for scheme in _SCHEMES:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            yield f"{name}-{scheme}"


def take_pictures(page: Page, name: str) -> list[Path]:
    """Take the whole page in light and dark, wide and on a phone; nothing where no folder is named for it."""
    if not FOLDER:
        return []
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    taken = list[Path]()
    with looks(page) as each_look:
        for look in each_look:
            taken.append(folder / f"{name}-{look}.png")
            page.screenshot(path=taken[-1], full_page=True)
    return taken


def too_wide_for_a_phone(page: Page) -> list[str]:
    """Say how far the page reaches beyond a phone, and what does; empty where it fits."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    found: list[str] = page.evaluate(_TOO_WIDE)
    if size is not None:
        page.set_viewport_size(size)
    return found
