"""All commands of `yz`, put together."""

import typer

from api.cli import (
    board,
    cancel,
    compare,
    configuration,
    confirm,
    doctor,
    drift,
    grade,
    power,
    prove,
    questions,
    raw,
    report,
    resume,
    run,
    sandbox,
    schedule,
    score,
    up,
    verdict,
)
from api.cli.exits import YzGroup

app = typer.Typer(
    name="yz",
    cls=YzGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Daily smoke evaluation of language models. Exit status: 0 done, 1 bad news, 2 bad usage, 3 ours is down.",
)
app.command("run")(run.run)
app.command("cancel")(cancel.cancel)
app.command("resume")(resume.resume)
app.command("confirm")(confirm.confirm)
app.command("board")(board.board)
app.command("compare")(compare.compare)
app.command("verdict")(verdict.verdict)
app.command("schedule")(schedule.schedule)
app.command("report")(report.report)
app.command("raw")(raw.raw)
app.command("score")(score.score)
app.command("grade")(grade.grade)
app.command("drift")(drift.drift)
app.command("power")(power.power)
app.command("prove")(prove.prove)
app.add_typer(questions.app, name="questions")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(configuration.app, name="config")
app.command("doctor")(doctor.doctor)
app.command("up")(up.up)
