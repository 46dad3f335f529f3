"""Responses that many routes give: with an ETag, and in the type that the client accepts."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

JSON = "application/json"
SVG = "image/svg+xml"
#: For the OpenAPI description of a route that gives a tagged body.
TAGGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the ETag of If-None-Match"}}


def tagged(request: Request, body: BaseModel) -> Response:
    """Give a body with its ETag, or 304 where the client has it already (If-None-Match)."""
    return tagged_content(request, body.model_dump_json().encode(), JSON)


def tagged_content(request: Request, content: bytes, media_type: str) -> Response:
    """Give content of any type with its ETag, or 304 where the client has it already."""
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache"}
    if _has(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def accepted(request: Request, offered: Sequence[str]) -> str:
    """Choose the media type the client likes best, the first offered if it does not care; 406 if it takes none."""
    header = request.headers.get("accept", "*/*")
    best, chosen = 0.0, None
    for media_type in offered:
        quality = max((q for name, q in _accepts(header) if _covers(name, media_type)), default=0.0)
        if quality > best:
            best, chosen = quality, media_type
    if chosen is None:
        raise HTTPException(406)
    return chosen


def _has(request: Request, etag: str) -> bool:
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]


def _accepts(header: str) -> list[tuple[str, float]]:
    found = []
    for entry in header.lower().split(","):
        name, *parameters = (part.strip() for part in entry.split(";"))
        stated = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        found.append((name, float(stated) if stated.replace(".", "", 1).isdecimal() else 0.0))
    return found


def _covers(name: str, media_type: str) -> bool:
    return name in (media_type, "*/*", f"{media_type.partition('/')[0]}/*")
