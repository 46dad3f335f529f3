"""An article as a small tree: blocks of words. A plain string is text and never markup, whatever it holds."""

from dataclasses import dataclass

#: Of a text that others wrote, so many characters are shown.
LONGEST_FOREIGN = 120


@dataclass(frozen=True)
class Foreign:
    """Text that a model, a provider, a question bank or a configuration wrote."""

    text: str
    most: int = LONGEST_FOREIGN


@dataclass(frozen=True)
class Named:
    """A name that others gave, as plain text; where the article is read as a page, it leads to an address."""

    name: Foreign
    address: str


@dataclass(frozen=True)
class Strong:
    """A few words that are to be seen first."""

    text: str


@dataclass(frozen=True)
class Link:
    """A link to an address of this stack."""

    text: str
    address: str


Inline = str | Foreign | Named | Strong | Link
Words = tuple[Inline, ...]


@dataclass(frozen=True, kw_only=True)
class Heading:
    """Level 1 is the article's own."""

    level: int
    words: Words


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Some sentences."""

    words: Words


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list of sentences."""

    items: tuple[Words, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cells in rows under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of this stack, with what it shows in words."""

    shows: Words
    address: str


Block = Heading | Paragraph | Listing | Table | Picture
Article = tuple[Block, ...]


def paragraph(*words: Inline) -> Paragraph:
    return Paragraph(words=words)


def heading(level: int, *words: Inline) -> Heading:
    return Heading(level=level, words=words)
