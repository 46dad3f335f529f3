"""Articles with a mistake in them, which a checker must notice."""

from __future__ import annotations

import re
from collections.abc import Iterator


def mutations(article: str) -> Iterator[str]:
    """Give an article with one digit changed, then one sign, each at every place that has one, but in addresses."""
    for found in re.finditer(r"\d", article):
        yield article[: found.start()] + str((int(found[0]) + 1) % 10) + article[found.end() :]
    for found in re.finditer(r"(?<=[ (|])[+-](?=\d)", article):
        yield article[: found.start()] + ("-" if found[0] == "+" else "+") + article[found.end() :]
