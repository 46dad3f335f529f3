"""Reading a reply: its Unicode form is reached in time linear in its length."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from yzindex.grading.replies import composed


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\uff9e\u0323", "\u0f73", "\u0344\u0323"])
def test_a_run_of_combining_marks_is_cut_so_that_ordering_it_takes_no_time(marks: str) -> None:
    text = composed("a" + marks * 50_000 + "b")

    assert len(text) < 12
    assert (text[0], text[-1]) == (composed("a" + marks[:4])[0], "b")


@pytest.mark.parametrize("text", ["Việt Nam", "①ﬁ½ e\u0301", "שָׁלוֹם", "नमस्ते", "カ\uff9e", "가각", "plain"])
def test_writing_that_people_use_is_only_composed(text: str) -> None:
    assert composed(text) == normalize("NFKC", text)
