"""A reply as the rule and rubric graders read it: its text, its fenced blocks, whether there is anything in it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, combining, normalize

from yzindex.grading.grade import Grade, Verdict, zero

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`]*$")
#: Control, format, private, surrogate, unassigned; marks; separators: a reply of these alone shows nothing.
_INVISIBLE = frozenset("CMZ")
#: Combining marks kept in a row; no language has more on a letter.
_MARKS = 4


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block; `closed` is false where its fence reaches to the end of the reply."""

    tag: str
    text: str
    closed: bool


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A reply taken apart: its fenced blocks, and the prose around them."""

    blocks: tuple[Block, ...]
    prose: str
    #: The prose with one line of backticks in the place of each block.
    outline: str


def final_text(reply: str) -> str:
    r"""Give what was meant as the answer: Unix line ends, valid UTF-8, without a draft in `<think>` that comes first.

    >>> final_text("<think>hm</think>Yes.\r\n")
    'Yes.\n'
    """
    text = reply.encode("utf-8", "replace").decode().removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rpartition("</think>")[2] if text.lstrip().startswith("<think>") else text


def is_blank(reply: str) -> bool:
    """Say whether nothing in the reply can be seen; white space and zero-width characters cannot."""
    return all(category(character)[0] in _INVISIBLE for character in final_text(reply))


def grade_blank(reply: str) -> Grade | None:
    """Grade a reply that nobody needs to read, before a judge is asked; None where there is something to read."""
    return zero(Verdict.EMPTY, "the reply is blank") if is_blank(reply) else None


def composed(text: str) -> str:
    r"""Give text in the Unicode form NFKC, in linear time: of a run of combining marks only the first four are kept.

    >>> composed("ｅ" + "\u0301" * 9) == "é" + "\u0301" * 3
    True
    """
    if text.isascii():
        return text
    kept, run = list[str](), 0
    for character in text:
        run = run + 1 if _is_mark(character) else 0
        if run <= _MARKS:
            kept.append(character)
    return normalize("NFKC", "".join(kept))


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    """Say whether a character is nothing but combining marks once it is taken apart, as U+FF9E and U+0F73 are too."""
    return all(map(combining, normalize("NFKD", character)))


def layout(text: str) -> Layout:
    """Take a text apart at its fences, in time linear in its length."""
    blocks, prose, outline, inside = list[Block](), list[str](), list[str](), list[str]()
    fence, tag = "", ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence and mark and mark[1].startswith(fence) and not mark[2]:
            blocks.append(Block(tag=tag, text="\n".join(inside), closed=True))
            fence = ""
        elif fence:
            inside.append(line)
        elif mark:
            fence, tag, inside = mark[1], mark[2].lower(), []
            outline.append("```")
        else:
            prose.append(line)
            outline.append(line)
    if fence:
        blocks.append(Block(tag=tag, text="\n".join(inside), closed=False))
    return Layout(blocks=tuple(blocks), prose="\n".join(prose), outline="\n".join(outline))


def payload(text: str) -> str:
    """Give the content that a machine would read: the only fenced block, or the whole text."""
    blocks = layout(text).blocks
    return blocks[0].text if len(blocks) == 1 else text.strip()
