"""How large a chart is drawn; it then grows and shrinks with the page and keeps its proportions."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The size of a chart in pixels, and what of it is left around its inside for the words."""

    width: int
    height: int
    left: int = 40
    right: int = 16
    top: int = 12
    bottom: int = 28
    #: Days that are written below it, at most.
    most_days: int

    @property
    def inner_width(self) -> int:
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        return self.height - self.top - self.bottom


#: As wide as the page; above it numbers of events have their place.
LARGE = Frame(width=960, height=280, top=22, most_days=8)
#: As wide as the page, and lower.
FLAT = Frame(width=960, height=160, most_days=6)
#: Of several beside each other.
SMALL = Frame(width=420, height=150, most_days=4)
