"""How models, runs and addresses are written in an article."""

from collections.abc import Iterable
from typing import Protocol

from yzindex.bank.question import LONGEST_ID
from yzindex.report.blocks import Foreign, Inline, Named, Words
from yzindex.report.counting import spelled
from yzindex.report.facts import ModelFacts, RunFacts

_SIMULATED = " (simulated)"
_FEWEST_TO_BE_ALL = 3
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class HasName(Protocol):
    """A model, or what is said of one."""

    @property
    def model(self) -> str: ...

    @property
    def simulated(self) -> bool: ...


def named(model: HasName) -> Words:
    """Name a model; a simulated one is labelled wherever its scores appear."""
    name: Inline = Foreign(model.model)
    return (name, _SIMULATED) if model.simulated else (name,)


def listed(models: tuple[ModelFacts, ...]) -> Words:
    """Name several models."""
    words: list[Inline] = []
    for model in models:
        words += [", "] * bool(words) + list(named(model))
    return tuple(words)


def named_question(question_id: str) -> Inline:
    """Name a question, with the way to its page; what is too long for an id of a bank has none.

    >>> named_question("a/b")
    Named(name=Foreign(text='a/b', most=120), address='/questions/a%2Fb')
    """
    name = Foreign(question_id)
    return name if len(question_id) > LONGEST_ID else Named(name, f"/questions/{encoded(question_id)}")


def grouped(run: RunFacts, said: Iterable[tuple[ModelFacts, Words]]) -> Iterable[Words]:
    """Say once what is said of several models of a run in the same words, after their names."""
    models: dict[Words, list[ModelFacts]] = {}
    for model, words in said:
        models.setdefault(words, []).append(model)
    for words, of in models.items():
        yield (*_all_or_listed(run, tuple(of)), ": ", *words)


def _all_or_listed(run: RunFacts, models: tuple[ModelFacts, ...]) -> Words:
    if len(models) < len(run.models) or len(models) < _FEWEST_TO_BE_ALL or len({each.simulated for each in models}) > 1:
        return listed(models)
    return (f"All {spelled(len(models))} models{_SIMULATED if models[0].simulated else ''}",)


def raw_address(run_number: int) -> str:
    return f"/v1/runs/{run_number}/raw"


def report_address(run_number: int, model: str | None = None) -> str:
    """Give the address of a run's report, or of one model's in it.

    >>> report_address(31, "sim/a b")
    '/v1/runs/31/report?model=sim%2Fa%20b'
    """
    address = f"/v1/runs/{run_number}/report"
    return address if model is None else f"{address}?model={encoded(model)}"


def picture_address(model: str, run_a: int, run_b: int) -> str:
    return f"/v1/compare.svg?model={encoded(model)}&run_a={run_a}&run_b={run_b}"


def encoded(text: str) -> str:
    """Encode a text as a part of an address.

    >>> encoded("a/b&c)")
    'a%2Fb%26c%29'
    """
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))
