"""Text from outside on a page: everything in it can be seen, and nothing of it acts."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.foreign import foreign


class Seen(HTMLParser):
    """What a browser makes of a text: its elements, and the characters between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_no_text_makes_an_element_but_the_marks_of_hidden_characters(text: str) -> None:
    seen = Seen(str(foreign(text)))

    assert set(seen.elements) <= {("span", ("class", "title"))}


@given(st.text())
def test_no_character_that_hides_or_turns_text_is_left(text: str) -> None:
    seen = Seen(str(foreign(text)))

    left = {each for each in seen.text if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")} - set("\n\t")
    assert not left
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\ufeff") & set(
        seen.text
    )


@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs"))))
def test_what_anybody_can_see_stays_as_it_is(text: str) -> None:
    assert Seen(str(foreign(text))).text == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "U+001B[31mredU+001B[0m"),
        ("a\u202eb", "aU+202Eb"),
        ("a\x00b", "aU+0000b"),
        ("\ud800", "U+D800"),
        ("one\r\ntwo\rthree", "one\ntwoU+000Dthree"),
        ("fam\u200bily", "famU+200Bily"),
        ("👩\u200d🔧 ❤\ufe0f", "👩\u200d🔧 ❤\ufe0f"),
        ("z" + "\u0300" * 500, "z" + "\u0300" * 4 + "…"),
        ("שלום und Grüße", "שלום und Grüße"),
    ],
)
def test_what_would_act_is_written_out(text: str, shown: str) -> None:
    assert Seen(str(foreign(text))).text == shown


def test_a_long_line_of_nothing_but_hostile_characters_is_shown_whole() -> None:
    text = "\u202e<b>" * 10_000

    assert Seen(str(foreign(text))).text == "U+202E<b>" * 10_000
