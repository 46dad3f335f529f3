"""`yz score`: the formulas alone."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from api.cli.output import AsJson, emit
from yzindex.scoring import Label, label_of, main_score, recommendation_of, rounded


def _points(given: str) -> Decimal:
    try:
        points = Decimal(given)
    except InvalidOperation:
        raise typer.BadParameter(f"{given!r} is not a number") from None
    if not 0 <= points <= 100 if points.is_finite() else True:
        raise typer.BadParameter(f"{given} is not from 0 to 100")
    return points


def _label(given: str) -> Label:
    return Label(given) if given in set(Label) else label_of(_points(given))


def score(
    execution: Annotated[Decimal, typer.Option(parser=_points, metavar="0-100", help="Code execution.")],
    grounding: Annotated[Decimal, typer.Option(parser=_points, metavar="0-100", help="Material constraint.")],
    integrity: Annotated[
        Label | None, typer.Option(parser=_label, metavar="0-100|pass|warn|fail", help="Integrity; caps if it fails.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Calculate the main score from dimension scores, rounded half up."""
    main = main_score(execution, grounding, integrity)
    found: dict[str, object] = {
        "core_raw": format(rounded(main.core_raw), "f"),
        "core_display": format(rounded(main.core_display), "f"),
        "label": integrity.value if integrity else None,
        "recommendation": recommendation_of(integrity).value if integrity else None,
    }
    if as_json:
        exact = {"core_raw_exact": format(main.core_raw, "f"), "core_display_exact": format(main.core_display, "f")}
        emit(found | exact)
        return
    for name, value in found.items():
        typer.echo(f"{name:15} {value if value is not None else '-'}")
