"""How every article begins and ends: which run it is of, and where its raw data are."""

from yzindex.report.blocks import Foreign, Link, Paragraph, Words, paragraph
from yzindex.report.facts import RunFacts
from yzindex.report.naming import raw_address


def opening(run: RunFacts, *, simulated: bool) -> Paragraph:
    """Say what the article is of; a single day decides nothing."""
    label = " Scores of simulated models are marked (simulated)." if simulated else ""
    return paragraph(
        f"Run #{run.number} ({run.kind}) of {run.day.isoformat()}.{label} A single day is no basis for a decision."
    )


def source(run: RunFacts) -> Paragraph:
    """Give the source line."""
    finished = run.finished_at.strftime("%Y-%m-%d %H:%M")
    return paragraph(
        "Source: ",
        Link(f"Run #{run.number}", raw_address(run.number)),
        f", finished on {finished} UTC; bank ",
        Foreign(run.bank),
        ", graders ",
        Foreign(run.grader),
        ", judges ",
        Foreign(run.judge_set),
        ", software ",
        Foreign(run.software),
        ".",
    )


def in_the_raw_data(told: str, run_number: int) -> Words:
    """Say where all of that is of which an article has the first alone."""
    return (f"{told} are in the ", Link(f"raw data of Run #{run_number}", raw_address(run_number)), ".")
