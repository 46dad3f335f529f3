"""What is told of a run while it goes on."""

from pydantic import Field

from api.shapes.runs import ProgressBody, progress_body
from api.shapes.values import Body
from yzindex.records.run_progress import RunProgress
from yzindex.records.states import RunStatus


class RunEvent(Body):
    """How far a run has come, all its models together and each."""

    run: int
    status: RunStatus
    progress: ProgressBody
    models: dict[str, ProgressBody] = Field(description="By the model's name.")


def run_event(found: RunProgress) -> RunEvent:
    return RunEvent(
        run=found.number,
        status=found.status,
        progress=progress_body(found.progress),
        models={model: progress_body(own) for model, own in found.models.items()},
    )
