"""A walk through a page by the Tab key alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, cast

from playwright.sync_api import CDPSession, Page

#: More stops than any page has: a walk that is not over by then goes in circles.
_MOST_STOPS = 2000
#: A picture that is loaded when it is scrolled to has no size before.
_LOAD_PICTURES = """Promise.all([...document.images].map(each => {
    each.loading = "eager";
    return each.decode().catch(() => null);
}))"""
#: Marks what was visited, and says how the element that has the focus looks with it and without. Styles are compared
#: with the focus taken away, so that a frame that is always there does not count as one.
_STOP = """() => {
    const element = document.activeElement;
    if (!element || element === document.body || element === document.documentElement) return null;
    const seen = element.dataset.yzStop !== undefined;
    element.dataset.yzStop = "seen";
    const looks = () => {
        const style = getComputedStyle(element);
        const outline = style.outlineStyle === "none" || style.outlineWidth === "0px" ? "none"
            : [style.outlineStyle, style.outlineWidth, style.outlineColor].join(" ");
        return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.textDecoration].join("|");
    };
    const box = element.getBoundingClientRect();
    const across = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
    const down = Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1);
    const top = document.elementFromPoint(across, down);
    const visible = element.checkVisibility({opacityProperty: true, visibilityProperty: true})
        && box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0
        && box.left < innerWidth && box.top < innerHeight
        && top !== null && (element.contains(top) || top.contains(element));
    const focused = looks();
    element.blur();
    const plain = looks();
    element.focus({preventScroll: true});
    return {seen, visible, marked: focused !== plain, html: element.outerHTML.slice(0, 120)};
}"""


class _Looks(TypedDict):
    seen: bool
    visible: bool
    marked: bool
    html: str


@dataclass(frozen=True, kw_only=True)
class Stop:
    """An element that got the focus."""

    html: str
    #: As assistive technology reads it.
    name: str
    is_visible: bool
    is_marked: bool

    @property
    def faults(self) -> list[str]:
        told = {
            "has no accessible name": not self.name,
            "cannot be seen": not self.is_visible,
            "does not show that it has the focus": not self.is_marked,
        }
        return [f"{self.html} {fault}" for fault, is_so in told.items() if is_so]


def walk(page: Page) -> list[Stop]:
    """Press Tab until the focus leaves the page or comes back to where it was; give the stops in their order."""
    accessibility = page.context.new_cdp_session(page)
    page.evaluate(_LOAD_PICTURES)
    page.evaluate("document.activeElement?.blur()")
    stops = list[Stop]()
    try:
        while len(stops) < _MOST_STOPS:
            page.keyboard.press("Tab")
            looks = cast("_Looks | None", page.evaluate(_STOP))
            if looks is None or looks["seen"]:
                return stops
            name = _accessible_name(accessibility)
            stops.append(Stop(html=looks["html"], name=name, is_visible=looks["visible"], is_marked=looks["marked"]))
    finally:
        accessibility.detach()
    raise AssertionError(f"the Tab key goes on after {_MOST_STOPS} stops")


def _accessible_name(session: CDPSession) -> str:
    """Ask the browser how it names the element that has the focus."""
    focused = session.send("Runtime.evaluate", {"expression": "document.activeElement"})
    tree = session.send(
        "Accessibility.getPartialAXTree", {"objectId": focused["result"]["objectId"], "fetchRelatives": False}
    )
    return str(tree["nodes"][0].get("name", {}).get("value", "")).strip()
