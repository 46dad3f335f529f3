"""Tell a benchmark's easier tasks from its harder ones, which its file does not."""

from collections.abc import Sequence

from yzindex.bank.question import Tier


def tiers_of(solutions: Sequence[str]) -> list[Tier]:
    """Give each task's tier: easier if its canonical solution is in the shorter half, white space aside.

    >>> tiers_of(["return n", "return n + 1", "x"])
    [<Tier.EASIER: 'easier'>, <Tier.HARDER: 'harder'>, <Tier.EASIER: 'easier'>]
    """
    by_length = sorted(range(len(solutions)), key=lambda place: len("".join(solutions[place].split())))
    easier = set(by_length[: (len(solutions) + 1) // 2])
    return [Tier.EASIER if place in easier else Tier.HARDER for place in range(len(solutions))]
