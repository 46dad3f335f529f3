"""Read a history in any of its forms, whole or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from yzindex.drift.histories.assembling import assembled
from yzindex.drift.histories.columns import LoggedAnswer, columns_of
from yzindex.drift.histories.csv_history import read_csv
from yzindex.drift.histories.faults import Faults
from yzindex.drift.histories.forms import Form, Repeats
from yzindex.drift.histories.inspect_logs import read_inspect
from yzindex.drift.histories.lm_eval_logs import read_lm_eval
from yzindex.drift.histories.promptfoo_logs import read_promptfoo
from yzindex.drift.history import History
from yzindex.errors import InvalidHistory

_LOG_READERS: dict[Form, Callable[[Sequence[Path], Faults, Sequence[str]], list[LoggedAnswer]]] = {
    Form.INSPECT: lambda paths, faults, measures: read_inspect(paths, faults, measures=measures),
    Form.LM_EVAL: lambda paths, faults, measures: read_lm_eval(paths, faults, measures=measures),
    Form.PROMPTFOO: lambda paths, faults, _: read_promptfoo(paths, faults),
}
#: Forms in which an answer may have several scores.
MEASURED = (Form.INSPECT, Form.LM_EVAL)


def read_history(
    paths: Sequence[Path],
    form: Form = Form.CSV,
    *,
    repeats: Repeats = Repeats.REFUSE,
    measures: Sequence[str] = (),
) -> History:
    """Read CSV files (`-` is standard input), or logs and folders of them; raise `InvalidHistory` with what is wrong.

    `measures` names scorers of Inspect or metrics of lm-eval: of each log the first that it has counts, or what the log
    has first where none is named. That a history is too short or all unscored is no fault.
    """
    if not paths:
        raise InvalidHistory("no history was named; name a file")
    if measures and form not in MEASURED:
        raise InvalidHistory(f"an answer in the form {form} has one score; leave --measure out")
    faults = Faults()
    if form is Form.CSV:
        read = read_csv(paths, faults)
    else:
        read, unfit = columns_of(_LOG_READERS[form](paths, faults, measures))
        for fault in unfit:
            faults.add(fault)
    return assembled(read, faults, repeats=repeats)
