"""Questions: all by name, and one with its figures. What is still asked is hidden, unless a setting shows it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.problems import documented
from api.responding import TAGGED, tagged
from api.services import Given
from api.shapes.items import QuestionsPage, questions_page
from api.shapes.question import QuestionBody, question_body
from api.strict import StrictRoute
from yzindex.records.question_list import question_list
from yzindex.records.question_view import question_view

router = APIRouter(prefix="/v1/questions", tags=["questions"], route_class=StrictRoute)

_LARGEST_ID = 2**31 - 1


@router.get("", response_model=QuestionsPage, responses=TAGGED | documented(422, 503), summary="List questions")
def get_questions(
    services: Given,
    request: Request,
    cursor: Annotated[int, Query(ge=0, le=_LARGEST_ID, description="From the previous page's `next`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """List the questions of the bank, and those that stand in the rows alone, with how hard they were."""
    listed = question_list(services.database, services.bank, services.items)
    return tagged(request, questions_page(listed, after=cursor, limit=limit))


@router.get(
    "/{question_id:path}",
    response_model=QuestionBody,
    responses=TAGGED | documented(404, 422, 503),
    summary="Read a question",
)
def get_question(
    question_id: Annotated[str, Path(description="The question's id.")],
    services: Given,
    request: Request,
    cursor: Annotated[int | None, Query(ge=1, le=_LARGEST_ID, description="From the previous page's `next`.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Runs, of all wordings.")] = 30,
) -> Response:
    """Read how each model fared with a question, wording by wording and run by run.

    Its prompt is hidden while it is asked, unless `YZ_SHOW_PROMPTS` is set; of a retired one the answer is shown, too.
    """
    found = question_view(services.database, services.bank, question_id, shows_prompts=services.shows_prompts)
    return tagged(request, question_body(found, before=cursor, limit=limit))
