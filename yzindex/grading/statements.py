"""A reply as statements: its paragraphs, what stands in each beside its citations, and which citations close what.

Text in code fences, HTML comments and strike-through is not read. What a statement says is for `assertions` to tell,
and whether its citations support it for `citation_grading`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from yzindex.grading.citations import plain
from yzindex.grading.quotations import Citation, compare
from yzindex.grading.replies import final_text, layout


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A stretch of a paragraph's prose, and the citations that close it; none of them is made up."""

    #: Places in the prose of its paragraph.
    start: int
    end: int
    citations: tuple[Citation, ...]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph or list item: its prose without citations, and its statements in their order."""

    prose: str
    statements: tuple[Statement, ...]

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(citation for statement in self.statements for citation in statement.citations)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reply says, and apart from it the citations that are made up: they close no statement."""

    paragraphs: tuple[Paragraph, ...]
    made_up: tuple[Citation, ...]


#: A run of text and the citations after it.
_Piece = tuple[str, tuple[Citation, ...]]

_STRUCK = re.compile(r"~~[^~\n]{1,500}~~")
_MARKER = re.compile(r"\s*(?:(?:[-*+•]|\d{1,2}[.)]|\(?[a-zA-Z0-9][.)]|#{1,6}|>)\s+)+")
_CONTRACTIONS = (
    (re.compile(r"\bcan(?:no|')t\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon't\b", re.IGNORECASE), "will not"),
    (re.compile(r"(?<=\w)n't\b", re.IGNORECASE), " not"),
)
_LONG_WORD = re.compile(r"(\S{80})\S+")
#: A bracket that opens with a passage and holds a quotation, or nothing but passages; "[p95 latency]" is prose.
_BRACKET = re.compile(
    r'\[(\s*(?:passages? |see )?[Pp]\s?[0-9]{1,9}\b(?:[^\[\]"]*"[^\[\]]*|(?:[\s,;:&+-]|and\b|[Pp]?[0-9]{1,9}\b)*))\]'
)
_CITED = re.compile(r'(?:[Pp]\s?0{0,9}([0-9]{1,9})\s*[:,.=-]?\s*)?"([^"]*)"|\b[Pp]\s?0{0,9}([0-9]{1,9})\b')
#: What may stand between a statement and its citations, or between two of them, without being a statement.
_CONNECTOR = re.compile(
    r"\b(?:and|also|as|well|see|both|from|per|plus|with|by|in|cf|source|sources|citations?|evidence|references?|quotes?"
    r"|quotations?|supported|based|on|according|to|passages?)\b",
    re.IGNORECASE,
)


def visible_lines(reply: str) -> list[str]:
    """Give the lines outside comments and strike-through, plain, white space collapsed to one space."""
    before, *opened = final_text(reply).split("<!--")
    visible = before + "".join(comment.partition("-->")[2] for comment in opened)
    return [" ".join(line.split()) for line in _STRUCK.sub(" ", plain(visible)).split("\n")]


def paragraph_texts(lines: list[str]) -> list[str]:
    """Join the lines outside code fences: a blank line, a heading or a list marker starts a new paragraph."""
    paragraphs: list[list[str]] = [[]]
    for line in layout("\n".join(lines)).prose.split("\n"):
        marker = _MARKER.match(f"{line} ")
        if marker or not line:
            paragraphs.append([])
        paragraphs[-1].append((line[marker.end() :] if marker else line).replace("*", "").replace("`", ""))
    return [text for paragraph in paragraphs if (text := " ".join(paragraph).strip())]


def count_citations(text: str) -> int:
    """Count the citations; a bracket may hold several."""
    return sum(len(_CITED.findall(bracket)) for bracket in _BRACKET.findall(text))


def read_statements(texts: list[str], passages: Mapping[str, str]) -> Reading:
    """Read the texts of paragraphs as statements; `passages` as for `compare`.

    Citations with nothing but connecting words before them close the statement above, in whatever paragraph it is.
    """
    prose = [""] * len(texts)
    statements: list[tuple[int, Statement]] = []  # each with the number of its text
    made_up: list[Citation] = []
    for number, text in enumerate(texts):
        pieces = [(words, _citations_in(bracket, passages)) for words, bracket in _cut_at_brackets(text)]
        made_up += [citation for _, citations in pieces for citation in citations if citation.is_made_up]
        for words, citations in _closed(pieces):
            start = len(prose[number])
            prose[number] = f"{prose[number]} {words}".strip()
            if citations and statements and _only_connects(words):
                above, last = statements[-1]
                statements[-1] = above, replace(last, citations=(*last.citations, *citations))
            else:
                statement = Statement(start=start, end=len(prose[number]), citations=citations)
                statements.append((number, statement))
    paragraphs = (
        Paragraph(prose=prose[number], statements=tuple(statement for _, statement in group))
        for number, group in groupby(statements, key=itemgetter(0))
    )
    return Reading(paragraphs=tuple(paragraphs), made_up=tuple(made_up))


def _cut_at_brackets(text: str) -> Iterator[tuple[str, str]]:
    """Give each stretch of text with what stands in the bracket after it; after the last there is none."""
    end = 0
    for bracket in _BRACKET.finditer(text):
        yield text[end : bracket.start()], bracket[1]
        end = bracket.end()
    yield text[end:], ""


def _citations_in(bracket: str, passages: Mapping[str, str]) -> tuple[Citation, ...]:
    """Compare each citation in a bracket with the document; a second quotation may do without a passage."""
    citations: list[Citation] = []
    passage = ""
    for cited in _CITED.finditer(bracket):
        number = cited[1] or cited[3]
        passage = f"P{number}" if number else passage
        citations.append(compare(passage, cited[2] or "", passages))
    return tuple(citations)


def _closed(pieces: list[_Piece]) -> Iterator[_Piece]:
    """Give runs of prose, each with the citations that close it; what is made up closes nothing."""
    words: list[str] = []
    for text, citations in pieces:
        words += text.split()
        if sound := tuple(citation for citation in citations if not citation.is_made_up):
            yield _prose(words), sound
            words = []
    if words:
        yield _prose(words), ()


def _only_connects(words: str) -> bool:
    return not _CONNECTOR.sub("", words).strip(' ,;:.()|&-"')


def _prose(words: list[str]) -> str:
    """Join words: contractions written out; none longer than 80 characters, so that no pattern has far to look."""
    text = _LONG_WORD.sub(r"\1", " ".join(words))
    for contraction, whole in _CONTRACTIONS:
        text = contraction.sub(whole, text)
    return text
