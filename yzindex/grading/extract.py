"""Take the code out of a reply as models really write them. Nothing is run; the time grows linearly with the reply.

The rules where a reply leaves a choice:

- A draft in front, inside `<think>`, is not the answer.
- Of several Python blocks the last that defines the entry point wins (or reads standard input, where there is no entry
  point): models correct themselves further down. One that parses beats one that does not.
- Blocks that define names which the chosen one uses and does not define are put before it.
- A fence that is never closed reaches to the end of the reply.
- Without a fence, the reply must be nothing but code from its first code-like line on.
- A fenced Python block that does not parse is still the answer: running it says what is wrong with it.
"""

import ast
import builtins
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from textwrap import dedent

from yzindex.grading.replies import final_text


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
_READS_INPUT = re.compile(r"\binput\(|\bstdin\b|\bopen\(0")
_COMMENT = re.compile(r"\s+|--[^\n]*|/\*.*?\*/", re.DOTALL)
_QUERY = re.compile(r"\(*\s*(?:select|with|values)\b", re.IGNORECASE)
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A fenced piece of a reply; `tag` is the first word of what follows the fence, in lower case."""

    tag: str
    text: str


@dataclass(frozen=True, kw_only=True)
class _Script:
    """A piece of a reply read as Python; `tree` is None where it does not parse."""

    text: str
    tag: str
    tree: ast.Module | None

    @property
    def tagged(self) -> bool:
        return self.tag in _PYTHON_TAGS

    @cached_property
    def defined(self) -> frozenset[str]:
        """Names bound at the top level, also below a top-level `if`, `try`, `with` or loop."""
        return frozenset(_bound_at_top(self.tree)) if self.tree else frozenset()

    @cached_property
    def missing(self) -> frozenset[str]:
        """Names used that are bound nowhere in the piece."""
        if self.tree is None:
            return frozenset()
        used = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        bound = {name for node in ast.walk(self.tree) for name in _bound_by(node)}
        return frozenset(used - bound - _BUILTINS)

    @property
    def acts(self) -> bool:
        """Whether it does or defines anything, as a stray word or number that happens to parse does not."""
        return self.tree is not None and any(not _idle(statement) for statement in self.tree.body)


def extract_code(reply: str, *, language: Language, entry_point: str | None = None) -> str | None:
    r"""Give the code that a reply offers, or None.

    >>> extract_code("Sure:\n```py\ndef f():\n    return 1\n```\n", language=Language.PYTHON, entry_point="f")
    'def f():\n    return 1\n'
    """
    text = final_text(reply)
    blocks = tuple(_blocks(text))
    if language is Language.SQL:
        return _query(blocks, text)
    return _python(blocks, entry_point) or _bare_python(text, entry_point)


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


def _python(blocks: tuple[_Block, ...], entry_point: str | None) -> str | None:
    fits = _fits(entry_point)
    scripts = [_Script(text=block.text, tag=block.tag, tree=_parsed(block.text)) for block in blocks]
    offered = [script for script in scripts if _offers(script, fits)]
    if not offered:
        return None
    # max() gives the first of equals, and the last is wanted.
    chosen = max(reversed(offered), key=lambda script: (fits(script), script.tree is not None, script.tagged))
    return _joined([*_helpers(chosen, offered), chosen])


def _fits(entry_point: str | None) -> Callable[[_Script], bool]:
    """Give the test of whether a piece is the one that is called, or reads what a script is given."""
    if entry_point is None:
        return lambda script: bool(_READS_INPUT.search(script.text))
    definition = re.compile(rf"^(?:async )?(?:def|class) {re.escape(entry_point)}\b", re.MULTILINE)
    return lambda script: (
        entry_point in script.defined or (script.tree is None and bool(definition.search(script.text)))
    )


def _offers(script: _Script, fits: Callable[[_Script], bool]) -> bool:
    """Tell code from the sample input, output and shell lines that replies fence as well."""
    if script.tagged:
        return bool(script.text.strip())
    if script.tag:
        return script.acts and fits(script)
    return script.acts or (fits(script) and script.tree is None and bool(_CODE_LINE.search(script.text)))


def _helpers(chosen: _Script, offered: list[_Script]) -> list[_Script]:
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


def _joined(scripts: list[_Script]) -> str:
    if len(scripts) == 1:
        return scripts[0].text
    features = {alias.name for script in scripts for node in _futures(script) for alias in node.names}
    first = f"from __future__ import {', '.join(sorted(features))}\n" if features else ""
    return first + "\n\n".join(_without_futures(script) for script in scripts)


def _futures(script: _Script) -> list[ast.ImportFrom]:
    body = script.tree.body if script.tree else []
    return [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]


def _without_futures(script: _Script) -> str:
    """Blank out the imports that only the top of a program may hold."""
    lines = script.text.encode().split(b"\n")
    for node in reversed(_futures(script)):
        last = (node.end_lineno or node.lineno) - 1
        kept = lines[node.lineno - 1][: node.col_offset] + b"pass" + lines[last][node.end_col_offset :]
        lines[node.lineno - 1 : last + 1] = [kept, *[b""] * (last + 1 - node.lineno)]
    return b"\n".join(lines).decode()


def _bare_python(text: str, entry_point: str | None) -> str | None:
    """Give a reply without fences, from its first code-like line on, if that is a program."""
    start = _CODE_LINE.search(text)
    for code in (text, text[start.start() :] if start else ""):
        script = _Script(text=code, tag="", tree=_parsed(code))
        if script.acts and (entry_point is None or entry_point in script.defined):
            return code
    return None


def _parsed(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the candidate's escape sequences, which are no concern of ours
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _idle(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and not any(isinstance(node, ast.Call) for node in ast.walk(statement))


def _bound_at_top(tree: ast.Module) -> Iterator[str]:
    open_nodes: list[ast.AST] = [tree]
    while open_nodes:
        node = open_nodes.pop()
        yield from _bound_by(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            open_nodes.extend(ast.iter_child_nodes(node))


def _bound_by(node: ast.AST) -> Iterator[str]:
    """Names that a node itself binds, in whichever scope."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]
        case ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


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
