"""Makes pages of templates, under a policy that lets a page load and send nothing but to this server.

Whatever a template writes is escaped. Text of models, providers and question banks goes through `foreign` besides, so
that no character of it turns the text around it or hides what it says.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from api import figures
from api.pages import drawing
from api.pages.files import address_of
from api.pages.foreign import foreign
from api.responding import tagged_content
from api.services import services_of
from yzindex import __version__, scoring
from yzindex.dimensions import Dimension

HTML = "text/html; charset=utf-8"
#: What is not known or does not exist. Never a zero.
NONE = "–"
#: Styles and scripts are files of ours; nothing inline, so that no text on a page can be either.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def page(request: Request, template: str, context: Mapping[str, object], *, status: int = 200) -> Response:
    """Make a page of a template; one that is unchanged since the client's ETag is not sent again."""
    zone = services_of(request).zone
    text = _environment().get_template(template).render(context, zone=zone, here=request.scope["path"])
    if status != 200:
        return Response(text, status_code=status, media_type=HTML, headers=_HEADERS)
    response = tagged_content(request, text.encode(), HTML)
    response.headers.update(_HEADERS)
    return response


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "points": points,
        "signed": signed,
        "percent": percent,
        "money": money,
        "moment": moment,
        "day": shown_day,
        "foreign": foreign,
    }
    environment.globals |= {
        "static": address_of,
        "version": __version__,
        "drawing": drawing,
        "dimensions": {dimension.value: dimension for dimension in Dimension},
        "NONE": NONE,
    }
    return environment


def points(value: Decimal | None, places: int = 2) -> str:
    """Show a score, rounded half up.

    >>> points(Decimal("79.861")), points(None)
    ('79.86', '–')
    """
    return NONE if value is None else format(scoring.rounded(value, places) + 0, "f")


def signed(value: Decimal | None, places: int = 2) -> str:
    """Show a difference with its sign; a true minus, which is as wide as a plus.

    >>> signed(Decimal("-9.565"))
    '−9.57'
    """
    return NONE if value is None else scoring.signed(value, places).replace("-", "−")


def percent(share: Decimal | None) -> str:
    return NONE if share is None else figures.percent(share)


def money(usd: Decimal | None) -> str:
    return NONE if usd is None else figures.money(usd)


def moment(at: datetime | None, zone: object) -> str:
    """Show a time in the zone in which days begin."""
    return NONE if at is None else f"{at.astimezone(zone):%-d %b %Y %H:%M} {zone}"  # type: ignore[arg-type]


def shown_day(day: date | None) -> str:
    return NONE if day is None else f"{day:%-d %B %Y}"
