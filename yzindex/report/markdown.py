r"""Writes an article as Markdown. All text is escaped; only blocks, links and strong words of ours become markup."""

import re
from collections.abc import Iterable
from itertools import chain

from yzindex.report.blocks import (
    Article,
    Block,
    Foreign,
    Heading,
    Inline,
    Link,
    Listing,
    Named,
    Paragraph,
    Picture,
    Strong,
    Table,
    Words,
)
from yzindex.wording import shown

#: Markup wherever it stands in a line.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&!$]")
#: What some readers of Markdown make links or mentions of by themselves.
_LINKED = re.compile(r"[#@]|:(?=//)|(?<=[Ww]{3})\.")
#: What begins a list, an underlining or a rule where it stands first.
_BULLET = re.compile(r"^[-+=#]")
#: What ends a heading and is not shown.
_CLOSING = re.compile(r"#(?=#*$)")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def markdown_of(article: Article, *, for_pages: bool = False) -> str:
    """Give the whole text, with a line break at its end; names are links only where it is to become a page."""
    return "\n\n".join(_block(block, for_pages) for block in article) + "\n"


def escaped(text: str) -> str:
    r"""Give a text as it must be written so that it is shown as it is.

    >>> escaped("a_b | <i> -9.57")
    'a\\_b \\| \\<i\\> -9.57'
    """
    return _MARKUP.sub(r"\\\g<0>", text)


def escaped_foreign(text: str, most: int) -> str:
    r"""Give a text of others: cut short, on one line, without anything that a terminal or a reader would obey.

    >>> escaped_foreign("http://x.example\n![y](z)", 80)
    'http\\://x.example\\\\n\\!\\[y\\](z)'
    """
    kept = re.sub(r"\s+", " ", shown(text, most=most)).strip() or "(empty)"
    return _LINKED.sub(r"\\\g<0>", escaped(kept))


def _block(block: Block, for_pages: bool) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_line(block.words, for_pages)}"
        case Paragraph():
            return _line(block.words, for_pages)
        case Listing():
            return "\n".join(f"- {_line(item, for_pages)}" for item in block.items)
        case Picture():
            return f"![{_words(block.shows, for_pages)}]({block.address})"
        case Table():
            return "\n".join(_row(cells) for cells in _rows(block, for_pages))


def _rows(table: Table, for_pages: bool) -> Iterable[Iterable[str]]:
    headings = [escaped(each) for each in table.headings]
    return chain([headings, ["---"] * len(headings)], ([_words(cell, for_pages) for cell in row] for row in table.rows))


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(words: Words, for_pages: bool) -> str:
    """Give words that begin a line, so that what stands first in them begins no block."""
    kept = _BULLET.sub(r"\\\g<0>", _words(words, for_pages))
    return _CLOSING.sub(r"\\\g<0>", _NUMBERED.sub(r"\1\\\2", kept))


def _words(words: Words, for_pages: bool) -> str:
    return "".join(_inline(each, for_pages) for each in words)


def _inline(inline: Inline, for_pages: bool) -> str:
    match inline:
        case str():
            return escaped(inline)
        case Foreign():
            return escaped_foreign(inline.text, inline.most)
        case Named():
            name = escaped_foreign(inline.name.text, inline.name.most)
            return f"[{name}]({inline.address})" if for_pages else name
        case Strong():
            return f"**{escaped(inline.text)}**"
        case Link():
            return f"[{escaped(inline.text)}]({inline.address})"
