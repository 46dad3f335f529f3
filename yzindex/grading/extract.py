"""Take the code out of a reply as models really write them. Nothing is run; the time grows linearly with the reply.

The rules where a reply leaves a choice:

- A draft in front, inside `<think>`, is not the answer.
- Of several Python blocks the last that defines the entry point wins (or reads standard input, where there is no entry
  point): models correct themselves further down. One that parses beats one that does not; one that only imports the
  entry point, or gives it no body, comes last.
- Where none defines it, the last block that is a body of the function that the prompt began completes it. No more than
  the last forty that may be one are tried, since each is read in several ways.
- Blocks that define names which the chosen one uses and does not define are put before it.
- A fence that is never closed reaches to the end of the reply.
- Without a fence, the reply must be nothing but code from its first code-like line on, up to prose that follows it.
- A fenced Python block that does not parse is still the answer: running it says what is wrong with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import islice
from textwrap import dedent

from yzindex.grading.completion import completed
from yzindex.grading.replies import final_text
from yzindex.grading.scripts import Script, joined, script


class Language(StrEnum):
    """What a reply's code is written in."""

    PYTHON = "python"
    SQL = "sql"


_PYTHON_TAGS = {"python", "py", "python3", "py3", "python2", "ipython"}
_SQL_TAGS = {"sql", "sqlite", "sqlite3", "postgresql", "postgres", "mysql"}
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})(.*)")
_TAG = re.compile(r"[\s{.]*([a-z0-9]*)")
_CODE_LINE = re.compile(
    r"^(?:(?:async )?def |class |import |from [\w.]+ import |@\w|for \w+ in |while |if __name__|print\(|\w+ = )",
    re.MULTILINE,
)
#: Where an indented paragraph begins.
_INDENTED_PART = re.compile(r"(?<=\n\n)[ \t]+\S")
#: A line at the margin that neither begins nor continues Python.
_PROSE_LINE = re.compile(
    r"(?![\s@#)\]}]|$)"
    r"(?!(?:async )?(?:def|class|import|from|for|while|if|elif|else|try|except|finally|with|assert|print)\b)"
    r"(?![\w.]+(?:\[[^\]]*\])?(?:: [\w\[\], ]+)? ?[-+*/]?= ?)"
)
_MOST_BODIES = 40
_READS_INPUT = re.compile(r"\binput\(|\bstdin\b|\bopen\(0")
_COMMENT = re.compile(r"\s+|--[^\n]*|/\*.*?\*/", re.DOTALL)
_QUERY = re.compile(r"\(*\s*(?:select|with|values)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A fenced piece of a reply; `tag` is the first word of what follows the fence, in lower case."""

    tag: str
    text: str


class _Fit(IntEnum):
    """How far a piece of code is what is asked for."""

    NONE = 0
    #: It names the entry point, but only imports it, or has no body for it.
    NAMED = 1
    WHOLE = 2


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """What is called: a function, which the prompt may have begun (`stub`), or without one a script."""

    entry_point: str | None
    stub: str

    def fit(self, each: Script) -> _Fit:
        """Say whether a piece is what is called, or reads what a script is given."""
        if self.entry_point is None:
            return _Fit.WHOLE if _READS_INPUT.search(each.text) else _Fit.NONE
        if self.entry_point in each.made or (each.tree is None and self.definition(each.text)):
            return _Fit.WHOLE
        return _Fit.NAMED if self.entry_point in each.defined else _Fit.NONE

    def definition(self, text: str) -> re.Match[str] | None:
        """Find where a text begins to define the function, whether or not it parses."""
        if self.entry_point is None:
            return None
        return re.search(rf"^(?:async )?(?:def|class) {re.escape(self.entry_point)}\b", text, re.MULTILINE)

    def completed(self, body: str) -> Script | None:
        """Give the function that the prompt began with this body, or None."""
        return completed(self.stub, self.entry_point, body) if self.entry_point and self.stub else None


def extract_code(reply: str, *, language: Language, entry_point: str | None = None, stub: str = "") -> str | None:
    r"""Give the code that a reply offers, or None. `stub` is the function's beginning that the prompt gave.

    >>> extract_code("Sure:\n```py\ndef f():\n    return 1\n```\n", language=Language.PYTHON, entry_point="f")
    'def f():\n    return 1\n'
    """
    text = final_text(reply)
    blocks = tuple(_blocks(text))
    if language is Language.SQL:
        return _query(blocks, text)
    wanted = _Wanted(entry_point=entry_point, stub=stub)
    return _python(blocks, wanted) or _bare_python(text, wanted)


# --- fences ----------------------------------------------------------------------------------------------------------


def _blocks(text: str) -> Iterator[_Block]:
    opening: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if opening is None:
            if mark and _opens(mark):
                opening, lines = mark, []
        elif mark and _closes(mark, opening):
            yield _block(opening, lines)
            opening = None
        elif mark and _starts_code(mark) and _is_wrapper(opening):
            opening, lines = mark, []
        else:
            lines.append(line)
    if opening is not None:
        yield _block(opening, lines)


def _opens(mark: re.Match[str]) -> bool:
    return mark[2][0] == "~" or "`" not in mark[3]


def _closes(mark: re.Match[str], opening: re.Match[str]) -> bool:
    """A fence further right than the opening one, as in a docstring, is content."""
    near = len(mark[1]) <= len(opening[1]) + 3
    return near and mark[2].startswith(opening[2]) and not mark[3].strip()


def _starts_code(mark: re.Match[str]) -> bool:
    return _opens(mark) and _tag(mark[3]) in _PYTHON_TAGS | _SQL_TAGS


def _is_wrapper(opening: re.Match[str]) -> bool:
    """Some models put their whole reply, fences and all, into a fence."""
    return _tag(opening[3]) in {"markdown", "md"}


def _tag(info: str) -> str:
    match = _TAG.match(info.lower())
    return match[1] if match else ""


def _block(opening: re.Match[str], lines: list[str]) -> _Block:
    text = "\n".join(line.removeprefix(opening[1]) for line in lines) + "\n"
    shifted = text.lstrip("\n")[:1].isspace()
    return _Block(tag=_tag(opening[3]), text=dedent(text) if shifted else text)


# --- Python ----------------------------------------------------------------------------------------------------------


def _python(blocks: tuple[_Block, ...], wanted: _Wanted) -> str | None:
    scripts = [script(block.text, block.tag) for block in blocks]
    offered = [each for each in scripts if _offers(each, wanted)]
    # max() gives the first of equals, and the last is wanted.
    chosen = max(reversed(offered), key=lambda each: _rank(each, wanted), default=None)
    if (chosen is None or wanted.fit(chosen) is not _Fit.WHOLE) and (pair := _completion(scripts, wanted)):
        body, chosen = pair
        offered = [chosen if each is body else each for each in scripts if each is body or each in offered]
    return None if chosen is None else joined([*_helpers(chosen, offered), chosen])


def _rank(each: Script, wanted: _Wanted) -> tuple[_Fit, bool, bool]:
    return wanted.fit(each), each.tree is not None, _is_tagged(each)


def _is_tagged(each: Script) -> bool:
    return each.tag in _PYTHON_TAGS


def _offers(each: Script, wanted: _Wanted) -> bool:
    """Tell code from the sample input, output and shell lines that replies fence as well."""
    if _is_tagged(each):
        return bool(each.text.strip())
    fits = wanted.fit(each) is not _Fit.NONE
    if each.tag:
        return each.acts and fits
    return each.acts or (fits and each.tree is None and bool(_CODE_LINE.search(each.text)))


def _completion(scripts: list[Script], wanted: _Wanted) -> tuple[Script, Script] | None:
    """Give the last piece that is the wanted function's body, and the function with it."""
    bodies = (each for each in reversed(scripts) if (_is_tagged(each) or not each.tag) and each.text.strip())
    for each in islice(bodies, _MOST_BODIES):
        if whole := wanted.completed(each.text):
            return each, whole
    return None


def _helpers(chosen: Script, offered: list[Script]) -> list[Script]:
    """Give the other pieces, in their order, that define what the chosen one misses, directly or in turn."""
    start = offered.index(chosen)
    provider: dict[str, int] = {}
    for place in (*reversed(range(start)), *range(start + 1, len(offered))):  # the nearest before it, else after it
        for name in offered[place].defined:
            provider.setdefault(name, place)
    needed, missing = set[int](), list(chosen.missing)
    while missing:
        place = provider.get(missing.pop(), start)
        if place != start and place not in needed:
            needed.add(place)
            missing.extend(offered[place].missing - chosen.defined)
    return [offered[place] for place in sorted(needed)]


def _bare_python(text: str, wanted: _Wanted) -> str | None:
    """Give a reply without fences, from its first code-like line on, if that is a program or the body of one."""
    found = [match.start() for match in (_CODE_LINE.search(text), wanted.definition(text)) if match]
    for code in (text, *(text[start:] for start in found), *(_code_lines(text[start:]) for start in found)):
        each = script(code)
        if each.acts and (wanted.entry_point is None or wanted.fit(each) is not _Fit.NONE):
            return code
    indented = _INDENTED_PART.search(text)
    for body in (text, text[indented.start() :] if indented else ""):
        if whole := wanted.completed(body):
            return whole.text
    return None


def _code_lines(text: str) -> str:
    """Give the lines up to the first that starts at the margin and is neither code nor closes a bracket."""
    lines = text.split("\n")
    end = next((place for place, line in enumerate(lines) if _PROSE_LINE.match(line)), len(lines))
    return "\n".join(lines[:end]) + "\n"


# --- SQL -------------------------------------------------------------------------------------------------------------


def _query(blocks: tuple[_Block, ...], text: str) -> str | None:
    """Give the last SQL block that is a query, else the last one; without any, a reply that is itself a query."""
    tagged = [block.text for block in blocks if block.tag in _SQL_TAGS]
    untagged = [block.text for block in blocks if not block.tag]
    for candidates in (tagged, untagged):
        if queries := [candidate for candidate in candidates if _is_query(candidate)]:
            return queries[-1]
    if tagged:
        return tagged[-1]
    return text if not blocks and _is_query(text) else None


def _is_query(text: str) -> bool:
    place = 0
    while comment := _COMMENT.match(text, place):
        place = comment.end()
    return bool(_QUERY.match(text, place))
