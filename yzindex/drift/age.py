"""How old a history is: what recurs weekly, and chance, depend on that and on no date."""

_WEEK_DAYS = 7


class Age:
    """Counts from the day of the first answers."""

    def __init__(self) -> None:
        self._began: int | None = None

    def begin(self, day: int) -> None:
        """Take it that there were answers on a day; only the first such day counts."""
        if self._began is None:
            self._began = day

    def days(self, day: int) -> int:
        """Days on a day; none before there were answers."""
        return 0 if self._began is None else max(day - self._began, 0)

    def weeks(self, day: int) -> int:
        """Whole weeks on a day."""
        return self.days(day) // _WEEK_DAYS
