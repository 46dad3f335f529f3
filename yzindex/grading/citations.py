"""Specification of the citation grader: a document in passages, what a right answer states, what it must not state.

How a reply is read and scored is in `yzindex.grading.citation_grading`.
"""

import re
from functools import lru_cache
from typing import Annotated, Literal, Self
from unicodedata import category

from pydantic import AfterValidator, Field, model_validator

from yzindex.grading.spec import Spec

#: Words in a quotation: fewer prove nothing, more are a copy of the passage.
QUOTE_WORDS = (3, 50)

_UNBOUNDED = re.compile(r"(?<!\\)[.)\]](?:[*+]|\{\d+,\})")


_ALIKE = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("‐‑‒–−", "-"),
    **dict.fromkeys("—―", " - "),
    "…": "...",
    "²": "2",
    "³": "3",
}
_PLAIN = str.maketrans(_ALIKE)


def plain(text: str) -> str:
    """Give text with straight quotes, hyphens for dashes, three dots for ellipses and no invisible characters.

    Accents are left as they are: bringing them to one form takes quadratic time on hostile text.
    """
    seen = "".join(c for c in text if c in "\n\t" or category(c) not in {"Cc", "Cf", "Cs"})
    return seen.translate(_PLAIN).replace("[...]", "...").replace("(...)", "...").replace('\\"', '"')


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a question's pattern so that it matches whole words and whole figures only, whatever their case.

    >>> compiled("45 days").search("after 145 days or 1.45 days") is None
    True
    """
    return re.compile(rf"(?<![\w-])(?<!\d[.,])(?:{pattern})(?!\w)(?![.,]?\d)", re.IGNORECASE)


def _bounded(pattern: str) -> str:
    if _UNBOUNDED.search(pattern):
        raise ValueError(f"repeats without a bound; write for instance '[^.;]{{0,60}}' in {pattern!r}")
    try:
        compiled(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


#: A regular expression, matched on `plain` text with single spaces and without markdown; contractions are written out
#: ("is not", "can not"). A pattern names every form of a figure or word: `1[,. ]?200`, `three|3`, `refund(?:s|ed)?`.
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_bounded)]


class Passage(Spec):
    """A numbered piece of the document. It holds none of the characters that end a citation or mark up text."""

    id: str = Field(pattern=r"^P[1-9][0-9]?$")
    text: str = Field(min_length=1, max_length=1500, pattern=r'^[^"“”\[\]*`]+$')


class Source(Spec):
    """Evidence for a fact: a quotation from one of `passages` that holds one of `words` (any quotation if none)."""

    passages: tuple[str, ...] = Field(min_length=1)
    words: tuple[Pattern, ...] = ()


class Fact(Spec):
    """Something that a right answer states, and the evidence that it must cite for it."""

    name: str
    #: Any of these in a statement states the fact; of a `silent` fact: the subject that the document is silent on.
    stated: tuple[Pattern, ...] = Field(min_length=1)
    #: The fact is that the document does not say it; no citation is needed then.
    silent: bool = False
    #: Every source must be cited: two for a conclusion drawn from two places.
    sources: tuple[Source, ...] = ()
    #: Passages that may be cited beside the sources; they support nothing by themselves.
    also: tuple[str, ...] = ()

    @property
    def passages(self) -> frozenset[str]:
        """All passages that may be cited for the fact."""
        return frozenset(self.also).union(*(source.passages for source in self.sources))

    @model_validator(mode="after")
    def _has_evidence(self) -> Self:
        if self.silent == bool(self.sources):
            raise ValueError(f"fact {self.name!r}: a fact needs sources, and only a silent one has none")
        return self


class Forbidden(Spec):
    """Something that the answer must not state.

    Denying it ("not 30 days") is allowed; a pattern that itself contains a denial is taken as it stands.
    """

    name: str
    said: tuple[Pattern, ...] = Field(min_length=1)
    #: Harmless where one of these stands in the same sentence: the thing to which a figure really belongs.
    unless: tuple[Pattern, ...] = ()
    #: Forbidden is to say that the document does not say it.
    silent: bool = False


class Citations(Spec):
    """Answer from a document, and close every statement with a quotation of the passage that supports it."""

    type: Literal["citations"] = "citations"
    passages: tuple[Passage, ...] = Field(min_length=2, max_length=30)
    #: At most five: one misplaced citation then always costs more than half of the score.
    facts: tuple[Fact, ...] = Field(min_length=1, max_length=5)
    forbidden: tuple[Forbidden, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        texts = {passage.id: plain(passage.text) for passage in self.passages}
        if len(texts) < len(self.passages):
            raise ValueError("two passages have the same id")
        if len({fact.name for fact in self.facts}) < len(self.facts):
            raise ValueError("two facts have the same name")
        for fact in self.facts:
            if unknown := fact.passages - texts.keys():
                raise ValueError(f"fact {fact.name!r} names passages that do not exist: {sorted(unknown)}")
            for source in fact.sources:
                _check_words_stand_in(source, texts)
        return self

    def instructions(self) -> str:
        document = "\n\n".join(f"{passage.id}. {passage.text}" for passage in self.passages)
        return f"Document (passages {self.passages[0].id} to {self.passages[-1].id}):\n\n{document}\n\n{_FORM}"


def _check_words_stand_in(source: Source, texts: dict[str, str]) -> None:
    if source.words and not all(any(compiled(w).search(texts[p]) for w in source.words) for p in source.passages):
        raise ValueError(f"a passage of {source.passages} holds none of {source.words}")


_FORM = f"""\
How to answer: from this document alone, in plain text without code blocks. Close every statement with the passage it
rests on and a quotation from that passage, in exactly this form:

The deposit is paid back within ten days [P7: "returns the deposit within ten days"].

- Copy the quotation word for word from one passage, {QUOTE_WORDS[0]} to {QUOTE_WORDS[1]} words. An ellipsis (...) may
  stand for words left out inside one sentence, but never for a negation, an exception or a figure.
- State figures and conclusions in your own sentence too; a quotation alone states nothing.
- A conclusion drawn from several passages cites each of them: [P1: "..."] [P4: "..."].
- What the document does not give: write "The document does not say" and what it does not say. This needs no citation.
- Say only what is asked, and give one answer, not alternatives.
- Quotations that are made up, altered or taken from another passage than the one named cost points, and so do
  statements that the document does not support."""
