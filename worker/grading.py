"""Grades a stored reply with the means of this worker, for the first time or again."""

from worker.judges import judgements
from worker.runtime import Runtime
from yzindex.grading.grade import Grade
from yzindex.grading.grading import grade_reply
from yzindex.ports import CodeJob, CodeResult, CodeRunner, FinishReason
from yzindex.records.answers import Gradable
from yzindex.records.states import Purpose
from yzindex.simulation import graded_by_moved_grader


def graded(runtime: Runtime, row: Gradable, judging: Purpose) -> tuple[Grade, str | None]:
    """Grade a claimed row's reply; say also which container ran its code. Calls of judges are recorded as `judging`."""
    runner = NotingRunner(runtime.code_runner)
    found = grade_reply(
        row.question.grader,
        row.reply or "",
        row.finish_reason or FinishReason.STOP,
        strict=row.question.strict,
        runner=runner,
        judge=lambda rubric: judgements(runtime, row, rubric, judging),
    )
    return graded_by_moved_grader(found, runtime.settings.simulated_grader_loss), runner.ran_in


class NotingRunner:
    """A code runner that remembers where the last job ran."""

    def __init__(self, runner: CodeRunner) -> None:
        self._runner = runner
        self.ran_in: str | None = None

    def run(self, job: CodeJob) -> CodeResult:
        result = self._runner.run(job)
        self.ran_in = f"{result.engine} {result.where}"
        return result
