"""Which code a reply offers, for replies as models write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yzindex.grading.extract import Language, extract_code
from yzindex.syntax import parse

CODE = "def f(x):\n    return x + 1\n"


STUB = 'def f(x: int) -> int:\n    """Add one.\n\n    >>> f(1)\n    2\n    """\n'


def python(reply, entry_point="f", stub=""):
    return extract_code(reply, language=Language.PYTHON, entry_point=entry_point, stub=stub)


def script(reply):
    return extract_code(reply, language=Language.PYTHON)


def sql(reply):
    return extract_code(reply, language=Language.SQL)


def result_of(code, *args):
    """Run code that this file wrote itself."""
    scope: dict[str, object] = {}
    exec(code, scope)
    return scope["f"](*args)  # type: ignore[operator]


@pytest.mark.parametrize(
    "reply",
    [
        f"```python\n{CODE}```",
        f"Here you are:\n\n```python\n{CODE}```\n\nIt adds one.",
        f"```\n{CODE}```",
        f"```Python3\n{CODE}```\n",
        f"``` py\n{CODE}```",
        f"```{{.python .numberLines}}\n{CODE}```",
        f"```python:solution.py\n{CODE}```",
        f"~~~python\n{CODE}~~~",
        f"````python\n{CODE}````",
        f"```python\n{CODE}",
        f"```python\r\n{CODE}```\r\nDone.".replace("\n", "\r\n").replace("\r\r", "\r"),
        f"\ufeff```python\n{CODE}```",
        f"```solution.py\n{CODE}```",
        "1. The function:\n\n   ```python\n   def f(x):\n       return x + 1\n   ```\n",
        "```python\n    def f(x):\n        return x + 1\n```",
        f"````markdown\nThe answer:\n\n```python\n{CODE}```\n````",
        f"```markdown\nThe answer:\n\n```python\n{CODE}```\n\nDone.\n```",
        f"<think>\n```python\ndef f(x): return 0\n\nMaybe rather\n</think>\n```python\n{CODE}```",
        CODE,
        f"Here is the code:\n\n{CODE}",
        f"```json\n[1]\n```\n```python\n{CODE}```\n```bash\npython f.py\n```",
        f"So that\n\n>>> f(1)\n2\n\nholds:\n\n```python\n{CODE}```",
        f"So that\n\n>>> f(1)\n2\n\nholds:\n\n{CODE}",
        f"{CODE}\nThis adds one, so f(1) is 2.\n\nLet me know.",
        f"The result = what you asked for:\nresult = f(1)\n\nis what this gives:\n{CODE}",
        f"```python\n{CODE}```\nUsage:\n```python\nfrom solution import f\n\nprint(f(1))\n```",
        f"From\n```python\ndef f(x):\n    ...\n```\nto\n```python\n{CODE}```\nnot\n```python\ndef f(x): pass\n```",
    ],
)
def test_the_code_is_found_however_it_is_wrapped(reply):
    code = python(reply)

    assert code is not None
    assert code.strip() == CODE.strip()


@pytest.mark.parametrize(
    "reply",
    [
        "I cannot help with that.",
        "f",
        "42",
        "",
        "```\n```",
        "```text\nf(1) = 2\n```",
        "```\n2\n```",
        "def f(x): returns x plus one, I think",
        "Use `def f(x): return x + 1`.",
        '```json\n{"f": 1}\n```',
    ],
)
def test_a_reply_without_code_gives_none(reply):
    assert python(reply) is None


def test_of_several_blocks_the_one_with_the_entry_point_is_taken():
    reply = f"```python\nprint(f(1))\n```\nSolution:\n```python\n{CODE}```\nUse:\n```python\nassert f(1) == 2\n```"

    assert python(reply) == CODE


def test_of_several_definitions_the_last_that_parses_is_taken():
    reply = f"```python\ndef f(x):\n    return 0\n```\nBetter:\n```python\n{CODE}```\nOr\n```python\ndef f(x:"

    assert python(reply) == CODE


def test_blocks_that_the_chosen_one_needs_are_put_before_it_and_no_others():
    reply = (
        "```python\nONE = 1\n```\n```python\ndef add(a, b):\n    return a + b * ONE\n```\n"
        "```python\nraise SystemExit\n```\n```python\ndef f(x):\n    return add(x, 1)\n```\n```python\nprint(f(1))\n```"
    )
    code = python(reply)

    assert code is not None
    assert result_of(code, 1) == 2
    assert "SystemExit" not in code


def test_of_two_helpers_of_a_name_the_nearest_before_is_taken_and_the_chosen_block_stays_last():
    reply = (
        "```python\ndef g(): return 1\n```\n```python\ndef g(): return 2\ndef f(x): return 0\n```\n"
        "```python\ndef f(x): return g()\n```\n```python\ndef g(): return 3\n```"
    )
    code = python(reply)

    assert code is not None
    assert result_of(code, 0) == 2


@pytest.mark.parametrize(
    "reply",
    [
        "    return x + 1\n",
        "\n\n    return x + 1",
        "return x + 1",
        "\treturn x + 1\n",
        "  return x + 1",
        "    return x + 1\n\n\ndef g(x):\n    return 0\n\n\nprint(f(1))",
        "    return x + 1\n\n\ndef g(x):\n    return f(",
        "    y = x\r\n    return y + 1\r\n",
        "y = x\n    return y + 1",
        "y = x\nreturn y + 1",
        "if x > 0:\n        return x + 1\n    return x + 1",
        "if x > 0:\n    return x + 1\nreturn x + 1",
        "import math\n    return math.floor(x + 1)",
        "def g(y):\n    return y + 1\nreturn g(x)",
        "    return g(x)\n\ndef g(y):\n    return y + 1\n",
        "Here is the body:\n\n    return x + 1\n",
        "```python\n    return x + 1\n```",
        "```python\nreturn x + 1\n```",
        "```\nreturn x + 1\n```",
        "```python\ny = x\n    return y + 1\n```",
        "```\nif x > 0:\n        return x + 1\n    return x + 1\n```",
        "```python\nreturn x + 1",
        "The body:\n```python\nreturn x + 1\n```\nUse it:\n```python\nprint(f(1))\n```\nGives:\n```\n2\n```",
        f"```python\n{STUB}```\nis completed by\n```python\n    return x + 1\n```",
        "```python\ndef g(y): return y + 1\n```\nand\n```python\nreturn g(x)\n```",
        "<think>\n    return x\n</think>\n    return x + 1\n",
        f"```python\n{STUB}    return x + 1\n```",
        f"{STUB}    return x + 1\n",
        f"```python\n{CODE}\nif __name__ == '__main__':\n    raise SystemExit(f(1))\n```",
        "```python\nclass Adder:\n    def add(self, x): return x + 1\n\ndef f(x):\n    return Adder().add(x)\n```",
    ],
)
def test_a_reply_may_continue_the_function_that_the_prompt_began(reply):
    code = python(reply, stub=STUB)

    assert code is not None
    assert result_of(code, 1) == 2


@pytest.mark.parametrize("margin", ["  ", "\t", "        "])
def test_a_body_gets_the_indentation_of_the_function_that_it_continues(margin):
    stub = f'def f(x):\n{margin}"""Add."""\n'

    for body in ("y = x\nreturn y + 1", f"y = x\n{margin}return y + 1", f"{margin}y = x\n{margin}return y + 1"):
        code = python(body, stub=stub)

        assert code is not None
        assert result_of(code, 1) == 2


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("```python\nprint(f(1))\n```", "print(f(1))\n"),
        ("```python\ndef g(x):\n    return x\n```", "def g(x):\n    return x\n"),
        ("```python\nimport os\nos._exit(0)\n```", "import os\nos._exit(0)\n"),
        ("```json\n{}\n```", None),
        ("I return x + 1 from it.", None),
        ("pass", None),
        ("42", None),
        ("    ", None),
    ],
)
def test_what_is_no_body_is_not_made_one(reply, code):
    assert python(reply, stub=STUB) == code


def test_future_imports_are_moved_to_the_top_when_blocks_are_joined():
    reply = (
        "```python\nimport math\nK = 'é'\n```\n"
        "```python\n'''Doc.'''\nfrom __future__ import (\n    annotations,\n); J = 2\ndef f(x) -> No: return K, J\n```"
    )
    code = python(reply)

    assert code is not None
    assert result_of(code, 0) == ("é", 2)


@pytest.mark.parametrize(
    "definition",
    [
        "f = lambda x: x + 1",
        "class f:\n    pass",
        "async def f(x):\n    pass",
        "if True:\n    def f(x):\n        return 1",
        "from math import floor as f",
        "def g(x):\n    return 1\n\nf, h = g, g",
    ],
)
def test_an_entry_point_may_be_bound_in_any_way(definition):
    assert python(f"```\nother()\n```\n```python\n{definition}\n```\n```python\nprint(1)\n```") == f"{definition}\n"


def test_a_block_of_another_name_is_still_run_so_that_the_model_is_told():
    assert python("```python\ndef g(x):\n    return x\n```") == "def g(x):\n    return x\n"


def test_a_python_block_that_does_not_parse_is_still_the_answer():
    assert python("```python\ndef f(x)\n    return x\n```") == "def f(x)\n    return x\n"


def test_a_fence_inside_a_docstring_does_not_end_the_block():
    code = 'def f(x):\n    """Add.\n\n    ```\n    f(1)\n    ```\n    """\n    return x + 1\n'

    assert python(f"```python\n{code}```\nDone.") == code


def test_odd_escapes_in_a_reply_are_no_warning_of_ours():
    code = 'def f(x):\n    return "\\d" + x\n'

    assert python(f"```python\n{code}```") == code
    assert python(code) == code


def test_half_a_surrogate_pair_in_a_reply_can_be_sent_on():
    code = python("```python\ndef f(x):\n    return '\ud83d'\n```")

    assert code is not None
    assert code.encode()


def test_a_script_is_the_last_block_that_reads_its_input():
    reply = (
        "```python\nn = 5\nprint(n)\n```\n```python\nprint(int(input()) + 1)\n```\n"
        "Example:\n```\n4\n```\n```text\n5\n```\n```python\nassert 4 + 1 == 5\n```"
    )

    assert script(reply) == "print(int(input()) + 1)\n"


def test_a_script_that_reads_nothing_and_a_bare_script_are_scripts_too():
    assert script("```python\nprint(1)\n```") == "print(1)\n"
    assert script("import sys\nprint(sys.stdin.read())") == "import sys\nprint(sys.stdin.read())"
    assert script("print(42)") == "print(42)"
    assert script("Yes") is None


@pytest.mark.parametrize(
    ("reply", "query"),
    [
        ("```sql\nSELECT 1\n```", "SELECT 1\n"),
        ("First:\n```sql\nSELECT 1\n```\nBetter:\n```SQL\nSELECT 2\n```", "SELECT 2\n"),
        ("```sql\nSELECT 1\n```\nFor speed:\n```sql\nCREATE INDEX i ON t (a)\n```", "SELECT 1\n"),
        (
            "```sqlite\n-- the answer\n/* all */ WITH a AS (SELECT 1)\nSELECT * FROM a;\n```",
            "-- the answer\n/* all */ WITH a AS (SELECT 1)\nSELECT * FROM a;\n",
        ),
        ("```\nselect 1\n```\nResult:\n```\n1\n```", "select 1\n"),
        ("~~~sql\nSELECT 1", "SELECT 1\n"),
        ("SELECT a\nFROM t;", "SELECT a\nFROM t;"),
        ("with a as (select 1) select * from a", "with a as (select 1) select * from a"),
        ("```sql\nDELETE FROM t\n```", "DELETE FROM t\n"),
        ("Sorry, no.", None),
        ("```python\nprint(1)\n```", None),
        ("```\n1 | 2\n```", None),
    ],
)
def test_the_query_is_the_last_sql_block_that_is_one_or_a_bare_query(reply, query):
    assert sql(reply) == query


@given(st.text(alphabet="`~ \npyf():def=x1\t\"'#<>", max_size=200))
def test_no_reply_is_an_error(reply):
    for entry_point in (None, "f"):
        extract_code(reply, language=Language.PYTHON, entry_point=entry_point, stub=STUB)
    sql(reply)


@pytest.mark.parametrize(
    "part",
    [
        "```\n",
        "```python\n",
        "```python\nx\n```\n",
        "(",
        "-",
        "a.",
        "~~~ `\n",
        "/*",
        "--\n",
        " ",
        "\t```",
        "x=1;",
        "def f(): pass\n",
        "```python\ndef f(): g()\n```\n",
        "from __future__ import annotations\n",
        "`",
        "```md\n",
        "\n",
    ],
)
@pytest.mark.timeout(60)  # the square of the length would take minutes
def test_a_long_reply_is_read_to_its_end(part):
    reply = part * (50_000 // len(part))

    for found in (python(reply, stub=STUB), python(f"```python\n{reply}", stub=STUB), sql(reply)):
        assert found is None or isinstance(found, str)


@pytest.mark.parametrize("block", ["```\na\n```\n", "```py\na\n```\n", "```\n a(\n```\n"])
def test_the_functions_beginning_is_not_read_anew_for_each_of_many_blocks(block, monkeypatch):
    read: list[str] = []

    def watched(text):
        read.append(text)
        return parse(text)

    monkeypatch.setattr("yzindex.grading.scripts.parse", watched)

    assert python(block * 2000, stub=STUB) in (None, "a\n")

    assert sum(text.startswith(STUB.rstrip()) for text in read) <= 200
