"""All questions by dimension: how often each was asked, and how hard it was."""

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.pages.rendering import page
from api.services import Given
from yzindex.records.question_list import question_list

router = APIRouter(include_in_schema=False)

#: More would be slow to load and nothing that anybody could read.
ON_A_PAGE = 700


@router.get("/questions")
def get_questions(
    request: Request, services: Given, number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1
) -> Response:
    """List the questions of the bank, and those that stand in the rows alone."""
    listed = question_list(services.database, services.bank, services.items)
    shown = listed[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return page(
        request,
        "questions.html",
        {
            "by_dimension": [(dimension, list(own)) for dimension, own in groupby(shown, lambda each: each.dimension)],
            "questions": len(listed),
            "retired": sum(each.retired for each in listed),
            "bank": services.bank.version,
            "simulated": any(each.figures is not None and each.figures.simulated for each in shown),
            "number": number,
            "pages": -(-len(listed) // ON_A_PAGE),
        },
    )
