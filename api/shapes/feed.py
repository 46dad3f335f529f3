"""The Atom feed (RFC 4287), built as a tree: what others wrote can become no element of it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from yzindex.records.feed_view import News
from yzindex.report.html import fragment_of
from yzindex.report.markdown import markdown_of

_ATOM = "http://www.w3.org/2005/Atom"
_XML = "http://www.w3.org/XML/1998/namespace"
#: Characters that XML 1.0 cannot hold, however they are written.
_UNHOLDABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: What a feed without entries was updated at.
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

register_namespace("", _ATOM)


def atom_of(news: Sequence[News], address: str) -> bytes:
    """Give the feed of a stack that is found at an address."""
    base = address.rstrip("/")
    feed = Element(f"{{{_ATOM}}}feed", {f"{{{_XML}}}base": f"{base}/"})
    _text(feed, "id", _urn(base, "feed"))
    _text(feed, "title", "YZ index, self-hosted: reports and confirmed verdicts")
    _text(feed, "updated", _moment(max((each.updated for each in news), default=_BEGINNING)))
    _text(SubElement(feed, _named("author")), "name", "yz-index")
    _link(feed, "self", f"{base}/feed.atom", "application/atom+xml")
    for each in news:
        _entry(feed, each, base)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: Element, news: News, base: str) -> None:
    entry = SubElement(feed, _named("entry"))
    _text(entry, "id", _urn(base, news.key))
    _text(entry, "title", news.title)
    _text(entry, "updated", _moment(news.updated))
    _link(entry, "alternate", base + news.address, None)
    content = _text(entry, "content", fragment_of(markdown_of(news.article, for_pages=True)))
    content.set("type", "html")


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, _named(name))
    element.text = _UNHOLDABLE.sub("", text)
    return element


def _link(parent: Element, relation: str, address: str, media_type: str | None) -> None:
    link = SubElement(parent, _named("link"), {"rel": relation, "href": address})
    if media_type is not None:
        link.set("type", media_type)


def _named(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _urn(base: str, key: str) -> str:
    """Name a thing of this stack for ever; another stack's of the same number is another thing."""
    return uuid5(NAMESPACE_URL, f"{base}/feed.atom#{key}").urn


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
