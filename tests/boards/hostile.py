"""A small board whose every text from outside is hostile: replies, names, versions, reasons, cases, judges' words.

The scores are those of harmless replies. Texts are stored as the columns store any, without NULs and lone surrogates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import cycle

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from tests.boards.cast import Cast, Character
from tests.boards.questions import board_bank
from tests.boards.wholesale import WholesaleWriter
from yzindex.bank.files import Bank
from yzindex.records.columns import storable
from yzindex.records.database import Database
from yzindex.records.states import AnswerState, Purpose
from yzindex.records.tables import Answer, StoredCall

#: Every script below calls this; a page on which it was called has run a stranger's code.
CALLED = "yzWasHere"
_CALL = f"window.{CALLED}=1"
MEGABYTE = 1_000_000

#: Replies by what is hostile in them.
TEXTS: Mapping[str, str] = {
    "script": f"<script>{_CALL}</script>",
    "image": f'<img src=x onerror="{_CALL}">',
    "closing": f"</pre></code></textarea></template></title></style></script><script>{_CALL}</script>",
    "comment": f"<!-- --><svg onload={_CALL}><!--",
    "attribute": f'" onmouseover="{_CALL}" autofocus onfocus="{_CALL}" x=\'',
    "form": f'<form action="http://127.0.0.2:9/"><button autofocus onfocus="{_CALL}">Log in</button></form>',
    "refresh": '<meta http-equiv="refresh" content="0; url=http://127.0.0.2:9/"><base href="http://127.0.0.2:9/">',
    "style": "<style>*{display:none}</style><link rel=stylesheet href=http://127.0.0.2:9/x.css>",
    "frame": f'<iframe srcdoc="<script>parent.{CALLED}=1</script>"></iframe>',
    "markdown link": f"[Click here](javascript:{_CALL}) and <javascript:{_CALL}> and http://127.0.0.2:9/",
    "markdown image": "![tracked](http://127.0.0.2:9/pixel.png) ![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "markdown html": f"<details open ontoggle={_CALL}>\n\n# Heading\n\n| a | b |\n|---|---|\n| `</td>` | x |",
    "fence": f"```html\n<script>{_CALL}</script>\n```\n``` ` ````` \n</code>",
    "template": "{{ 7 * 7 }} {% for x in range(9) %}{{ config }}{% endfor %} ${7*7} <%= 7 * 7 %> #{7*7}",
    "ansi": "\x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07 \x1b]8;;http://127.0.0.2:9/\x1b\\link\x1b]8;;\x1b\\ \x9b31m",
    "right to left": "score \u202e001 :erocs\u202c and \u200f\u05d0\u05d1\u05d2\u200e end",
    "isolates left open": "\u2066\u2067\u2068 never closed \u202a\u202b\u202d nor these",
    "no width": "pass\u200b\u200c\u200d\u2060\ufeffword \u00ad\u034f",
    "controls": "a\x00b\x01c\x02d\x08e\x0bf\x0cg\x7fh\x85i\u2028j\u2029k\r\nl\rm",
    "surrogates": "lone \ud800 and \udfff, then \ud83d alone",
    "combining": "Z" + "\u0301\u0317\u0325" * 200 + "algo",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏿" * 20,
    "private and unassigned": "\ue000\uf8ff\U000f0000\U0010ffff\ufffe\uffff",
    "one long word": "w" * 20_000,
    "one long line": "word " * (MEGABYTE // 5),
    "many lines": "line\n" * 50_000,
    "blank": " \t\n" * 100,
    "entities": "&lt;script&gt; &amp;lt; &#60;script&#62; &notanentity; &#x202e; %3Cscript%3E",
    "json": f'{{"__proto__": {{"x": 1}}}}</script><script>{_CALL}</script>',
}
#: Those that fit where a name or a reason stands.
_SHORT = tuple(text for text in TEXTS.values() if len(text) < 1_000)

_CHARACTERS = (
    Character(slug="javascript:alert@1", ability=1.5, name=f"<script>{_CALL}</script>", vendor='"><img src=x>'),
    Character(slug="a..b/c--d/0..", ability=1.2, vendor="</td></tr></table>"),
    Character(slug="con/aux.html/index.php:80@host", ability=1.0, name="'; DROP TABLE answer; --"),
    Character(slug="raw", ability=0.8, name="{{ 7 * 7 }}", honesty=0.3),
    Character(slug="compare/1/2", ability=0.5, outage=0.3, vendor="[x](javascript:alert(1))"),
    Character(slug="https:/127.0.0.2:9", ability=0.2, outage=0.3, vendor="&lt;b&gt;"),
)


def hostile() -> Cast:
    return Cast(seed=1, bank=_bank(), characters=_CHARACTERS, began=date(2026, 11, 1), days=8)


def write_hostile(database: Database, board: Cast) -> None:
    """Write the board, then put a hostile text wherever one from outside stands."""
    WholesaleWriter(database, board).write()
    _poison_answers(database)
    _poison_calls(database)


def _bank() -> Bank:
    """The installed bank, with hostile texts in its prompts: a bank may be imported."""
    installed, texts = board_bank(variants=0), cycle(_SHORT)
    questions = (
        each.model_copy(update={"prompt": storable(f"{each.prompt}\n\n{next(texts)}")}) for each in installed.questions
    )
    return Bank(version="<b>1</b>", questions=tuple(questions))


def _poison_answers(database: Database) -> None:
    whole, short = cycle(TEXTS.values()), cycle(_SHORT)
    rows = select(col(Answer.id), col(Answer.state), col(Answer.cases)).order_by(col(Answer.id).desc())
    with database.write() as session:
        found = session.connection().execute(rows).all()
        graded = [
            {
                "of_answer": answer,
                "to_reply": next(whole),
                "to_model": next(short),
                "to_finish": next(short),
                "to_reason": next(short),
                "to_cases": [_poisoned(case, short) for case in cases or ()],
            }
            for answer, state, cases in found
            if state is AnswerState.GRADED
        ]
        unscored = [
            {"of_answer": answer, "to_reason": next(short)}
            for answer, state, _ in found
            if state is not AnswerState.GRADED
        ]
        of_answer = update(Answer).where(col(Answer.id) == bindparam("of_answer"))
        session.connection().execute(
            of_answer.values(
                reply=bindparam("to_reply"),
                model_returned=bindparam("to_model"),
                finish_reason=bindparam("to_finish"),
                reason=bindparam("to_reason"),
                cases=bindparam("to_cases"),
            ),
            graded,
        )
        session.connection().execute(of_answer.values(reason=bindparam("to_reason")), unscored)


def _poisoned(case: dict[str, str | bool], texts: Iterator[str]) -> dict[str, str | bool]:
    return case | {name: storable(next(texts)) for name in ("name", "detail", "expected")}


def _poison_calls(database: Database) -> None:
    whole, short = cycle(TEXTS.values()), cycle(_SHORT)
    rows = select(col(StoredCall.id), col(StoredCall.purpose), col(StoredCall.error)).order_by(col(StoredCall.id))
    with database.write() as session:
        found = session.connection().execute(rows).all()
        session.connection().execute(
            update(StoredCall)
            .where(col(StoredCall.id) == bindparam("of_call"))
            .values(
                model_returned=bindparam("to_model"),
                finish_reason=bindparam("to_finish"),
                request_id=bindparam("to_request"),
                error=bindparam("to_error"),
                text=bindparam("to_text"),
            ),
            [
                {
                    "of_call": call,
                    "to_model": next(short),
                    "to_finish": next(short),
                    "to_request": next(short),
                    "to_error": None if error is None else next(short),
                    "to_text": next(whole) if purpose is Purpose.JUDGE else None,
                }
                for call, purpose, error in found
            ],
        )
