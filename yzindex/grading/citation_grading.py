"""Grade a reply that must keep to a document and cite it. Deterministic, and linear in the length of the reply.

The reply is read as blocks (paragraphs, list items), and a block as statements, each closed by its citations. Text in
code fences, HTML comments and strike-through is not read; a quotation that stands nowhere in the document is counted
and then left out. The score is

    100 × (mean over the facts: 0.4 if stated, 1 if stated and supported) − the cost of each offence, at least 0

A fact is supported if a statement of it cites every source it needs; sources of a conclusion from several places may
stand anywhere in its block. Offences and their costs: a fabricated or altered quotation 60, a forbidden statement 60, a
misplaced citation 40, a superfluous one 20. So a reply with anything made up stays at 40 or below, one with a misplaced
citation for a fact below 50, and right facts without citations get 40.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from yzindex.grading.citations import QUOTE_WORDS, Citations, Fact, Forbidden, Source, compiled, plain
from yzindex.grading.grade import FULL_SCORE, CaseGrade, Grade, Verdict, zero
from yzindex.grading.replies import final_text, grade_blank, layout
from yzindex.scoring.formulas import exact

#: Ten times what an answer needs; a longer reply, or one with more citations, is a copy of the document.
MAX_CHARACTERS = 20_000
MAX_CITATIONS = 40
#: More citations of passages that bear on nothing asked are no context: the document is being copied.
MAX_UNRELATED = 2

_STATED_SHARE = Fraction(2, 5)
_FORBIDDEN_COST = 60


class Finding(StrEnum):
    """What a citation is worth."""

    #: Verbatim, and evidence for a fact that its statement states.
    SUPPORTS = "supports"
    #: Verbatim, beside a statement of no required fact, or a passage that may be cited beside the evidence.
    CONTEXT = "context"
    #: Without a quotation, or with one too short or too long to show anything.
    UNUSABLE = "unusable"
    #: Verbatim, but its passage does not bear on a statement whose facts are supported without it, or on nothing that
    #: was asked, beside many others of that sort.
    SUPERFLUOUS = "superfluous"
    #: Verbatim, but from another passage than the one named, or from one that does not support the statement.
    MISPLACED = "misplaced"
    #: Nearly the words of a passage, or cut so that they say something else.
    ALTERED = "altered"
    #: No such passage, or words that stand nowhere in the document.
    FABRICATED = "fabricated"


_COSTS = {Finding.SUPERFLUOUS: 20, Finding.MISPLACED: 40, Finding.ALTERED: 60, Finding.FABRICATED: 60}
_HOLDS = {Finding.SUPPORTS, Finding.CONTEXT}
_MADE_UP = {Finding.ALTERED, Finding.FABRICATED}


@dataclass(frozen=True, kw_only=True)
class _Citation:
    passage: str
    #: Plain, without punctuation at its ends; empty if there is none.
    quote: str
    finding: Finding
    detail: str

    @property
    def excerpt(self) -> str:
        return f'{self.passage}: "{_short(self.quote)}"' if self.quote else self.passage


@dataclass(frozen=True, kw_only=True)
class _Statement:
    """A stretch of a block's prose and the citations that close it."""

    start: int
    end: int
    citations: list[_Citation]


@dataclass(frozen=True, kw_only=True)
class _Block:
    """A paragraph or list item without its citations, and its statements."""

    prose: str
    statements: tuple[_Statement, ...]

    @property
    def citations(self) -> list[_Citation]:
        return [citation for statement in self.statements for citation in statement.citations]


def grade_citations(spec: Citations, reply: str, *, strict: bool) -> Grade:
    """Grade a reply: a case per required fact, per citation and per forbidden statement; `strict` is all or nothing."""
    if blank := grade_blank(reply):
        return blank
    lines = _lines(reply)
    if sum(map(len, lines)) > MAX_CHARACTERS:
        return zero(Verdict.BROKE_FORMAT, f"the reply is longer than {MAX_CHARACTERS} characters")
    texts = _texts(lines)
    if sum(len(_BRACKET.findall(text)) for text in texts) > MAX_CITATIONS:
        return zero(Verdict.BROKE_FORMAT, f"the reply has more than {MAX_CITATIONS} citations")
    return _Reading(spec, texts).grade(strict=strict)


class _Reading:
    """A reply as it stands to its question's document."""

    def __init__(self, spec: Citations, texts: list[str]) -> None:
        self._spec = spec
        self._passages = {passage.id: " ".join(plain(passage.text).split()) for passage in spec.passages}
        self._made_up: list[_Citation] = []
        self._blocks = self._read(texts)
        self._supported = frozenset(fact.name for fact in spec.facts if self._is_supported(fact))

    def grade(self, *, strict: bool) -> Grade:
        facts = [(fact, self._share(fact)) for fact in self._spec.facts]
        citations = self._made_up + self._without_copies([self._placed(*each) for each in self._cited()])
        said = [(forbidden, self._where_said(forbidden)) for forbidden in self._spec.forbidden]
        points = 100 * Fraction(sum(share for _, share in facts), len(facts))
        costs = [(citation.finding.value, _COSTS.get(citation.finding, 0)) for citation in citations]
        costs += [("forbidden statement", _FORBIDDEN_COST) for _, where in said if where]
        cases = (
            *(_fact_case(fact, share) for fact, share in facts),
            *(_citation_case(citation) for citation in citations),
            *(_forbidden_case(forbidden, where) for forbidden, where in said),
        )
        return _grade(points, [cost for cost in costs if cost[1]], cases, strict=strict)

    # How the reply falls into blocks and statements

    def _read(self, texts: list[str]) -> tuple[_Block, ...]:
        blocks: list[_Block] = []
        for text in texts:
            prose = ""
            statements: list[_Statement] = []
            for words, citations in self._pieces(text):
                start = len(prose)
                prose = f"{prose} {words}" if prose and words else prose + words
                open_ = statements or (list(blocks[-1].statements) if blocks else [])
                if citations and open_ and not _CONNECTOR.sub("", words).strip(' ,;:.()|&-"'):
                    open_[-1].citations.extend(citations)
                else:
                    statements.append(_Statement(start=start, end=len(prose), citations=citations))
            if statements:
                blocks.append(_Block(prose=prose, statements=tuple(statements)))
        return tuple(blocks)

    def _pieces(self, text: str) -> Iterator[tuple[str, list[_Citation]]]:
        """Give runs of prose, each with the citations after it; what is made up is set aside and ends nothing."""
        words: list[str] = []
        end = 0
        for bracket in _BRACKET.finditer(text):
            words += text[end : bracket.start()].split()
            end = bracket.end()
            if sound := self._sound(bracket[1]):
                yield _prose(words), sound
                words = []
        words += text[end:].split()
        if words:
            yield _prose(words), []

    def _sound(self, bracket: str) -> list[_Citation]:
        citations = [self._compared(passage, quote) for passage, quote in _citations_in(bracket)]
        self._made_up += [citation for citation in citations if citation.finding in _MADE_UP]
        return [citation for citation in citations if citation.finding not in _MADE_UP]

    def _compared(self, passage: str, quote: str) -> _Citation:
        finding, detail = _compare(passage, quote, self._passages)
        return _Citation(passage=passage, quote=quote, finding=finding, detail=detail)

    # Facts

    def _share(self, fact: Fact) -> Fraction:
        if fact.name in self._supported:
            return Fraction(1)
        stated = not fact.silent and any(_states(block, each, fact) for block, each in self._all())
        return _STATED_SHARE if stated else Fraction(0)

    def _is_supported(self, fact: Fact) -> bool:
        if fact.silent:
            return any(_is_silent_on(block.prose, fact) for block in self._blocks)
        return any(_states(block, each, fact) and _supports_all(block, each, fact) for block, each in self._all())

    def _all(self) -> Iterator[tuple[_Block, _Statement]]:
        return ((block, statement) for block in self._blocks for statement in block.statements)

    # Citations

    def _cited(self) -> Iterator[tuple[_Block, _Statement, _Citation]]:
        return ((block, statement, citation) for block, statement in self._all() for citation in statement.citations)

    def _placed(self, block: _Block, statement: _Statement, citation: _Citation) -> _Citation:
        """Say what a verbatim citation is worth where it stands."""
        if citation.finding is not Finding.CONTEXT:
            return citation
        facts = [fact for fact in self._spec.facts if not fact.silent and _is_about(block, statement, fact)]
        if any(_bears_on(citation, source) for fact in facts for source in fact.sources):
            return _judged(citation, Finding.SUPPORTS, "evidence for what is stated")
        if not facts or any(citation.passage in fact.passages for fact in facts):
            return citation
        if all(fact.name in self._supported for fact in facts):
            return _judged(citation, Finding.SUPERFLUOUS, f"does not bear on {facts[0].name}")
        return _judged(citation, Finding.MISPLACED, f"does not support {facts[0].name}")

    def _without_copies(self, citations: list[_Citation]) -> list[_Citation]:
        asked = frozenset[str]().union(*(fact.passages for fact in self._spec.facts))
        unrelated = [each for each in citations if each.finding is Finding.CONTEXT and each.passage not in asked]
        if len(unrelated) <= MAX_UNRELATED:
            return citations
        return [
            _judged(each, Finding.SUPERFLUOUS, "bears on nothing that was asked") if each in unrelated else each
            for each in citations
        ]

    # Forbidden statements

    def _where_said(self, forbidden: Forbidden) -> str:
        """Give the sentence that says what is forbidden, or nothing."""
        return next((where for block in self._blocks if (where := _said(block.prose, forbidden))), "")


# Scores and cases


def _grade(points: Fraction, costs: list[tuple[str, int]], cases: tuple[CaseGrade, ...], *, strict: bool) -> Grade:
    score = exact(max(Fraction(0), points - sum(cost for _, cost in costs)))
    if score == FULL_SCORE:
        return Grade(score=score, verdict=Verdict.PASSED, cases=cases)
    failed = {case.verdict for case in cases if not case.passed}
    reason = " ".join([f"{float(points):.2f} for the facts", *(f"− {cost} ({name})" for name, cost in costs)])
    return Grade(
        score=exact(Decimal(0)) if strict else score,
        verdict=Verdict.WRONG_ANSWER if Verdict.WRONG_ANSWER in failed else Verdict.MISCITED,
        cases=cases,
        reason=reason,
    )


def _fact_case(fact: Fact, share: Fraction) -> CaseGrade:
    name = f"fact: {fact.name}"
    if share == 1:
        return CaseGrade(name=name, passed=True, verdict=Verdict.PASSED)
    if share:
        return CaseGrade(name=name, passed=False, verdict=Verdict.MISCITED, detail="stated without its evidence")
    return CaseGrade(name=name, passed=False, verdict=Verdict.WRONG_ANSWER, detail="not stated")


def _citation_case(citation: _Citation) -> CaseGrade:
    holds = citation.finding in _HOLDS
    return CaseGrade(
        name=f"citation {citation.excerpt}",
        passed=holds,
        verdict=Verdict.PASSED if holds else Verdict.MISCITED,
        detail=f"{citation.finding}: {citation.detail}",
    )


def _forbidden_case(forbidden: Forbidden, where: str) -> CaseGrade:
    return CaseGrade(
        name=f"must not say: {forbidden.name}",
        passed=not where,
        verdict=Verdict.WRONG_ANSWER if where else Verdict.PASSED,
        detail=f"says: {_short(where)}" if where else "",
    )


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}..."


def _judged(citation: _Citation, finding: Finding, detail: str) -> _Citation:
    return _Citation(passage=citation.passage, quote=citation.quote, finding=finding, detail=detail)


# Plain text

_STRUCK = re.compile(r"~~[^~\n]{1,500}~~")
_MARKER = re.compile(r"\s*(?:(?:[-*+•]|\d{1,2}[.)]|\(?[a-zA-Z0-9][.)]|#{1,6}|>)\s+)+")
_CONTRACTIONS = (
    (re.compile(r"\bcan(?:no|')t\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon't\b", re.IGNORECASE), "will not"),
    (re.compile(r"(?<=\w)n't\b", re.IGNORECASE), " not"),
)
_LONG_WORD = re.compile(r"(\S{80})\S+")


def _lines(reply: str) -> list[str]:
    """Give the lines outside comments and strike-through, white space collapsed to one space."""
    shown = "".join(
        piece.partition("-->")[2] if n else piece for n, piece in enumerate(final_text(reply).split("<!--"))
    )
    return [" ".join(line.split()) for line in _STRUCK.sub(" ", plain(shown)).split("\n")]


def _texts(lines: list[str]) -> list[str]:
    """Join the lines outside code fences to blocks: a blank line, a heading or a list marker starts a new one."""
    blocks: list[list[str]] = [[]]
    for line in layout("\n".join(lines)).prose.split("\n"):
        marker = _MARKER.match(f"{line} ")
        if marker or not line:
            blocks.append([])
        blocks[-1].append((line[marker.end() :] if marker else line).replace("*", "").replace("`", ""))
    return [text for block in blocks if (text := " ".join(block).strip())]


def _prose(words: list[str]) -> str:
    """Join words: contractions written out; none longer than 80 characters, so that no pattern has far to look."""
    text = _LONG_WORD.sub(r"\1", " ".join(words))
    for contraction, whole in _CONTRACTIONS:
        text = contraction.sub(whole, text)
    return text


# Citations as written

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


def _citations_in(bracket: str) -> Iterator[tuple[str, str]]:
    """Give passage and plain quote of each citation in a bracket; a second quote may do without a passage."""
    passage = ""
    for cited in _CITED.finditer(bracket):
        passage = f"P{cited[1] or cited[3]}" if cited[1] or cited[3] else passage
        yield passage, _trimmed(cited[2] or "")


def _trimmed(quote: str) -> str:
    return " ".join(quote.split()).strip(" .,;:!?'")


# Citations against the document

_DENIAL = re.compile(
    r"\b(?:not|no|never|nor|neither|none|nothing|cannot|without|unlike)\b|n't\b|\brather than\b|\binstead of\b"
    r"|\bas opposed to\b|\bdiffers? from\b|\b(?:wrong|incorrect|untrue|false)\b",
    re.IGNORECASE,
)
#: What an ellipsis may not hide: it changes what the rest says.
_NOT_TO_BE_CUT = re.compile(
    rf"{_DENIAL.pattern}|\b(?:except|unless|only|excluding|until|but|or)\b|[0-9]|[.!?](?:\s|$)", re.IGNORECASE
)
_ENDS_IN_DENIAL = re.compile(r"(?:\b(?:not|no|never|nor|neither|cannot|without)|n't)\s+$", re.IGNORECASE)
_NEARLY = 0.6


def _compare(passage: str, quote: str, passages: dict[str, str]) -> tuple[Finding, str]:
    """Say whether a quotation stands where it says; `CONTEXT` if it does, until its place is judged."""
    if passage not in passages:
        return Finding.FABRICATED, "there is no such passage"
    if not quote:
        return Finding.UNUSABLE, "no quotation"
    standing = {name: _distortion(quote, text) for name, text in passages.items()}
    verbatim = [name for name, distortion in standing.items() if distortion == ""]
    if not verbatim:
        return _not_verbatim(quote, passages, next((d for d in standing.values() if d), ""))
    if not QUOTE_WORDS[0] <= len(quote.split()) <= QUOTE_WORDS[1]:
        return Finding.UNUSABLE, f"a quotation has {QUOTE_WORDS[0]} to {QUOTE_WORDS[1]} words"
    if passage not in verbatim:
        return Finding.MISPLACED, f"the words stand in {verbatim[0]}"
    return Finding.CONTEXT, "verbatim"


def _not_verbatim(quote: str, passages: dict[str, str], distortion: str) -> tuple[Finding, str]:
    if distortion:
        return Finding.ALTERED, distortion
    words = set(quote.lower().split())
    likeness, name = max((len(words & set(text.lower().split())) / len(words), name) for name, text in passages.items())
    if likeness >= _NEARLY:
        return Finding.ALTERED, f"not the words of {name}"
    return Finding.FABRICATED, "stands nowhere in the document"


def _distortion(quote: str, text: str) -> str | None:
    """Say how a quotation distorts a passage in which it stands ("" if it does not); None if it does not stand there.

    Only the case of its first letter may differ. Parts around an ellipsis stand in order, and what they leave out or
    follow on directly is no negation, exception, figure or end of a sentence.
    """
    parts = [part for each in quote.split("...") if (part := _trimmed(each))]
    found = [_distortion_from(first, parts[1:], text) for first in _literal(parts[0], any_case=True).finditer(text)]
    standing = [distortion for distortion in found if distortion is not None]
    return min(standing, default=None)  # "" comes first: the words stand somewhere as they are


def _distortion_from(first: re.Match[str], rest: list[str], text: str) -> str | None:
    distortion = "begins right after a negation" if _ENDS_IN_DENIAL.search(text[: first.start()]) else ""
    end = first.end()
    for part in rest:
        found = _literal(part).search(text, end)
        if found is None:
            return None
        if _NOT_TO_BE_CUT.search(text[end : found.start()]):
            distortion = "the ellipsis leaves out a negation, an exception, a figure or the end of a sentence"
        end = found.end()
    return distortion


def _literal(words: str, *, any_case: bool = False) -> re.Pattern[str]:
    head = f"(?i:{re.escape(words[:1])})" if any_case else re.escape(words[:1])
    return re.compile(rf"(?<![\w-])(?<!\d[.,]){head}{re.escape(words[1:])}(?!\w)(?![.,]?\d)")


def _bears_on(citation: _Citation, source: Source) -> bool:
    if citation.finding is not Finding.CONTEXT or citation.passage not in source.passages:
        return False
    return not source.words or any(compiled(word).search(citation.quote) for word in source.words)


def _supports_all(block: _Block, statement: _Statement, fact: Fact) -> bool:
    citations = block.citations if len(fact.sources) > 1 else statement.citations
    return all(any(_bears_on(citation, source) for citation in citations) for source in fact.sources)


def _is_about(block: _Block, statement: _Statement, fact: Fact) -> bool:
    if len(fact.sources) > 1:
        return any(_states(block, each, fact) for each in block.statements)
    return _states(block, statement, fact)


# What prose says

#: Words that deny nothing: they set a limit.
_LIMIT = re.compile(
    r"\b(?:not|no|never) (?:\w{1,12} ){0,3}?"
    r"(?:exceed\w{0,3}|more|less|later|longer|larger|greater|bigger|fewer|earlier|higher|lower|heavier|above|over|beyond)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"\b(?:do|does|did|would) not (?:apply|hold|concern|matter)|\b(?:is|are|was|were) (?:not|wrong|incorrect|false)\b",
    re.IGNORECASE,
)
#: How far around a match its sentence is looked for.
_REACH = 300
_END = re.compile(r"[.!?](?=\s|$)")
_CLAUSE_END = re.compile(r"[,;:()]|\s-\s|\b(?:but|and|while|whereas|though|although)\b", re.IGNORECASE)
#: Directly before a fact only: "could not log in for 38 minutes" states the 38 minutes. What a question needs beyond
#: this, such as "are not kept for 45 days", it forbids.
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|nor|unlike|rather than|instead of) (?:the |at |for )?"
    r"|\b(?:not true|untrue|false|incorrect|wrong|not the case) that\b[^.;]{0,80})$",
    re.IGNORECASE,
)
_HEDGED_BEFORE = re.compile(
    r"(?:\d(?: \w{1,12})?(?:,? or |\s?/\s?)|\bbetween (?:\w{1,12} ){0,2}?\d[^.;]{0,20} and )$", re.IGNORECASE
)
_HEDGED_AFTER = re.compile(r"(?:,? \(?or |\s?/\s?)(?:(?:maybe|perhaps|possibly|even) )?\d", re.IGNORECASE)
_TEXT = r"\b(?:document|text|passages?|material|source|excerpt)"
_SILENCE = re.compile(
    r"(?:\b(?:does|do|did) not|\bnever|\bnowhere) (?:\w{1,20} ){0,2}?"
    r"(?:say|state|specif|mention|give|tell|disclose|address|indicate|record|describe|explain|report|answer)"
    rf"|{_TEXT} (?:does|do) not (?:\w{{1,20}} )?"
    r"(?:contain|include|list|name|cover|set|provide|define|identify)\b"
    rf"|{_TEXT} (?:contains?|includes?|provides?|names?|offers?|sets?|defines?) (?:no|nothing)\b"
    r"|\b(?:says?|gives?|states?|specif(?:y|ies)|mentions?) (?:no|nothing)\b"
    r"|\bnot (?:\w{1,20} ){0,2}?"
    r"(?:stated|specified|mentioned|given|disclosed|recorded|addressed|defined|described|documented)\b"
    r"|\bno (?:\w{1,20} ){0,5}?(?:is|are|was) (?:\w{1,20} )?(?:given|stated|specified|mentioned|recorded|named)\b"
    r"|\bno (?:information|mention|statement|indication|details?|figure)\b|\bsilent\b|\bun(?:specifi|stat)ed\b"
    r"|\b(?:can not|not possible to|unable to) (?:be )?"
    r"(?:determine|answer|deriv|infer|establish|tell|say)",
    re.IGNORECASE,
)


def _states(block: _Block, statement: _Statement, fact: Fact) -> bool:
    """Whether the statement asserts the fact: not denied, not one of several figures, not a question."""
    return any(
        _is_asserted(block.prose, match)
        for pattern in fact.stated
        for match in compiled(pattern).finditer(block.prose, statement.start, statement.end)
    )


def _is_asserted(prose: str, match: re.Match[str]) -> bool:
    before, after = _sentence(prose, match)
    hedged = _HEDGED_BEFORE.search(before) or _HEDGED_AFTER.match(after)
    return not (hedged or _DENIED.search(before) or _asks(prose, match, after))


def _asks(prose: str, match: re.Match[str], after: str) -> bool:
    return prose.startswith("?", match.end() + len(after))


def _sentence(prose: str, match: re.Match[str]) -> tuple[str, str]:
    """Give what stands before and after a match in its sentence, without the sign that ends it."""
    before = _END.split(prose[max(0, match.start() - _REACH) : match.start()])[-1]
    after = _END.split(prose[match.end() : match.end() + _REACH], maxsplit=1)[0]
    return before, after


def _is_silent_on(prose: str, fact: Fact) -> bool:
    """Whether a sentence says that the document does not say it; the sentence before may name the subject."""
    for silence in _SILENCE.finditer(prose):
        before, after = _sentence(prose, silence)
        start = silence.start() - len(before)
        previous = _END.split(prose[max(0, start - _REACH) : start].rstrip(" .!?"))[-1]
        if any(compiled(subject).search(f"{previous}. {before}{silence[0]}{after}") for subject in fact.stated):
            return True
    return False


def _said(prose: str, forbidden: Forbidden) -> str:
    """Give the sentence of a block that says what is forbidden, or nothing."""
    for pattern in forbidden.said:
        for match in compiled(pattern).finditer(prose):
            before, after = _sentence(prose, match)
            sentence = f"{before}{match[0]}{after}".strip()
            harmless = _asks(prose, match, after) or any(compiled(owner).search(sentence) for owner in forbidden.unless)
            upto = f"{_CLAUSE_END.split(before)[-1]}{match[0]}"
            rest = _CLAUSE_END.split(after, maxsplit=1)[0]
            if not harmless and (_SILENCE.search(upto + rest) if forbidden.silent else _asserts(pattern, upto, rest)):
                return sentence
    return ""


def _asserts(pattern: str, upto: str, rest: str) -> bool:
    """Whether a clause asserts what it says up to the end of a match, and its rest does not take that back."""
    if _DENIAL.search(pattern):
        return True
    return not (_DENIAL.search(_LIMIT.sub(" ", upto)) or _TAKEN_BACK.search(rest))
