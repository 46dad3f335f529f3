"""HTML from an article's Markdown: no raw HTML, and no link or picture that leads out of this stack."""

import re
from html import escape

from markdown_it import MarkdownIt

#: Addresses that articles link to.
_OURS = re.compile(r"/(v1|runs|models|questions)/[A-Za-z0-9%?=&/._~-]*|/v1/compare\.svg\?[A-Za-z0-9%=&._~-]*")
_STYLE = (
    "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color-scheme:light dark}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}td,th{padding:.2rem .6rem;text-align:left}"
    "img{max-width:100%}"
)


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  the library's name
        return _OURS.fullmatch(url) is not None


_READER = _Reader("commonmark", {"html": False}).enable("table")


def fragment_of(markdown: str) -> str:
    """Give the elements of an article, to be put into any page."""
    return str(_READER.render(markdown))


def document_of(title: str, fragment: str) -> str:
    """Put a fragment into a page of its own; the title is plain text."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{fragment}</main>\n"
        "</body>\n</html>\n"
    )
