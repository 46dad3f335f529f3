"""The pages' own style and scripts: read once, and addressed by what is in them, so that a browser may keep them."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"
_FOLDER = files("api.pages") / "static"


@dataclass(frozen=True, kw_only=True)
class StaticFile:
    """A file as it is sent."""

    content: bytes
    media_type: str
    version: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Read all files, by name."""
    found = {}
    for path in _FOLDER.iterdir():
        content = path.read_bytes()
        media_type = _MEDIA_TYPES["." + path.name.rpartition(".")[2]]
        version = sha256(content).hexdigest()[:12]
        found[path.name] = StaticFile(content=content, media_type=media_type, version=version)
    return found


def address_of(name: str) -> str:
    """Give a file's address, which is another one whenever its content is."""
    return f"/static/{static_files()[name].version}/{name}"


@router.get("/static/{version}/{name}")
def get_static(version: str, name: str) -> Response:
    """Send a file of the version asked for."""
    found = static_files().get(name)
    if found is None or found.version != version:
        raise HTTPException(404)
    return Response(found.content, media_type=found.media_type, headers={"cache-control": _FOR_EVER})
