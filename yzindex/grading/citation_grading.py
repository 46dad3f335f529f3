"""Grade a reply that must keep to a document and cite it. Deterministic, and linear in the length of the reply.

The reply is read as paragraphs (a list item is one too), and a paragraph as statements, each closed by its citations. A
citation that is made up is counted and then left out. The score is

    100 × (mean over the facts: 0.4 if stated, 1 if stated and supported) − the cost of each offence, at least 0

A fact is supported if a statement of it cites every source it needs; sources of a conclusion from several places may
stand anywhere in its paragraph. Offences and their costs: a fabricated or altered quotation 60, a forbidden statement
60, a misplaced citation 40, a superfluous one 20. So a reply with anything made up stays at 40 or below, one with a
misplaced citation for a fact below 50, and right facts without citations get 40. An unusable citation is neither
evidence nor an offence: it is listed and fails nothing. So a reply passes exactly when nothing that is listed failed.

Here is only what things are worth. How a reply is taken apart is in `statements`, what its prose asserts in
`assertions`, how a quotation is compared with the document in `quotations`.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from yzindex.grading.assertions import forbidden_sentence, is_silent_on, states
from yzindex.grading.citations import Citations, Fact, Forbidden, Source, compiled, plain
from yzindex.grading.grade import FULL_SCORE, CaseGrade, Grade, Verdict, zero
from yzindex.grading.quotations import Citation, Finding
from yzindex.grading.replies import grade_blank
from yzindex.grading.statements import (
    Paragraph,
    Statement,
    count_citations,
    paragraph_texts,
    read_statements,
    visible_lines,
)
from yzindex.scoring.formulas import exact

#: Ten times what an answer needs; a longer reply, or one with more citations, is a copy of the document.
MAX_CHARACTERS = 20_000
MAX_CITATIONS = 40
#: More citations of passages that bear on nothing asked are no context: the document is being copied.
MAX_UNRELATED = 2

_STATED_SHARE = Fraction(2, 5)
_FORBIDDEN_COST = 60
_COSTS = {Finding.SUPERFLUOUS: 20, Finding.MISPLACED: 40, Finding.ALTERED: 60, Finding.FABRICATED: 60}


def grade_citations(spec: Citations, reply: str, *, strict: bool) -> Grade:
    """Grade a reply: a case per required fact, per citation and per forbidden statement; `strict` is all or nothing."""
    if blank := grade_blank(reply):
        return blank
    lines = visible_lines(reply)
    if sum(map(len, lines)) > MAX_CHARACTERS:
        return zero(Verdict.BROKE_FORMAT, f"the reply is longer than {MAX_CHARACTERS} characters")
    texts = paragraph_texts(lines)
    if sum(map(count_citations, texts)) > MAX_CITATIONS:
        return zero(Verdict.BROKE_FORMAT, f"the reply has more than {MAX_CITATIONS} citations")
    return _grade_texts(spec, texts, strict=strict)


def _grade_texts(spec: Citations, texts: list[str], *, strict: bool) -> Grade:
    reading = read_statements(texts, {passage.id: " ".join(plain(passage.text).split()) for passage in spec.passages})
    shares = [(fact, _share(fact, reading.paragraphs)) for fact in spec.facts]
    supported = {fact.name for fact, share in shares if share == 1}
    judged = _judge_citations(spec, reading.paragraphs, supported)
    citations = [*reading.made_up, *_charge_copying(judged, spec)]
    said = [(forbidden, _where_said(forbidden, reading.paragraphs)) for forbidden in spec.forbidden]
    points = 100 * Fraction(sum(share for _, share in shares), len(shares))
    costs = [(citation.finding.value, _COSTS[citation.finding]) for citation in citations if citation.finding in _COSTS]
    costs += [("forbidden statement", _FORBIDDEN_COST) for _, where in said if where]
    cases = (
        *(_fact_case(fact, share) for fact, share in shares),
        *(_citation_case(citation) for citation in citations),
        *(_forbidden_case(forbidden, where) for forbidden, where in said),
    )
    return _total(points, costs, cases, strict=strict)


# Facts


def _share(fact: Fact, paragraphs: Sequence[Paragraph]) -> Fraction:
    """Give what a fact earns: all if it is supported, a part if it is only stated."""
    if fact.silent:
        return Fraction(1 if any(is_silent_on(paragraph.prose, fact) for paragraph in paragraphs) else 0)
    stating = [
        (paragraph, each)
        for paragraph in paragraphs
        for each in paragraph.statements
        if _is_stated(fact, paragraph, each)
    ]
    if any(_is_supported(fact, paragraph, statement) for paragraph, statement in stating):
        return Fraction(1)
    return _STATED_SHARE if stating else Fraction(0)


def _is_stated(fact: Fact, paragraph: Paragraph, statement: Statement) -> bool:
    return states(paragraph.prose, fact, statement.start, statement.end)


def _is_supported(fact: Fact, paragraph: Paragraph, statement: Statement) -> bool:
    """Say whether a statement of a fact cites every source; several may be cited anywhere in its paragraph."""
    citations = paragraph.citations if len(fact.sources) > 1 else statement.citations
    return all(any(_is_evidence(citation, source) for citation in citations) for source in fact.sources)


def _is_evidence(citation: Citation, source: Source) -> bool:
    if citation.finding is not Finding.CONTEXT or citation.passage not in source.passages:
        return False
    return not source.words or any(compiled(word).search(citation.quote) for word in source.words)


# Citations


def _judge_citations(spec: Citations, paragraphs: Sequence[Paragraph], supported: set[str]) -> list[Citation]:
    """Say what each citation is worth where it stands."""
    judged: list[Citation] = []
    for paragraph in paragraphs:
        for statement in paragraph.statements:
            facts = [fact for fact in spec.facts if _is_about(fact, paragraph, statement)]
            judged += [_judge(citation, facts, supported) for citation in statement.citations]
    return judged


def _is_about(fact: Fact, paragraph: Paragraph, statement: Statement) -> bool:
    """Say whether a citation of the statement may be evidence for a fact: the fact is stated there."""
    if fact.silent:
        return False
    near = paragraph.statements if len(fact.sources) > 1 else (statement,)
    return any(_is_stated(fact, paragraph, each) for each in near)


def _judge(citation: Citation, facts: list[Fact], supported: set[str]) -> Citation:
    """Say what a citation is worth beside a statement about these facts; only a verbatim one can change."""
    if citation.finding is not Finding.CONTEXT:
        return citation
    if any(_is_evidence(citation, source) for fact in facts for source in fact.sources):
        return replace(citation, finding=Finding.SUPPORTS, detail="evidence for what is stated")
    if not facts or any(citation.passage in fact.passages for fact in facts):
        return citation
    if all(fact.name in supported for fact in facts):
        return replace(citation, finding=Finding.SUPERFLUOUS, detail=f"does not bear on {facts[0].name}")
    return replace(citation, finding=Finding.MISPLACED, detail=f"does not support {facts[0].name}")


def _charge_copying(citations: list[Citation], spec: Citations) -> list[Citation]:
    """Make context superfluous where too much of it is from passages that bear on nothing asked."""
    asked = frozenset[str]().union(*(fact.passages for fact in spec.facts))
    unrelated = [each.finding is Finding.CONTEXT and each.passage not in asked for each in citations]
    if sum(unrelated) <= MAX_UNRELATED:
        return citations
    return [
        replace(citation, finding=Finding.SUPERFLUOUS, detail="bears on nothing that was asked") if copied else citation
        for citation, copied in zip(citations, unrelated, strict=True)
    ]


# Forbidden statements


def _where_said(forbidden: Forbidden, paragraphs: Sequence[Paragraph]) -> str:
    """Give the first sentence that says what is forbidden, or nothing."""
    return next((said for paragraph in paragraphs if (said := forbidden_sentence(paragraph.prose, forbidden))), "")


# Scores and cases


def _total(points: Fraction, costs: list[tuple[str, int]], cases: tuple[CaseGrade, ...], *, strict: bool) -> Grade:
    score = exact(max(Fraction(0), points - sum(cost for _, cost in costs)))
    if score == FULL_SCORE:
        return Grade(score=score, verdict=Verdict.PASSED, cases=cases)
    failed = {case.verdict for case in cases if not case.passed}
    reason = " ".join([f"{float(points):.2f} for the facts", *(f"− {cost} ({name})" for name, cost in costs)])
    return Grade(
        score=exact(0) if strict else score,
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


def _citation_case(citation: Citation) -> CaseGrade:
    holds = citation.finding not in _COSTS
    excerpt = f'{citation.passage}: "{_short(citation.quote)}"' if citation.quote else citation.passage
    return CaseGrade(
        name=f"citation {excerpt}",
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
