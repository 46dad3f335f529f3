"""What English prose asserts: whether it states a fact, says what is forbidden, or says that the document is silent.

Patterns of denials, hedges, limits and questions, no grammar. A sentence is followed only so far, so the time is linear
in the length of the prose. Citations play no part: prose comes without them, contractions written out, as
`yzindex.grading.statements` gives it.
"""

import re

from yzindex.grading.citations import Fact, Forbidden, compiled

#: Words that deny or contradict, wherever they stand.
DENIAL = re.compile(
    r"\b(?:not|no|never|nor|neither|none|nothing|cannot|without|unlike)\b|n't\b|\brather than\b|\binstead of\b"
    r"|\bas opposed to\b|\bdiffers? from\b|\b(?:wrong|incorrect|untrue|false)\b",
    re.IGNORECASE,
)
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
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_CLAUSE_END = re.compile(r"[,;:()]|\s-\s|\b(?:but|and|while|whereas|though|although)\b", re.IGNORECASE)
#: Directly before a fact only: "could not log in for 38 minutes" states the 38 minutes. What a question needs beyond
#: this, such as "are not kept for 45 days", it forbids.
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|nor|unlike|rather than|instead of) (?:the |at |for )?"
    r"|\b(?:not true|untrue|false|incorrect|wrong|not the case) that\b[^.;]{0,80})$",
    re.IGNORECASE,
)
_HEDGED_BEFORE = re.compile(
    r"(?:\d(?: \w{1,12})?(?:,? or |\s?/\s?)|\bbetween (?:\w{1,12} ){0,2}?\d[^.;]{0,20} and )$", re.IGNORECASE
)
_HEDGED_AFTER = re.compile(r"(?:,? \(?or |\s?/\s?)(?:(?:maybe|perhaps|possibly|even) )?\d", re.IGNORECASE)
_DOCUMENT = r"\b(?:document|text|passages?|material|source|excerpt)"
_SILENCE = re.compile(
    r"(?:\b(?:does|do|did) not|\bnever|\bnowhere) (?:\w{1,20} ){0,2}?"
    r"(?:say|state|specif|mention|give|tell|disclose|address|indicate|record|describe|explain|report|answer)"
    rf"|{_DOCUMENT} (?:does|do) not (?:\w{{1,20}} )?"
    r"(?:contain|include|list|name|cover|set|provide|define|identify)\b"
    rf"|{_DOCUMENT} (?:contains?|includes?|provides?|names?|offers?|sets?|defines?) (?:no|nothing)\b"
    r"|\b(?:says?|gives?|states?|specif(?:y|ies)|mentions?) (?:no|nothing)\b"
    r"|\bnot (?:\w{1,20} ){0,2}?"
    r"(?:stated|specified|mentioned|given|disclosed|recorded|addressed|defined|described|documented)\b"
    r"|\bno (?:\w{1,20} ){0,5}?(?:is|are|was) (?:\w{1,20} )?(?:given|stated|specified|mentioned|recorded|named)\b"
    r"|\bno (?:information|mention|statement|indication|details?|figure)\b|\bsilent\b|\bun(?:specifi|stat)ed\b"
    r"|\b(?:can not|not possible to|unable to) (?:be )?"
    r"(?:determine|answer|deriv|infer|establish|tell|say)",
    re.IGNORECASE,
)


def states(prose: str, fact: Fact, start: int, end: int) -> bool:
    """Say whether prose asserts the fact between two places: not denied, not one of several figures, not a question."""
    return any(
        _is_asserted(prose, match) for pattern in fact.stated for match in compiled(pattern).finditer(prose, start, end)
    )


def is_silent_on(prose: str, fact: Fact) -> bool:
    """Say whether a sentence says that the document does not say it; the sentence before may name the subject."""
    for silence in _SILENCE.finditer(prose):
        before, after = _rest_of_sentence(prose, silence)
        start = silence.start() - len(before)
        previous = _SENTENCE_END.split(prose[max(0, start - _REACH) : start].rstrip(" .!?"))[-1]
        if any(compiled(subject).search(f"{previous}. {before}{silence[0]}{after}") for subject in fact.stated):
            return True
    return False


def forbidden_sentence(prose: str, forbidden: Forbidden) -> str:
    """Give the first sentence that says what is forbidden, or nothing."""
    for pattern in forbidden.said:
        for match in compiled(pattern).finditer(prose):
            before, after = _rest_of_sentence(prose, match)
            sentence = f"{before}{match[0]}{after}".strip()
            if _asks(prose, match, after) or any(compiled(owner).search(sentence) for owner in forbidden.unless):
                continue
            up_to_end = f"{_CLAUSE_END.split(before)[-1]}{match[0]}"
            rest = _CLAUSE_END.split(after, maxsplit=1)[0]
            if _SILENCE.search(up_to_end + rest) if forbidden.silent else _clause_asserts(pattern, up_to_end, rest):
                return sentence
    return ""


def _rest_of_sentence(prose: str, match: re.Match[str]) -> tuple[str, str]:
    """Give what stands before and after a match in its sentence, without the sign that ends it."""
    before = _SENTENCE_END.split(prose[max(0, match.start() - _REACH) : match.start()])[-1]
    after = _SENTENCE_END.split(prose[match.end() : match.end() + _REACH], maxsplit=1)[0]
    return before, after


def _is_asserted(prose: str, match: re.Match[str]) -> bool:
    before, after = _rest_of_sentence(prose, match)
    hedged = _HEDGED_BEFORE.search(before) or _HEDGED_AFTER.match(after)
    return not (hedged or _DENIED_BEFORE.search(before) or _asks(prose, match, after))


def _asks(prose: str, match: re.Match[str], after: str) -> bool:
    return prose.startswith("?", match.end() + len(after))


def _clause_asserts(pattern: str, up_to_end: str, rest: str) -> bool:
    """Say whether a clause asserts what it says up to the end of a match, and its rest does not take that back."""
    if DENIAL.search(pattern):
        return True
    return not (DENIAL.search(_LIMIT.sub(" ", up_to_end)) or _TAKEN_BACK.search(rest))
