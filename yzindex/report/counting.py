"""Counts in words, as a sentence has them: small ones spelled out, one thing in the singular."""

_SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def spelled(count: int) -> str:
    """Spell a count up to twelve.

    >>> spelled(0), spelled(2), spelled(30)
    ('no', 'two', '30')
    """
    return _SPELLED[count] if count < len(_SPELLED) else str(count)


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """Give a count with its noun.

    >>> counted(1, "model"), counted(3, "day"), counted(2, "other model is", "other models are")
    ('one model', 'three days', 'two other models are')
    """
    return f"{spelled(count)} {singular if count == 1 else plural or singular + 's'}"


def sentence_of(text: str) -> str:
    """Let a text begin as a sentence does.

    >>> sentence_of("two models fell.")
    'Two models fell.'
    """
    return text[:1].upper() + text[1:]
