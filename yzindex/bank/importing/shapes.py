"""Give values back the types that JSON took from them: it knows no tuples and no sets."""

_CONTAINERS = (list, tuple, set, dict)


def shaped_like(value: object, example: object) -> object:
    """Make tuples and sets of lists where an example of the same kind of value has them.

    The members of a container are shaped like the first of the example's members that is a container itself. What does
    not fit the example stays as it is.

    >>> shaped_like([[1, 2], [3, 4], [5]], [(0, 0)])
    [(1, 2), (3, 4), (5,)]
    """
    match value, example:
        case list(), list() | tuple() | set():
            members = _shaped(value, list(example))
            return _as_set(members) if isinstance(example, set) else type(example)(members)
        case dict(), dict():
            return dict(zip(value, _shaped(list(value.values()), list(example.values())), strict=True))
    return value


def arguments_like(args: tuple[object, ...], example: tuple[object, ...]) -> tuple[object, ...]:
    """Shape each argument like the one in its place."""
    shaped = tuple(map(shaped_like, args, example))
    return (*shaped, *args[len(shaped) :])


def _shaped(members: list[object], examples: list[object]) -> list[object]:
    example = next((each for each in examples if isinstance(each, _CONTAINERS)), None)
    return [shaped_like(member, example) for member in members]


def _as_set(members: list[object]) -> object:
    try:
        return set(members)
    except TypeError:  # a member that cannot be in a set
        return members
