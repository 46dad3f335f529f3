"""Checks of a reply's prose and layout: words, headings, lists, width. Each is told to the model and is closed.

Checks of dates and of lines of one form are in `yzindex.grading.line_checks`, those of JSON, CSV and tables in
`yzindex.grading.json_checks` and `yzindex.grading.table_checks`.
"""

import re
from itertools import pairwise
from typing import Literal

from pydantic import Field

from yzindex.grading.replies import layout
from yzindex.grading.spec import Spec

_BULLET = re.compile(r"[-*+•] +(?=\S)")
_NUMBERED = re.compile(r"(\d{1,3})[.)] +(?=\S)")
_HEADING = re.compile(r"(#{1,6}) +(.*)$")
_UNIT = r"(?:ms|s|min|h|kb|mb|gb|km|kg)\b"
_QUOTES = str.maketrans("‘’“”–—\u00a0", "''\"\"-- ")


class Check(Spec):
    """One rule of form. `fault` gives the reason why a reply breaks it, or nothing."""

    #: The structure that was asked for: without it the reply is of little use.
    essential: bool = False
    #: Told to the model in these words; otherwise it follows from the prompt.
    stated: bool = True

    def rule(self) -> str:
        """Say in one sentence what the reply must keep to."""
        raise NotImplementedError

    def fault(self, text: str) -> str:
        """Say how the text breaks the rule; empty where it keeps it."""
        raise NotImplementedError


def plain(text: str) -> str:
    """Make straight quotes, hyphens and single spaces, and ignore case."""
    return " ".join(text.translate(_QUOTES).casefold().split())


def shown(parts: tuple[str, ...]) -> str:
    """Write names for a person to read."""
    return ", ".join(f"`{part}`" for part in parts)


def written_lines(text: str) -> list[str]:
    """Give the lines that are not blank, without white space at their ends."""
    return [line.rstrip() for line in text.split("\n") if line.strip()]


class OnlyBlock(Check):
    """The whole reply is one fenced block, or has no fence at all."""

    check: Literal["only_block"] = "only_block"
    #: The word after the opening fence; empty: the reply is bare, without a fence.
    tag: str = ""

    def rule(self) -> str:
        if not self.tag:
            return "Reply with the content alone: no code fence."
        return f"Reply with one fenced code block tagged `{self.tag}` and nothing before or after it."

    def fault(self, text: str) -> str:
        found = layout(text)
        if not self.tag:
            return "there is a code fence" if found.blocks else ""
        if len(found.blocks) != 1 or found.blocks[0].tag != self.tag or not found.blocks[0].closed:
            return f"there is not exactly one closed block tagged {self.tag}"
        return "there is text outside the block" if found.prose.strip() else ""


class Words(Check):
    """So many words; what stands between white space and has a letter or digit is a word."""

    check: Literal["words"] = "words"
    least: int = Field(default=0, ge=0)
    most: int = Field(ge=1)

    def rule(self) -> str:
        return f"Use {self.least} to {self.most} words." if self.least else f"Use at most {self.most} words."

    def fault(self, text: str) -> str:
        count = sum(any(map(str.isalnum, word)) for word in text.split())
        return "" if self.least <= count <= self.most else f"{count} words"


def _whole(words: str) -> str:
    """Give a pattern of words that is part of no longer word or figure; a unit may follow a figure directly: `60ms`."""
    end = rf"(?![.,]?\d)(?!(?!{_UNIT})\w)" if words[-1:].isdigit() else r"(?!\w)"
    return rf"(?<!\w)(?<!\d[.,]){re.escape(words)}{end}"


class Contains(Check):
    """All of these stand in the reply as whole words and figures, whatever their case."""

    check: Literal["contains"] = "contains"
    texts: tuple[str, ...] = Field(min_length=1)

    def rule(self) -> str:
        return f"Mention {shown(self.texts)}."

    def fault(self, text: str) -> str:
        seen = plain(text)
        missing = tuple(part for part in self.texts if not re.search(_whole(plain(part)), seen))
        return f"without {shown(missing)}" if missing else ""


class Lacks(Check):
    """None of these stands in the reply as whole words, whatever their case."""

    check: Literal["lacks"] = "lacks"
    texts: tuple[str, ...] = Field(min_length=1)

    def rule(self) -> str:
        return f"Do not use {shown(self.texts)}."

    def fault(self, text: str) -> str:
        seen = plain(text)
        found = tuple(part for part in self.texts if re.search(rf"(?<!\w){re.escape(plain(part))}(?!\w)", seen))
        return f"with {shown(found)}" if found else ""


class Bullets(Check):
    """Exactly so many bullet points at the left margin."""

    check: Literal["bullets"] = "bullets"
    count: int = Field(ge=1)
    #: Nothing else stands in the reply.
    only: bool = False

    def rule(self) -> str:
        alone = ", and nothing but them" if self.only else ""
        return f"Write exactly {self.count} bullet points, each on one line that starts with `- `{alone}."

    def fault(self, text: str) -> str:
        lines = written_lines(layout(text).prose)
        count = sum(bool(_BULLET.match(line)) for line in lines)
        if count != self.count:
            return f"{count} bullet points"
        return f"{len(lines) - count} other lines" if self.only and len(lines) > count else ""


class Numbered(Check):
    """Items numbered from 1 to `count` in order, at the left margin."""

    check: Literal["numbered"] = "numbered"
    count: int = Field(ge=1, le=99)
    only: bool = False

    def rule(self) -> str:
        alone = ", and nothing but them" if self.only else ""
        return f"Write exactly {self.count} items on one line each, numbered `1.` to `{self.count}.`{alone}."

    def fault(self, text: str) -> str:
        lines = written_lines(layout(text).prose)
        numbers = [int(mark[1]) for line in lines if (mark := _NUMBERED.match(line))]
        if numbers != list(range(1, self.count + 1)):
            return f"{len(numbers)} numbered items, or not in order"
        return f"{len(lines) - self.count} other lines" if self.only and len(lines) > self.count else ""


def _title(heading: str) -> str:
    """Leave out the closing marks of a heading: a space and hashes. Those of "C#" belong to it."""
    title = heading.rstrip()
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else title


class Sections(Check):
    """Exactly these headings of one level in this order, each with something under it."""

    check: Literal["sections"] = "sections"
    headings: tuple[str, ...] = Field(min_length=1)
    level: int = Field(default=2, ge=1, le=6)

    def rule(self) -> str:
        marks = "#" * self.level
        return "Use exactly these Markdown headings in this order, each with text under it: " + shown(
            tuple(f"{marks} {heading}" for heading in self.headings)
        )

    def fault(self, text: str) -> str:
        outline = layout(text).outline
        found = [(_title(mark[2]), mark[1]) for line in outline.split("\n") if (mark := _HEADING.match(line))]
        if tuple(heading for heading, marks in found if len(marks) == self.level) != self.headings:
            return "other headings, or another order"
        if len(found) > len(self.headings):
            return "further headings of another level"
        bodies = re.split(r"^#{1,6} .*$", outline, flags=re.MULTILINE)[1:]
        return "" if all(map(str.strip, bodies)) else "a heading with nothing under it"


class Paragraphs(Check):
    """Exactly so many paragraphs, set apart by blank lines."""

    check: Literal["paragraphs"] = "paragraphs"
    count: int = Field(ge=1)

    def rule(self) -> str:
        return f"Write exactly {self.count} paragraph{'s' * (self.count > 1)}, with a blank line between two."

    def fault(self, text: str) -> str:
        lines = ["", *(line.strip() for line in text.split("\n"))]
        count = sum(bool(line) and not before for before, line in pairwise(lines))
        return "" if count == self.count else f"{count} paragraphs"


class LineWidth(Check):
    """No line is longer than `most` characters; with `first` only the first line counts."""

    check: Literal["line_width"] = "line_width"
    most: int = Field(ge=10)
    first: bool = False

    def rule(self) -> str:
        return f"{'The first line has' if self.first else 'Lines have'} at most {self.most} characters."

    def fault(self, text: str) -> str:
        lines = written_lines(text)[:1] if self.first else written_lines(text)
        longest = max(map(len, lines), default=0)
        return "" if longest <= self.most else f"a line of {longest} characters"


class Opens(Check):
    """The first line starts with this text."""

    check: Literal["opens"] = "opens"
    text: str = Field(min_length=1)

    def rule(self) -> str:
        return f"Start the reply with `{self.text}`."

    def fault(self, text: str) -> str:
        return "" if text.lstrip().startswith(self.text) else f"starts {text.lstrip()[:40]!r}"


class Closes(Check):
    """The last line is this text."""

    check: Literal["closes"] = "closes"
    text: str = Field(min_length=1)

    def rule(self) -> str:
        return f"End the reply with the line `{self.text}`."

    def fault(self, text: str) -> str:
        last = text.rstrip().rpartition("\n")[2]
        return "" if last.strip() == self.text else f"ends {last[:40]!r}"
