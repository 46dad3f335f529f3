"""Compare a citation with the document: do the words that it quotes stand in the passage that it names?

Only words are compared. Whether they are evidence for the statement beside them is for `citation_grading` to say.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from yzindex.grading.assertions import DENIAL
from yzindex.grading.citations import QUOTE_WORDS


class Finding(StrEnum):
    """What a citation is worth."""

    #: Verbatim, and evidence for a fact that its statement states.
    SUPPORTS = "supports"
    #: Verbatim, beside a statement of no required fact, or a passage that may be cited beside the evidence; and every
    #: verbatim citation before its place is judged.
    CONTEXT = "context"
    #: Without a quotation, or with one too short or too long to show anything; neither evidence nor an offence.
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


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A passage that a reply names, the words that it quotes from it, and what they are worth."""

    passage: str
    #: Plain, without punctuation at its ends; empty if there is none.
    quote: str
    finding: Finding
    detail: str

    @property
    def is_made_up(self) -> bool:
        return self.finding in {Finding.ALTERED, Finding.FABRICATED}


#: What an ellipsis may not hide: it changes what the rest says.
_NOT_TO_BE_CUT = re.compile(
    rf"{DENIAL.pattern}|\b(?:except|unless|only|excluding|until|but|or)\b|[0-9]|[.!?](?:\s|$)", re.IGNORECASE
)
_ENDS_IN_DENIAL = re.compile(r"(?:\b(?:not|no|never|nor|neither|cannot|without)|n't)\s+$", re.IGNORECASE)
#: This share of a quotation's words in one passage makes it an altered quotation, not a fabricated one.
_ALTERED_FROM = 0.6


def compare(passage: str, quote: str, passages: Mapping[str, str]) -> Citation:
    """Say whether a quotation stands where it says; `passages` are plain, with single spaces, by id.

    A verbatim one is `CONTEXT` here, wherever it stands in the reply.
    """
    quote = _trimmed(quote)
    finding, detail = _compared(passage, quote, passages)
    return Citation(passage=passage, quote=quote, finding=finding, detail=detail)


def _compared(passage: str, quote: str, passages: Mapping[str, str]) -> tuple[Finding, str]:
    if passage not in passages:
        return Finding.FABRICATED, "there is no such passage"
    if not quote:
        return Finding.UNUSABLE, "no quotation"
    distortions = {name: set(_distortions(quote, text)) for name, text in passages.items()}
    verbatim = [name for name, found in distortions.items() if "" in found]
    if not verbatim:
        distortion = next((min(found) for found in distortions.values() if found), "")
        return (Finding.ALTERED, distortion) if distortion else _other_words(quote, passages)
    if not QUOTE_WORDS[0] <= len(quote.split()) <= QUOTE_WORDS[1]:
        return Finding.UNUSABLE, f"a quotation has {QUOTE_WORDS[0]} to {QUOTE_WORDS[1]} words"
    if passage not in verbatim:
        return Finding.MISPLACED, f"the words stand in {verbatim[0]}"
    return Finding.CONTEXT, "verbatim"


def _other_words(quote: str, passages: Mapping[str, str]) -> tuple[Finding, str]:
    words = set(quote.lower().split())
    likeness, name = max((len(words & set(text.lower().split())) / len(words), name) for name, text in passages.items())
    if likeness >= _ALTERED_FROM:
        return Finding.ALTERED, f"not the words of {name}"
    return Finding.FABRICATED, "stands nowhere in the document"


def _distortions(quote: str, text: str) -> Iterator[str]:
    """Say of each place at which a quotation stands in a passage how it distorts it there, "" if it does not.

    Only the case of its first letter may differ. Parts around an ellipsis stand in order, and what they leave out or
    follow on directly is no negation, exception, figure or end of a sentence.
    """
    first, *rest = [part for each in quote.split("...") if (part := _trimmed(each))]
    for start in _literal(first, any_case=True).finditer(text):
        left_out = _left_out(rest, text, start.end())
        if left_out is None:
            continue
        if any(map(_NOT_TO_BE_CUT.search, left_out)):
            yield "the ellipsis leaves out a negation, an exception, a figure or the end of a sentence"
        elif _ENDS_IN_DENIAL.search(text[: start.start()]):
            yield "begins right after a negation"
        else:
            yield ""


def _left_out(parts: list[str], text: str, end: int) -> list[str] | None:
    """Give what stands before each of the parts that follow in order from a place; None if one does not follow."""
    left_out = []
    for part in parts:
        found = _literal(part).search(text, end)
        if found is None:
            return None
        left_out.append(text[end : found.start()])
        end = found.end()
    return left_out


def _trimmed(quote: str) -> str:
    return " ".join(quote.split()).strip(" .,;:!?'")


def _literal(words: str, *, any_case: bool = False) -> re.Pattern[str]:
    head = f"(?i:{re.escape(words[:1])})" if any_case else re.escape(words[:1])
    return re.compile(rf"(?<![\w-])(?<!\d[.,]){head}{re.escape(words[1:])}(?!\w)(?![.,]?\d)")
