"""Replies to real prompts, wrapped as models wrap them: the function that is taken out is the one that was written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from textwrap import dedent

import pytest

from tests.human_eval import needs_human_eval, rows
from yzindex.grading.code import CallCase, Calls
from yzindex.grading.code_grading import code_of
from yzindex.grading.scripts import function

pytestmark = needs_human_eval

FILE_END = "\n\nif __name__ == '__main__':\n    print('done')\n"
#: A reply, made of the prompt and the body.
REPLIES: dict[str, Callable[[str, str], str]] = {
    "bare body": lambda prompt, body: body,
    "bare body without its end": lambda prompt, body: body.rstrip(),
    "trimmed body": lambda prompt, body: body.strip(),
    "dedented body": lambda prompt, body: dedent(body),
    "body with Windows line ends": lambda prompt, body: body.replace("\n", "\r\n"),
    "body and the beginning of more": lambda prompt, body: f"{body}\n\n\ndef more(a, b:\n    return",
    "body and tests": lambda prompt, body: f"{body}\n\n\ndef test_it():\n    assert True\n\n\ntest_it()\n",
    "body in a fence": lambda prompt, body: f"Sure, this completes it:\n\n```python\n{body}```\n\nIt is linear.",
    "trimmed body in a fence": lambda prompt, body: f"```python\n{body.strip()}\n```",
    "dedented body in a fence": lambda prompt, body: f"```\n{dedent(body)}\n```",
    "body in an open fence": lambda prompt, body: f"```py\n{body}",
    "prompt, then body in a fence": lambda prompt, body: f"Given\n```python\n{prompt}```\nadd\n```python\n{body}```",
    "whole": lambda prompt, body: f"{prompt}{body}",
    "whole and prose": lambda prompt, body: f"Here it is.\n\n{prompt.strip()}\n{body}\n\nThe idea is simple:\nlook.",
    "whole in a fence": lambda prompt, body: f"```python\n{prompt}{body}```",
    "whole in an open fence": lambda prompt, body: f"Of course!\n\n```Python\n{prompt}{body}{FILE_END}",
    "whole after a draft": lambda prompt, body: f"<think>\n```py\n{prompt}    return 0\n```</think>\n{prompt}{body}",
    "whole with a file's end": lambda prompt, body: f"```python\n{prompt}{body}{FILE_END}```\n```text\ndone\n```",
    "whole after examples": lambda prompt, body: f">>> 1 + 1\n2\n\nor\n\n```\n>>> 2\n```\n~~~py\n{prompt}{body}~~~",
    "whole and its use": lambda prompt, body: (
        f"```python\n{prompt}{body}```\nUse:\n```python\nfrom solution import *\nprint(1)\n```\n```sh\npython x.py\n```"
    ),
}


def tasks() -> Iterator[tuple[Calls, str, str]]:
    for task in rows().values():
        program, prompt = ast.parse(task["prompt"] + task["canonical_solution"]), task["prompt"]
        node = function(program, task["entry_point"])
        assert node
        lines = prompt.splitlines(keepends=True)
        spec = Calls(
            entry_point=task["entry_point"],
            cases=(CallCase(args="()", expected="None"),),
            prelude="".join(lines[: node.lineno - 1]),
            stub="".join(lines[node.lineno - 1 :]),
        )
        yield spec, prompt, task["canonical_solution"]


def written(code: str | None, name: str) -> str:
    node = function(ast.parse(code or ""), name)
    return ast.dump(node) if node else "nothing"


@pytest.mark.parametrize("name", REPLIES)
def test_what_was_written_is_what_is_run_however_it_is_wrapped(name: str) -> None:
    wrong = [
        spec.entry_point
        for spec, prompt, body in tasks()
        if written(code_of(spec, REPLIES[name](prompt, body)), spec.entry_point)
        != written(prompt + body, spec.entry_point)
    ]

    assert wrong == []
