"""Grading citations: what counts as stated, as cited and as made up, and what cannot be gained by tricks."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from yzindex.grading.citation_grading import MAX_CHARACTERS, MAX_CITATIONS, grade_citations
from yzindex.grading.citations import Citations, Fact, Forbidden, Passage, Source, plain
from yzindex.grading.grade import Verdict
from yzindex.grading.quotations import Finding
from yzindex.scoring.formulas import exact

SPEC = Citations(
    passages=(
        Passage(
            id="P1", text="Access logs are kept for 45 days and are then deleted. Debug logs are kept for 30 days."
        ),
        Passage(
            id="P2", text="An export may not be opened on site; it must be encrypted, except for tests, at all times."
        ),
        Passage(id="P3", text="A restore of the archive costs 40 euros, and express service adds 12 euros to that."),
        Passage(
            id="P4", text="The archive is kept in two places, and its staff may be reached at night - by telephone."
        ),
        Passage(id="P5", text="A quarter of the storage is reserved; the remaining part is shared between all teams."),
        Passage(
            id="P6", text="Teams report their use once a quarter, and the report goes to the head of the platform."
        ),
        Passage(id="P7", text="Questions are answered on working days between 08:00 and 16:00 by the platform team."),
    ),
    facts=(
        Fact(name="45 days", stated=("45[ -]days?",), sources=(Source(passages=("P1",), words=("45 days",)),)),
        Fact(
            name="not on site",
            stated=(r"not (?:be )?opened on site",),
            sources=(Source(passages=("P2",), words=("not be opened",)),),
            also=("P4",),
        ),
    ),
    forbidden=(
        Forbidden(name="another period", said=(r"(?!45\b)\d{1,3} days",), unless=("debug",)),
        Forbidden(name="opened on site", said=(r"may be opened on site",)),
    ),
)
DERIVED = Citations(
    passages=SPEC.passages,
    facts=(
        Fact(
            name="52 euros",
            stated=("52 euros",),
            sources=(Source(passages=("P3",), words=("40 euros",)), Source(passages=("P3",), words=("12 euros",))),
        ),
    ),
)
SILENT = Citations(
    passages=SPEC.passages,
    facts=(
        SPEC.facts[0],
        Fact(name="no word on colour", stated=("colou?rs?",), silent=True),
    ),
    forbidden=(Forbidden(name="silent on access logs", said=("access logs",), silent=True),),
)

DAYS = 'Access logs are kept for 45 days [P1: "Access logs are kept for 45 days"].'
SITE = 'An export may not be opened on site [P2: "An export may not be opened on site"].'
RIGHT = f"{DAYS}\n{SITE}"


def score(reply: str, spec: Citations = SPEC) -> Decimal:
    return grade_citations(spec, reply, strict=False).score


def findings(reply: str, spec: Citations = SPEC) -> list[str]:
    cases = grade_citations(spec, reply, strict=False).cases
    return [case.detail.split(":")[0] for case in cases if case.name.startswith("citation ")]


def points(facts: str, cost: int = 0) -> Decimal:
    """The score of two facts, each worth 0, 2/5 or 1, less a cost: `points("1 2/5", 40)`."""
    return exact(max(Fraction(0), 50 * sum(Fraction(each) for each in facts.split()) - cost))


# The whole


def test_all_facts_stated_and_cited_score_full_and_pass() -> None:
    grade = grade_citations(SPEC, RIGHT, strict=True)

    assert (grade.score, grade.verdict) == (Decimal(100), Verdict.PASSED)
    assert [case.passed for case in grade.cases] == [True] * 6


def test_the_log_names_every_fact_citation_and_forbidden_statement_and_the_arithmetic() -> None:
    grade = grade_citations(SPEC, f'{DAYS} It may be opened on site [P9: "opened on site"].', strict=False)

    assert [(case.name, case.passed) for case in grade.cases] == [
        ("fact: 45 days", True),
        ("fact: not on site", False),
        ('citation P9: "opened on site"', False),
        ('citation P1: "Access logs are kept for 45 days"', True),
        ("must not say: another period", True),
        ("must not say: opened on site", False),
    ]
    assert grade.reason == "50.00 for the facts − 60 (fabricated) − 60 (forbidden statement)"


def test_a_strict_question_scores_nothing_below_full() -> None:
    assert grade_citations(SPEC, DAYS, strict=False).score == points("1 0")
    assert grade_citations(SPEC, DAYS, strict=True).score == 0


@pytest.mark.parametrize("blank", ["", " \n\t", "\u200b\u2060"])
def test_a_blank_reply_is_empty(blank: str) -> None:
    assert grade_citations(SPEC, blank, strict=False).verdict is Verdict.EMPTY


def test_a_refusal_scores_nothing_by_its_missing_facts() -> None:
    grade = grade_citations(SPEC, "I am sorry, but I cannot help with that.", strict=False)

    assert (grade.score, grade.verdict) == (Decimal(0), Verdict.WRONG_ANSWER)


def test_only_citation_faults_are_called_miscited() -> None:
    assert grade_citations(SPEC, RIGHT.replace("[P1", "[P2"), strict=False).verdict is Verdict.MISCITED
    assert grade_citations(SPEC, SITE, strict=False).verdict is Verdict.WRONG_ANSWER


# Citations


@pytest.mark.parametrize(
    ("citation", "finding", "total"),
    [
        ('[P1: "Access logs are kept for 45 days"]', Finding.SUPPORTS, points("1 1")),
        ('[P1: "kept for 45 days"]', Finding.SUPPORTS, points("1 1")),
        ('[P1: "Kept  for\n45 days."]', Finding.SUPPORTS, points("1 1")),
        ("[ p1, “access logs are kept for 45 days” ]", Finding.SUPPORTS, points("1 1")),
        ('[P1: "Access logs ... kept for 45 days"]', Finding.SUPPORTS, points("1 1")),
        ('[P1: "Access logs […] kept for 45 days"]', Finding.SUPPORTS, points("1 1")),
        ('[P1: **"kept for 45 days"**]', Finding.SUPPORTS, points("1 1")),
        ('[P1: "Debug logs are kept for 30 days"]', Finding.CONTEXT, points("2/5 1")),
        ("[P1]", Finding.UNUSABLE, points("2/5 1")),
        ('[P1: "45 days"]', Finding.UNUSABLE, points("2/5 1")),
        ('[P4: "The archive is kept in two places"]', Finding.MISPLACED, points("2/5 1", 40)),
        ('[P2: "Access logs are kept for 45 days"]', Finding.MISPLACED, points("2/5 1", 40)),
        ('[P1: "Access logs are kept for 54 days"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "Access logs are then kept for 45 days"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "logs Access are kept for 45 days"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "Access LOGS are kept for 45 days"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "Access logs are kept for ... 30 days"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "kept for 45 days ... Access logs"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "kept for 4"]', Finding.ALTERED, points("2/5 1", 60)),
        ('[P1: "nobody ever looks at them again"]', Finding.FABRICATED, points("2/5 1", 60)),
        ('[P99: "Access logs are kept for 45 days"]', Finding.FABRICATED, points("2/5 1", 60)),
        ("[P99]", Finding.FABRICATED, points("2/5 1", 60)),
    ],
)
def test_what_a_citation_is_worth(citation: str, finding: Finding, total: Decimal) -> None:
    reply = f"{SITE}\nAccess logs are kept for 45 days {citation}."

    assert sorted(findings(reply)) == sorted([Finding.SUPPORTS, finding])
    assert score(reply) == total


@pytest.mark.parametrize(
    ("citation", "finding"),
    [
        ('[P2: "An export may ... be opened on site"]', Finding.ALTERED),
        ('[P2: "be opened on site"]', Finding.ALTERED),
        ('[P2: "An export may be opened on site"]', Finding.ALTERED),
        ('[P2: "it must be encrypted ... at all times"]', Finding.ALTERED),
        ('[P2: "An export may not ... on site"]', Finding.CONTEXT),
        ('[P2: "may not be opened on site"]', Finding.SUPPORTS),
    ],
)
def test_a_negation_or_exception_cannot_be_cut_out_of_a_quotation(citation: str, finding: Finding) -> None:
    assert findings(f"An export may not be opened on site {citation}.") == [finding]


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_dashes_are_the_same_in_whatever_length_they_are_typed(dash: str) -> None:
    assert findings(f'Night service exists [P4: "reached at night {dash} by telephone"].') == [Finding.CONTEXT]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("unusable", ["[P1]", '[P1: "45 days"]'])
def test_a_citation_that_shows_nothing_is_listed_without_failing_a_reply_that_passes(
    unusable: str, strict: bool
) -> None:
    grade = grade_citations(SPEC, f"{RIGHT} {unusable}", strict=strict)

    assert (grade.score, grade.verdict) == (Decimal(100), Verdict.PASSED)
    assert [case.name for case in grade.cases if not case.passed] == []
    assert Finding.UNUSABLE in findings(f"{RIGHT} {unusable}")


def test_a_quotation_of_more_than_fifty_words_shows_nothing() -> None:
    long = " ".join(f"word{n}" for n in range(51))
    spec = SPEC.model_copy(update={"passages": (*SPEC.passages, Passage(id="P8", text=long))})

    assert findings(f'Some words [P8: "{long}"].', spec) == [Finding.UNUSABLE]


def test_a_passage_that_may_stand_beside_the_evidence_costs_nothing_and_another_costs_twenty() -> None:
    beside = SITE.replace("].", '] [P4: "The archive is kept in two places"].')
    unrelated = SITE.replace("].", '] [P6: "Teams report their use once a quarter"].')

    assert score(f"{DAYS}\n{beside}") == points("1 1")
    assert score(f"{DAYS}\n{unrelated}") == points("1 1", 20)


def test_two_citations_of_what_was_not_asked_are_context_and_three_are_copying() -> None:
    aside = [
        'A part is reserved [P5: "A quarter of the storage is reserved"].',
        'Teams report [P6: "Teams report their use once a quarter"].',
        'Questions are answered [P7: "Questions are answered on working days"].',
    ]

    assert score("\n".join([RIGHT, *aside[:2]])) == points("1 1")
    assert score("\n".join([RIGHT, *aside])) == points("1 1", 3 * 20)


def test_a_bracket_that_only_looks_like_a_passage_is_prose() -> None:
    assert findings("The [p95 latency] and the [P1 incident] are [1].") == []


# Statements and their citations


def test_a_citation_on_its_own_line_closes_the_statement_above() -> None:
    reply = 'Access logs are kept for 45 days.\n\n  [P1: "kept for 45 days"]\n\n' + SITE

    assert score(reply) == points("1 1")


def test_a_citation_does_not_reach_back_over_another_statement() -> None:
    reply = f'Access logs are kept for 45 days.\n\n{SITE} [P1: "kept for 45 days"]'

    assert score(reply) == points("2/5 1", 20)


def test_two_facts_in_one_sentence_share_its_citations() -> None:
    reply = (
        "Access logs are kept for 45 days and exports may not be opened on site "
        '[P1: "kept for 45 days"; P2: "may not be opened on site"].'
    )

    assert score(reply) == points("1 1")


def test_a_list_of_sources_at_the_end_supports_nothing_above_it() -> None:
    reply = (
        "Access logs are kept for 45 days.\n\nExports may not be opened on site.\n\nHere is where it stands:\n"
        '- Source: [P1: "kept for 45 days"]\n- Source: [P2: "may not be opened on site"]'
    )

    assert score(reply) < 50


@pytest.mark.parametrize(
    ("reply", "total"),
    [
        ('It costs 40 [P3: "costs 40 euros"] plus 12 [P3: "adds 12 euros"], so 52 euros.', 100),
        ('It costs 52 euros [P3: "costs 40 euros"] [P3: "adds 12 euros to that"].', 100),
        ('It costs 52 euros [P3: "costs 40 euros, and express service adds 12 euros"].', 100),
        ('It costs 52 euros [P3: "archive costs 40 euros"].', 40),
        ('It costs 40 [P3: "costs 40 euros"] plus 12 [P3: "adds 12 euros"].\n\nIn all 52 euros.', 40),
    ],
)
def test_a_conclusion_needs_all_its_sources_in_its_own_paragraph(reply: str, total: int) -> None:
    assert score(reply, DERIVED) == total


# What prose says


@pytest.mark.parametrize(
    "prose",
    [
        "Access logs are kept, but not for 45 days",
        "Access logs are kept for 30 days instead of 45 days",
        "It is not true that access logs are kept for 45 days",
        "Access logs are kept for 30 or 45 days",
        "Access logs are kept for 45 days or 30 days",
        "Access logs are kept for between 30 and 45 days",
        "Access logs are kept for 30/45 days",
        "Access logs are kept for 145 days",
        "Access logs are kept for 1.45 days",
        "Access logs are kept for -45 days",
        "Are access logs kept for 45 days?",
        "~~Access logs are kept for 45 days~~ See the policy",
        "<!-- Access logs are kept for 45 days --> See the policy",
    ],
)
def test_what_does_not_state_the_fact(prose: str) -> None:
    grade = grade_citations(SPEC, f'{prose} [P1: "kept for 45 days"].', strict=False)

    assert grade.cases[0].detail == "not stated"


@pytest.mark.parametrize(
    "prose",
    [
        "Access logs are kept for **45 days**",
        "The period is no longer than 45 days",
        "They can't be deleted for 45 days",
        "Logs (access): 45-day period",
        "They're kept for 45\u00a0days, not for 30 days",
        "Access logs: 45 days (30 days for debug logs)",
        "How long? For 45 days",
        "Nothing is archived, and after 45 days it is gone",
    ],
)
def test_what_states_the_fact(prose: str) -> None:
    assert score(f'{prose} [P1: "kept for 45 days"].\n{SITE}') == 100


@pytest.mark.parametrize(
    "prose",
    [
        "Access logs are kept for 30 days",
        "They must not be kept for more than 30 days",
        "Either 30 days or 45 days",
        "They are kept for 45 days. Perhaps for 60 days",
        "An export may be opened on site",
        "Not in the archive, but it may be opened on site",
    ],
)
def test_what_is_forbidden_costs_sixty_wherever_it_stands(prose: str) -> None:
    assert score(f"{RIGHT}\n\n{prose}.") == 40


@pytest.mark.parametrize(
    "prose",
    [
        "They are not kept for 30 days",
        "The period is 45 days rather than 30 days",
        "Debug logs are kept for 30 days",
        "30 days would not apply here",
        "Why not 30 days?",
        "It isn't so that it may be opened on site",
    ],
)
def test_denying_what_is_forbidden_is_allowed(prose: str) -> None:
    assert score(f"{RIGHT}\n\n{prose}") == 100


@pytest.mark.parametrize(
    "silence",
    [
        "The document does not say which colour it has.",
        "Its colour is not stated.",
        "What is its colour? The document doesn't say.",
        "The passages give no information on colours.",
        "The text is silent on the colour.",
        "The colour cannot be determined from the document.",
    ],
)
def test_saying_that_the_document_does_not_say_it_needs_no_citation(silence: str) -> None:
    assert score(f"{DAYS}\n{silence}", SILENT) == 100


@pytest.mark.parametrize(
    "silence", ["The document does not say it.", "The colour does not matter.", "It is not red.", "The colour is grey."]
)
def test_silence_counts_only_on_its_subject(silence: str) -> None:
    assert score(f"{DAYS}\n\n{silence}", SILENT) == 50


def test_claiming_silence_on_what_the_document_gives_is_an_offence() -> None:
    everything = (
        "The document does not say how long access logs are kept. The document does not say which colour it has."
    )

    assert score(everything, SILENT) == 0


# Tricks


@pytest.mark.parametrize(
    "reply",
    [
        '[P1: "Access logs are kept for 45 days"] [P2: "An export may not be opened on site"]',
        f"```\n{RIGHT}\n```",
        f"~~~text\n{RIGHT}",
        f"<!-- {RIGHT} -->",
        f"<think>{RIGHT}</think>I do not know.",
    ],
)
def test_what_is_hidden_or_only_quoted_states_nothing(reply: str) -> None:
    assert score(reply) == 0


def test_saying_a_thing_often_does_not_earn_it_twice() -> None:
    assert score(f"{DAYS}\n" * 5) == score(DAYS)


def test_an_overlong_reply_and_one_that_cites_everything_break_the_format() -> None:
    long = RIGHT + " word" * (MAX_CHARACTERS // 5)
    many = RIGHT * (MAX_CITATIONS // 2 + 1)

    assert [grade_citations(SPEC, reply, strict=False).verdict for reply in (long, many)] == [Verdict.BROKE_FORMAT] * 2


def test_citations_are_counted_however_few_brackets_hold_them() -> None:
    quote = 'P1: "Access logs are kept for 45 days"'
    most = "; ".join([quote] * (MAX_CITATIONS - 1))

    assert score(f"{SITE} Access logs are kept for 45 days [{most}].") == 100
    assert grade_citations(SPEC, f"{SITE} {DAYS} [{most}]", strict=False).verdict is Verdict.BROKE_FORMAT


# What holds for every reply

SENTENCES = st.sampled_from(
    [
        DAYS,
        SITE,
        "Access logs are kept for 45 days.",
        "Access logs are kept for 45 days [P1].",
        'Access logs are kept for 30 days [P1: "kept for 30 days"].',
        'The archive has two places [P4: "The archive is kept in two places"].',
        'Exports may not be opened on site [P3: "A restore of the archive costs 40 euros"].',
        'Exports may be opened on site [P2: "may be opened on site"].',
        "Either 30 or 45 days.",
    ]
)
REPLIES = st.lists(SENTENCES, min_size=1, max_size=8)
FABRICATED = ['[P42: "kept for 45 days"]', '[P1: "kept for ninety years or so"]', '[P2: "may be opened on site"]']
PIECES = st.sampled_from(["[", "]", '"', "P1", "[P1: ", '"kept for 45 days"', "...", "45 days", "or", "not", ".", "\n"])


@given(REPLIES, st.randoms(use_true_random=False))
def test_the_order_of_the_sentences_does_not_change_the_score(sentences: list[str], random) -> None:
    shuffled = random.sample(sentences, len(sentences))

    assert score("\n\n".join(shuffled)) == score("\n\n".join(sentences))


@given(REPLIES, st.lists(st.sampled_from([" ", "   ", "\t", "\n", "\u00a0", " \n "]), min_size=40, max_size=40))
def test_white_space_does_not_change_the_score(sentences: list[str], spaces: list[str]) -> None:
    reply = " ".join(sentences)
    words = reply.split(" ")

    spaced = "".join(word + spaces[n % len(spaces)] for n, word in enumerate(words))

    assert score(spaced) == score(reply)


@given(REPLIES, st.sampled_from(FABRICATED), st.data())
def test_a_made_up_citation_never_raises_the_score_wherever_it_is_put(sentences, citation, data) -> None:
    # Between the words of the prose, before or after any other citation.
    parts = [part for sentence in sentences for part in sentence.replace("[", "\0[").replace("]", "]\0").split("\0")]
    tokens = [token for part in parts for token in ([part] if part.startswith("[") else part.split())]
    place = data.draw(st.integers(0, len(tokens)))

    before = score(" ".join(tokens))
    after = score(" ".join([*tokens[:place], citation, *tokens[place:]]))

    assert after == max(Decimal(0), before - 60)
    assert after < 50


@given(REPLIES)
def test_a_score_lies_between_0_and_100_and_only_100_passes(sentences: list[str]) -> None:
    grade = grade_citations(SPEC, "\n".join(sentences), strict=False)

    assert 0 <= grade.score <= 100
    assert (grade.verdict is Verdict.PASSED) == (grade.score == 100) == all(case.passed for case in grade.cases)


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=60).map("".join)))
def test_no_reply_makes_the_grader_raise(reply: str) -> None:
    for spec in (SPEC, DERIVED, SILENT):
        grade = grade_citations(spec, reply, strict=False)
        assert 0 <= grade.score <= 100


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1",
        "1,",
        "[",
        '"',
        "[P1",
        '[P1: "',
        "<!--",
        "~~",
        "- ",
        "\n",
        "not ",
        "says no ",
        "45 days ",
        "a\u0323\u0301",
    ],
)
@pytest.mark.parametrize("length", [MAX_CHARACTERS, 100_000])
def test_a_hostile_reply_of_any_length_is_graded(piece: str, length: int) -> None:
    reply = (piece * length)[:length]

    assert score(reply) == 0 or "45 days" in piece
    assert score(f"{DAYS} {reply}", SILENT) <= 50


# The specification


def test_the_instructions_hold_the_document_and_an_example_in_the_form_that_is_graded() -> None:
    told = SPEC.instructions()

    assert all(f"{passage.id}. {passage.text}" in told for passage in SPEC.passages)
    assert '[P7: "returns the deposit within ten days"]' in told


def _broken(**change: object) -> dict[str, object]:
    return SPEC.model_dump() | change


FACT = SPEC.facts[0].model_dump()


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (_broken(passages=[*SPEC.passages, SPEC.passages[0]]), "same id"),
        (_broken(facts=[FACT, FACT]), "same name"),
        (_broken(passages=[{"id": "P1", "text": 'He said "no".'}, SPEC.passages[1]]), "match pattern"),
        (_broken(facts=[FACT | {"also": ["P77"]}]), "do not exist"),
        (_broken(facts=[FACT | {"sources": []}]), "needs sources"),
        (_broken(facts=[FACT | {"silent": True}]), "only a silent one has none"),
        (_broken(facts=[FACT | {"sources": [{"passages": ["P3"], "words": ["45 days"]}]}]), "holds none of"),
        (_broken(facts=[FACT | {"stated": ["45.*days"]}]), "without a bound"),
        (_broken(facts=[FACT | {"stated": ["(a|b)+"]}]), "without a bound"),
        (_broken(facts=[FACT | {"stated": ["45 (days"]}]), "no regular expression"),
        (_broken(facts=[FACT] * 6), "at most 5"),
    ],
)
def test_a_specification_that_cannot_be_graded_is_refused(broken: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Citations.model_validate(broken)


def test_plain_text_has_one_form_of_quotes_dashes_and_dots() -> None:
    assert plain("“a” ‘b’ 3–4 x—y … [...] m²\u200b") == "\"a\" 'b' 3-4 x - y ... ... m2"
