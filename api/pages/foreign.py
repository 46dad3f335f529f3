"""Text from outside, as a page may show it: what it hides, or would do to the text around it, is made visible."""

import re
import unicodedata
from functools import cache

from markupsafe import Markup, escape

#: Lines, tabs and spaces stay what they are.
_KEPT = frozenset("\n\t ")
#: Controls, formats (which turn text around, join it or hide it), surrogates, private and unassigned characters, and
#: the separators that a browser breaks lines at.
_MARKED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
#: So many marks in a row of one letter's accents are a heap that hides the lines above and below.
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_HEAP = re.compile(f"([{_ACCENTS}]{{4}})[{_ACCENTS}]+")
#: Emoji are written with these, and do no harm between others.
_JOINERS = frozenset("\u200d\ufe0f")


def foreign(text: str | None) -> Markup:
    """Escape a text from outside, and write each character that is not to be seen as a mark that is.

    Carriage returns before a line's end are dropped. The text itself is to stand in an element with `dir="auto"` or in
    a `bdi`, so that its direction stays its own.
    """
    if text is None:
        return Markup()
    plain = _HEAP.sub(r"\1…", text.replace("\r\n", "\n"))
    if plain.isascii() and plain.isprintable():
        return escape(plain)
    return Markup().join(_pieces(plain))


def _pieces(text: str) -> list[str | Markup]:
    pieces: list[str | Markup] = []
    plain: list[str] = []
    for place, each in enumerate(text):
        if not _is_marked(each) or (each in _JOINERS and _is_beside_a_symbol(text, place)):
            plain.append(each)
            continue
        pieces.append(escape("".join(plain)))
        plain.clear()
        pieces.append(_mark(each))
    pieces.append(escape("".join(plain)))
    return pieces


def _is_marked(character: str) -> bool:
    return (not character.isascii() and unicodedata.category(character) in _MARKED) or (
        character.isascii() and not character.isprintable() and character not in _KEPT
    )


def _is_beside_a_symbol(text: str, place: int) -> bool:
    return place > 0 and unicodedata.category(text[place - 1]) in ("So", "Sk", "Mn")


@cache
def _mark(character: str) -> Markup:
    code = ord(character)
    name = "NUL" if not code else unicodedata.name(character, "control character").lower()
    return Markup('<span class="mark" title="{}">{}</span>').format(name, f"U+{code:04X}")
