"""The grounding questions: each proves its own grader, and a natural right reply is not punished for its words."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from yzindex.bank.files import INSTALLED, read_questions
from yzindex.bank.prompting import messages
from yzindex.bank.question import REFERENCE_SCORE, WRONG_BELOW, Kind, Question
from yzindex.dimensions import Dimension
from yzindex.grading.citation_grading import grade_citations
from yzindex.grading.citations import Citations

QUESTIONS = {question.id: question for question in read_questions([INSTALLED / "grounding.jsonl"])}
KINDS = {Kind.COMPREHENSION, Kind.CROSS_PARAGRAPH, Kind.EVIDENCE_BOUNDARY, Kind.LIMITS_AND_FIGURES}

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


def spec(question: Question) -> Citations:
    assert isinstance(question.grader, Citations)
    return question.grader


def score(question: Question, reply: str) -> Decimal:
    return grade_citations(spec(question), reply, strict=question.strict).score


def outside_citations(reply: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", reply)


def quoting(passage_id: str, words: str) -> str:
    return f'[{passage_id}: "{" ".join(words.split()[:50]).rstrip(".")}"]'


@each_question
def test_a_question_is_ours_and_its_document_is_long_enough_to_hold_distractors(question: Question) -> None:
    words = sum(len(passage.text.split()) for passage in spec(question).passages)

    assert question.dimension is Dimension.GROUNDING
    assert 6 <= len(spec(question).passages) <= 12
    assert 250 <= words <= 600


@each_question
def test_the_model_is_sent_every_passage_with_its_id(question: Question) -> None:
    sent = messages(question)[-1].content

    assert all(f"{passage.id}. {passage.text}" in sent for passage in spec(question).passages)


@each_question
def test_the_reference_scores_full_and_nothing_in_it_fails(question: Question) -> None:
    grade = grade_citations(spec(question), question.reference, strict=True)

    assert grade.score == REFERENCE_SCORE
    assert [case for case in grade.cases if not case.passed] == []


@each_question
def test_every_wrong_reply_falls_short_and_one_is_a_near_miss(question: Question) -> None:
    scores = {wrong.why: score(question, wrong.reply) for wrong in question.wrong}

    assert {why: points for why, points in scores.items() if points >= WRONG_BELOW} == {}
    assert len(scores) >= 3
    assert any(wrong.near_miss for wrong in question.wrong)


@each_question
def test_the_reference_without_its_citations_falls_short(question: Question) -> None:
    stripped = outside_citations(question.reference)

    silent = sum(fact.silent for fact in spec(question).facts)
    assert score(question, stripped) == 40 + Decimal(60 * silent) / len(spec(question).facts)


@each_question
def test_the_citations_alone_without_statements_earn_nothing(question: Question) -> None:
    citations = "\n".join(re.findall(r"\[[^\]]*\]", question.reference))

    assert score(question, citations) == 0


@each_question
def test_no_copy_of_the_document_reaches_the_mark(question: Question) -> None:
    passages = spec(question).passages
    every = " ".join(quoting(passage.id, passage.text) for passage in passages)
    copies = [
        " ".join(passage.text for passage in passages),
        "\n".join(f"{passage.text} {quoting(passage.id, passage.text)}" for passage in passages),
        "\n".join(f"- {s} {quoting(p.id, s)}" for p in passages for s in p.text.split(". ")),
        f"{question.reference}\n{every}",
        f'{question.reference} [P1: "{" ".join(passage.text for passage in passages)}"]',
    ]

    assert max(score(question, copy) for copy in copies) < WRONG_BELOW


@each_question
def test_a_reference_whose_citations_all_name_another_passage_falls_short(question: Question) -> None:
    shifted = re.sub(
        r"\[P(\d)", lambda found: f"[P{int(found[1]) % len(spec(question).passages) + 1}", question.reference
    )

    assert score(question, shifted) < WRONG_BELOW


@each_question
def test_any_other_figure_in_a_quotation_falls_short(question: Question) -> None:
    quoted = [found for found in re.finditer(r'(?<=")[^"]*(?="\])', question.reference) if re.search(r"\d", found[0])]

    for found in quoted:
        altered = re.sub(r"\d+", lambda figure: str(int(figure[0]) + 7), found[0], count=1)
        reply = question.reference[: found.start()] + altered + question.reference[found.end() :]
        assert score(question, reply) < WRONG_BELOW, altered


#: Where a figure of the reference is the fact itself: what stands around it, so that it alone is altered.
FIGURES = [
    ("grounding-001", "for {} days", "45"),
    ("grounding-002", "than -{} °C", "70"),
    ("grounding-002", "for {} minutes", "10"),
    ("grounding-003", "log in for {} minutes", "38"),
    ("grounding-004", "surcharge of {} %", "60"),
    ("grounding-005", "zone B is {} euros", "17.40"),
    ("grounding-005", "that is {} euros", "23.90"),
    ("grounding-006", "paid {} euros", "82"),
    ("grounding-006", "three days is {} euros", "98"),
    ("grounding-008", "at most {} A", "24"),
    ("grounding-008", "leaves {} A", "19.2"),
    ("grounding-009", "lasts {} years", "3"),
    ("grounding-010", "was {} %", "81"),
    ("grounding-012", "at most {} requests", "60"),
    ("grounding-013", "at most {} MB", "30"),
    ("grounding-013", "files may have at most {} MB", "75"),
    ("grounding-013", "deleted {} days", "120"),
    ("grounding-014", "lifts at most {} kg", "2,400"),
    ("grounding-014", "speed of {} m/s", "12.5"),
    ("grounding-014", "bear at least {} kN", "210"),
    ("grounding-015", "at most {} mg/l", "2.5"),
    ("grounding-015", "at most {} K", "1.5"),
    ("grounding-015", "within {} hours", "24"),
    ("grounding-016", "credit is {} %", "15"),
    ("grounding-016", "within {} days", "45"),
    ("grounding-016", "up to {} hours", "4"),
]


@pytest.mark.parametrize(("name", "around", "figure"), FIGURES)
@pytest.mark.parametrize("wrong", ["1", "9", "11", "37", "64", "125", "0.7", "33.1", "1,100"])
def test_any_other_figure_for_a_fact_falls_short(name: str, around: str, figure: str, wrong: str) -> None:
    question = QUESTIONS[name]
    right, altered = around.format(figure), around.format(wrong)
    assert right in outside_citations(question.reference)

    reply = question.reference.replace(right, altered, 1)

    assert score(question, reply) < WRONG_BELOW


#: Right replies in other words and other layouts than the reference.
NATURAL = [
    (
        "grounding-001",
        """\
The policy answers all three points:

1. **Retention:** access logs stay in searchable storage for 45 days, after which they are deleted [P2:
"They are kept for 45 days in searchable storage and are then deleted"].
2. **Archive copy:** they are not archived [P2: "no archive copy is made"].
3. **Approval:** the Data Protection Officer must agree as well [P6: “Access to archive storage additionally
needs the approval of the data protection officer”].""",
    ),
    (
        "grounding-002",
        """\
- The first alarm goes off once a freezer has been above -70 °C for ten minutes [P2: "A freezer that is
warmer than -70 °C for 10 minutes raises the first alarm"].
- No: two people are needed, since samples must not be moved alone [P5: "Samples must not be moved by one
person alone."].
- It is emptied at once, into the reserve freezer in K14 [P4: "Once it has reached -60 °C it is emptied into
the reserve freezer at once"].""",
    ),
    (
        "grounding-003",
        """\
**Cause.** The certificate on the second broker had expired at 07:50; the renewal had skipped that broker
after it was renamed [P4: "the certificate of the second broker had expired at 07:50"] [P4: "it had written
the new file for the first and the third broker only"].

**Upgrade.** No. The upgrade was not the cause: going back changed nothing, and a system that had never been
upgraded failed too [P3: "The same messages failed on a test system that had never been upgraded. The
upgrade was therefore not the cause"].

**Orders.** No orders were lost, although 640 reached the warehouse too late for dispatch that day [P6: "No
order was lost; 640 orders reached the warehouse after the cut-off of 09:30"].

**Login.** Customers were locked out for 38 minutes (08:24–09:02) [P5: "customers were unable to log in for
38 minutes, from 08:24 to 09:02"].""",
    ),
    (
        "grounding-004",
        """\
1. Sunday calls carry a surcharge of 60% [P4: "On Sundays and public holidays the surcharge is 60 %"].
2. The door drive isn't covered: the exception for lifts under three years does not help, as the annex
contains none [P6: "Door drives are not covered by the flat rate, except in lifts that are less than 3 years
old; Annex 1 contains none of these"].
3. No, the contractor's written consent is required [P8: "He may not let others work on the lift without the
written consent of the contractor"].""",
    ),
    (
        "grounding-005",
        """\
It is charged as 8 kg: the volume weight exceeds the 6 kg on the scales [P3: "The volume weight is compared
with what the scales show, and the higher of the two is charged"]. A parcel of that weight costs €17.40 in
zone B [P4: "more than 5 kg and up to 10 kg cost 13.20 euros in zone A and 17.40 euros in zone B"], and
islands cost €6.50 extra [P6: "surcharge of 6.50 euros for each parcel"], so the total is 17.40 + 6.50 =
€23.90.""",
    ),
    (
        "grounding-005",
        """\
- **Charged weight:** 8 kg [P3: "the higher of the two is charged"]
- **Total:** 17.40 + 6.50 = **23.90 euros** [P4: "17.40 euros in zone B"; P6: "a surcharge of 6.50 euros for
each parcel"]""",
    ),
    (
        "grounding-006",
        """\
1. Monday and Wednesday count 28 euros each and Tuesday 42 euros, so the allowance before deductions is €98
[P3: "42 euros for a full day of absence, and 28 euros each for the day of departure and the day of
return"].
2. After deducting 2 × 8 = 16 euros for breakfast she is paid €82 [P3: "28 euros each for the day of
departure and the day of return"] [P4: "8 euros are deducted for each breakfast"].
3. The claim is due by September 30 [P8: "handed in with all bills by the last day of the month that follows
the month of return"].""",
    ),
    (
        "grounding-007",
        """\
1. Class 2: although a switch can undo it, it alters a schema and a table of more than 10 million rows [P3:
"A change is of class 2 if it alters a schema, adds a service or alters a table of more than 10 million
rows, even if it can be undone by a switch"].
2. Two reviewers, of whom one must come from the database team [P4: "Class 2 needs two reviewers, one of
them from the database team if a schema or a table is altered"].
3. No, 22 December falls into the freeze [P7: "From 18 December to 3 January only class 1 changes are
deployed"].
4. Monday 6 and Tuesday 7 January are kept for class 1 [P7: "the two working days that follow are kept for
class 1 changes as well"]; class 2 is deployed on Tuesdays and Wednesdays [P5: "Class 2 changes are deployed
on Tuesdays and Wednesdays only"], so the earliest date is Wednesday, January 8.""",
    ),
    (
        "grounding-008",
        """\
- Charging at 45 °C: half of 48 A, i.e. 24 A [P3: "For M2 the highest charging current is 48 A"] [P4: "From
40 °C to 50 °C it is half of that"]
- Charging at 45 °C and 2,600 m: 24 A × 0.8 = 19.2 A [P3: "For M2 the highest charging current is 48 A"]
[P4: "From 40 °C to 50 °C it is half of that"] [P5: "above a height of 2,000 m the currents are reduced by a
further 20 %"]
- The discharging current is not reduced by this temperature (only by the height) [P6: "For discharging,
temperatures of up to 55 °C do not reduce it"]""",
    ),
    (
        "grounding-009",
        """\
- **Outdoors:** Yes, but only under a roof [P5: "The charger may be used in dry rooms, and outdoors only
under a roof"].
- **Weight:** not stated in the document.
- **Warranty:** three years (cables: one year) [P7: "The warranty lasts 3 years from the date of purchase,
for cables 1 year"].""",
    ),
    (
        "grounding-009",
        """\
Outdoors it may only be used under a roof [P5: "outdoors only under a roof"]. What it weighs is not given;
only the load of the pouch is mentioned [P8: "The carrying pouch holds the charger and one battery of up to
3.5 kg"].

The warranty is 3 years [P7: "The warranty lasts 3 years from the date of purchase"].""",
    ),
    (
        "grounding-010",
        """\
1. The best yield was 81%, obtained in run D [P5: "Run D gave the best yield, 81 %, and the product was pale
yellow"].
2. The document does not say what the washing solvent was; it speaks only of "the cold solvent" [P6: "washed
three times with 40 ml of the cold solvent"].
3. No, it wasn't repeated because catalyst was scarce [P4: "Since the catalyst had become scarce, run C was
not repeated"].""",
    ),
    (
        "grounding-011",
        """\
1. The document does not say how many customers are affected; it says only that it cannot yet be told which
records were read [P3: "We cannot yet tell which records were read"].
2. The document does not say who the attackers were.
3. No. Passwords were not copied [P4: "Passwords were not copied; they are kept in another system to which
the account had no access"].
4. Only their PIN [P6: "Customers who registered before 3 June need to change only their PIN"].""",
    ),
    (
        "grounding-012",
        """\
- Version 1: switched off on April 30 at noon [P3: "Version 1 is switched off on 30 April at 12:00"].
- Version 2: the document does not say when it is switched off, only that partners are told at least 12
months before [P5: "partners are told at least 12 months before"].
- From 1 March version 1 answers no more than 60 requests per minute [P4: "from 1 March to the end at most
60 requests a minute"].
- No, a new key is needed for version 3 [P6: "Keys of version 2 are not valid for version 3. A new key is
made in the partner portal"].""",
    ),
    (
        "grounding-013",
        """\
- **Single file:** max. 30 MB [P2: "A single file may have at most 30 MB."]
- **Whole message:** no more than 75 MB [P3: "at most 75 MB and at most 8 files"]
- **Deletion:** 120 days after closure, not 3 years as for the text [P6: "They are deleted 120 days after
the case is closed"]""",
    ),
    (
        "grounding-014",
        """\
1. 2400 kg [P3: "At 18 m it lifts 2,400 kg"]
2. Generally above 12.5 m/s (for loads with a large surface, above 8 m/s) [P5: "With loads of small surface,
work stops at a wind speed of more than 12.5 m/s"]
3. At least 210 kN/m² under the plates [P4: "Under the plates the ground must bear at least 210 kN/m²"]""",
    ),
    (
        "grounding-015",
        """\
1. A single sample may contain no more than 2.5 mg/l of ammonium in July [P4: "From May to October a single
sample may have at most 2.5 mg/l"].
2. The river may be warmed by no more than 1.5 K (only 0.5 K if it is at 25 °C or warmer) [P6: "must not
warm the river by more than 1.5 K"].
3. By telephone within 24 hours [P8: "A value above a limit is reported to the authority within 24 hours by
telephone and within 5 days in writing"].""",
    ),
    (
        "grounding-016",
        """\
- **Credit:** 15% of the monthly fee, as 99.42 % lies between 99.0 % and 99.5 % [P4: "from 99.0 % to below
99.5 % it is 15 %"]
- **Claim:** within 45 days of the month's end [P6: "The credit is claimed within 45 days after the end of
the month"]
- **Maintenance:** four hours per month in plan Gold [P3: "Announced maintenance of up to 4 hours a month
does not count as downtime"]""",
    ),
]


@pytest.mark.parametrize(("name", "reply"), NATURAL)
def test_a_right_reply_in_other_words_scores_full(name: str, reply: str) -> None:
    grade = grade_citations(spec(QUESTIONS[name]), reply, strict=False)

    assert (grade.score, [case for case in grade.cases if not case.passed]) == (REFERENCE_SCORE, [])


def test_every_question_has_a_right_reply_in_other_words() -> None:
    assert {name for name, _ in NATURAL} == set(QUESTIONS)


#: Replies that answer a part of what was asked, and what they earn.
PARTIAL = [
    (
        "grounding-001",
        """\
Access logs are kept for 45 days [P2: "kept for 45 days in searchable storage"]. No archive copy is made
[P2: "no archive copy is made"].""",
        "66.67",
    ),
    (
        "grounding-002",
        """\
The first alarm is raised at -70 °C after 10 minutes [P2: "warmer than -70 °C for 10 minutes"].""",
        "50.00",
    ),
    (
        "grounding-003",
        """\
The cause was an expired certificate [P4: "the certificate of the second broker had expired"]. No orders
were lost [P6: "No order was lost"].""",
        "50.00",
    ),
    (
        "grounding-004",
        """\
The surcharge is 60 % [P4: "On Sundays and public holidays the surcharge is 60 %"]. The door drive is not
covered [P6: "Door drives are not covered by the flat rate"].""",
        "66.67",
    ),
    (
        "grounding-005",
        """\
The parcel is charged as 8 kg [P3: "the higher of the two is charged"]. It costs 17.40 euros [P4: "17.40
euros in zone B"].""",
        "50.00",
    ),
    (
        "grounding-006",
        """\
The allowance is 98 euros [P3: "42 euros for a full day"]. She is paid 82 euros.""",
        "46.67",
    ),
    (
        "grounding-007",
        """\
The change is of class 2 [P3: "alters a table of more than 10 million rows"]. It needs two reviewers, one of
them from the database team [P4: "two reviewers, one of them from the database team"].""",
        "50.00",
    ),
    (
        "grounding-008",
        """\
It may be charged with 24 A [P3: "the highest charging current is 48 A"] [P4: "From 40 °C to 50 °C it is
half of that"]. Discharging is not reduced by 45 °C [P6: "temperatures of up to 55 °C do not reduce it"].""",
        "66.67",
    ),
    (
        "grounding-009",
        """\
Outdoors it may be used under a roof only [P5: "outdoors only under a roof"]. The warranty lasts 3 years
[P7: "3 years from the date of purchase"].""",
        "66.67",
    ),
    (
        "grounding-010",
        """\
The best yield was 81 % in run D [P5: "Run D gave the best yield, 81 %"].""",
        "50.00",
    ),
    (
        "grounding-011",
        """\
The document does not say how many customers are affected. Passwords were not copied [P4: "Passwords were
not copied"].""",
        "50.00",
    ),
    (
        "grounding-012",
        """\
Version 1 is switched off on 30 April [P3: "Version 1 is switched off on 30 April"]. The document does not
say when version 2 is switched off.""",
        "50.00",
    ),
    (
        "grounding-013",
        """\
A single file may have at most 30 MB [P2: "A single file may have at most 30 MB"]. A message may have at
most 75 MB [P3: "at most 75 MB"]. Files are deleted after 120 days.""",
        "80.00",
    ),
    (
        "grounding-014",
        """\
With the boom at 18 m the crane lifts 2.4 t [P3: "At 18 m it lifts 2,400 kg"]. Work stops above 12.5 m/s
[P5: "work stops at a wind speed of more than 12.5 m/s"].""",
        "66.67",
    ),
    (
        "grounding-015",
        """\
In July a single sample may have 2.5 mg/l of ammonium [P4: "a single sample may have at most 2.5 mg/l"]. The
river may be warmed by 1.5 K [P6: "must not warm the river by more than 1.5 K"].""",
        "66.67",
    ),
    (
        "grounding-016",
        """\
The credit is 15 % [P4: "from 99.0 % to below 99.5 % it is 15 %"]. It must be claimed within 45 days [P6:
"claimed within 45 days"].""",
        "66.67",
    ),
]


@pytest.mark.parametrize(("name", "reply", "points"), PARTIAL)
def test_a_part_of_the_answer_earns_a_part_of_the_score(name: str, reply: str, points: str) -> None:
    assert score(QUESTIONS[name], reply).quantize(Decimal("0.01")) == Decimal(points)
