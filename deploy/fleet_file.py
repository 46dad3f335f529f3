"""Write a fleet as a models file. The stack's children all read one file, so none needs to see a key to know it."""

import json
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel

from deploy.faults import ModelsFileInTheWay
from yzindex.fleet import Fleet

_HEAD = "# Written by the stack at every start. Name a models file of your own in YZ_MODELS_FILE.\n"


def write_fleet(fleet: Fleet, file: Path) -> None:
    """Write a fleet so that `read_fleet` gives the same one; refuse to write over a file that the stack did not."""
    if file.exists() and not file.read_text(encoding="utf-8").startswith(_HEAD):
        raise ModelsFileInTheWay(f"{file} is not the stack's own and would be lost: keep models files elsewhere")
    tables = [("providers", fleet.providers), ("models", fleet.models), ("judges", fleet.judges)]
    entries = [_table(name, entry) for name, listed in tables for entry in listed]
    # `models` must be there even when there are none.
    empty = [f"{name} = []\n" for name, listed in tables if not listed]
    file.write_text("\n".join([_HEAD, *empty, *entries]), encoding="utf-8")


def _table(name: str, entry: BaseModel) -> str:
    fields = entry.model_dump(exclude_none=True)
    return f"[[{name}]]\n" + "".join(f"{field} = {_value(value)}\n" for field, value in fields.items())


def _value(value: object) -> str:
    """A JSON string is a TOML string; an exact decimal is written as one."""
    return json.dumps(str(value) if isinstance(value, Decimal) else value)
