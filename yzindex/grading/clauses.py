"""A reply in clauses: as much English grammar as it takes to see which part of a sentence a denial belongs to.

Everything is read in one pass over the words, so the time is linear in the length of the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yzindex.grading.replies import composed

#: Stands before the words of a quotation of at least `QUOTED_WORDS` words.
QUOTE_MARK = "§quotation"
QUOTED_WORDS = 5
#: Stands for a gap to be filled in, such as "[throughput]".
GAP_MARK = "§gap"

_STRAIGHT = str.maketrans("‘’‚′“”„″«»‐‑‒–—−", '\'\'\'\'""""""------')
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+•] |\(?\d{1,2}[.)] |\(?[a-z][.)] |#{1,6} |\|)[ \t]*")
_GAP = re.compile(r"\[(?!\d)[^\[\]\n]{1,60}\](?!\()")
_MARKUP = re.compile(r"[*_`~#|]+")
_DROPPED = re.compile(r"[^\w%$€£./§ -]+")
_SHORT_FORMS = (
    (re.compile(r"\bcan(?:'t|not)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"(?<=\w)n't\b"), " not"),
    (re.compile(r"(?<=\w)'m\b"), " am"),
    (re.compile(r"(?<=\w)'re\b"), " are"),
    (re.compile(r"(?<=\w)'ve\b"), " have"),
    (re.compile(r"(?<=\w)'ll\b"), " will"),
    (re.compile(r"\bhttps?://"), "www."),
    (re.compile(r"\b(there|it|that|what|here|this)'s\b"), r"\1 is"),
    (re.compile(r"(?<=\d),(?=\d{3})"), ""),
    (re.compile(r"(?<=\d) ?(?:per ?cent|percent)\b"), "%"),
    (re.compile(r"(?<=\d) %"), "%"),
)
_ABBREVIATIONS = frozenset(
    {"al", "e.g", "i.e", "dr", "mr", "mrs", "ms", "prof", "vs", "p", "pp", "vol", "fig", "cf", "ca"}
)
#: Words that turn a sentence: what was denied before them is not denied after them.
_TURNS = frozenset({"but", "however", "nevertheless", "nonetheless", "although", "though", "whereas", "regardless"})
_TURNS_AFTER_COMMA = frozenset({"yet", "still", "so", "while", "here", "instead"})
_CONCESSIONS = frozenset({"although", "though", "while", "whereas", "despite", "even"})
_RELATIVES = frozenset(
    {"which", "who", "whose", "where", "that", "and", "or", "as", "if", "in", "on", "at", "by", "from"}
)
_RESUMED = (("here", "is"), ("here", "are"), ("from", "memory"), ("as", "i"), ("my", "best"))


@dataclass(frozen=True, kw_only=True)
class Clause:
    """Lower-case words with single spaces and without punctuation; short forms are written out, `can not` in two."""

    words: str
    #: Part of a sentence that asks.
    asks: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    """The clauses of one line of a reply."""

    clauses: tuple[Clause, ...]
    #: A list item, heading or table row.
    listed: bool
    #: Ends with a colon: what follows belongs to it.
    leads: bool


def read_lines(text: str) -> Iterator[Line]:
    """Give the lines that are not blank, in order."""
    for raw in composed(text).translate(_STRAIGHT).split("\n"):
        item = _LIST_ITEM.match(raw)
        quoted = raw.lstrip().startswith(">")
        line = _MARKUP.sub(" ", raw[item.end() :] if item else raw.lstrip("> \t")).casefold()
        if line.strip():
            sentences = _sentences(line.split())
            clauses = (clause for sentence in sentences for clause in _clauses(sentence, quoted=quoted))
            yield Line(clauses=tuple(clauses), listed=bool(item) or quoted, leads=line.rstrip().endswith(":"))


def canonical(text: str) -> str:
    """Bring a piece of text into the form of `Clause.words`.

    >>> canonical("I can’t confirm Chen et al. (2031): 42 percent.")
    'i can not confirm chen et al 2031 42%'
    """
    text = composed(text).translate(_STRAIGHT).casefold()
    for pattern, written_out in _SHORT_FORMS:
        text = pattern.sub(written_out, text)
    words = (word.strip(".-/") for word in _DROPPED.sub(" ", _GAP.sub(f" {GAP_MARK} ", text)).split())
    return " ".join(word for word in words if word)


def _sentences(tokens: list[str]) -> Iterator[list[str]]:
    sentence: list[str] = []
    for place, token in enumerate(tokens):
        sentence.append(token)
        bare = token.rstrip("\"')]")
        if bare.endswith(("!", "?")) or (bare.endswith(".") and not _abbreviated(bare, tokens[place + 1 : place + 2])):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _abbreviated(token: str, following: list[str]) -> bool:
    word = token.strip("\"'([.")
    return word in _ABBREVIATIONS or len(word) <= 1 or (word == "no" and bool(following) and following[0][0].isdigit())


def _clauses(sentence: list[str], *, quoted: bool) -> Iterator[Clause]:
    asks = sentence[-1].rstrip("\"')]").endswith("?")
    for part in _parts(sentence):
        yield Clause(words=canonical(_with_quotations(" ".join(part), quoted=quoted)), asks=asks)


def _parts(sentence: list[str]) -> Iterator[list[str]]:
    """Cut a sentence where it turns: at `but` and its kin, at a semicolon, at the comma that ends a concession."""
    part: list[str] = []
    for place, token in enumerate(sentence):
        before, bare = sentence[place - 1] if place else "", token.strip(",.;:\"'()")
        following = sentence[place + 1].strip(",.;:\"'()") if place + 1 < len(sentence) else ""
        if part and _turns(before, bare, following, concedes=part[0].strip(",\"'(") in _CONCESSIONS):
            yield part
            part = []
        part.append(token)
    if part:
        yield part


def _turns(before: str, word: str, following: str, *, concedes: bool) -> bool:
    if word in _TURNS or (word, following) in _RESUMED or before.endswith(";"):
        return True
    return before.endswith(",") and (word in _TURNS_AFTER_COMMA or (concedes and word not in _RELATIVES))


def _with_quotations(text: str, *, quoted: bool) -> str:
    """Put `QUOTE_MARK` before long quotations; a quotation left open reaches to the end."""
    parts = text.split('"')
    for place in range(1, len(parts), 2):
        if len(parts[place].split()) >= QUOTED_WORDS:
            parts[place] = f" {QUOTE_MARK} {parts[place]}"
    if quoted and QUOTE_MARK not in text and len(text.split()) >= QUOTED_WORDS:
        parts.insert(0, f"{QUOTE_MARK} ")
    return " ".join(parts)
