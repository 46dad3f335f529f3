"""Shares and money as people read them, on pages and terminals alike."""

from decimal import Decimal

from yzindex import scoring


def percent(share: Decimal) -> str:
    """Show a share of 0 to 1, so that only what is all is shown as 100 %.

    >>> percent(Decimal("0.9996")), percent(Decimal(1))
    ('99.9 %', '100 %')
    """
    shown = scoring.rounded(100 * share, 1)
    if share < 1 and shown == 100:
        return "99.9 %"
    return f"{shown.normalize():f} %"


def money(usd: Decimal) -> str:
    """Show US dollars; what costs less than a cent with more places.

    >>> money(Decimal("1.836")), money(Decimal("0.00042"))
    ('$1.84', '$0.0004')
    """
    places = 2 if usd == 0 or usd >= Decimal("0.01") else 4
    return f"${scoring.rounded(usd, places):f}"
