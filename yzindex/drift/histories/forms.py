"""The forms in which a history may be written, and what to do with an answer that stands in it twice."""

from enum import StrEnum


class Form(StrEnum):
    """What `--from` takes; each has a reader in `yzindex.drift.histories.reading`."""

    #: Columns `date,model,dimension,question,score`.
    CSV = "csv"
    #: Logs of Inspect AI, `.eval` or `.json`.
    INSPECT = "inspect"
    #: Results and samples of the Language Model Evaluation Harness.
    LM_EVAL = "lm-eval"
    #: What `promptfoo eval --output FILE.json` writes.
    PROMPTFOO = "promptfoo"


class Repeats(StrEnum):
    """What becomes of several answers of one model, in one version, to one question on one day."""

    #: They are a fault: nobody but their author knows whether they are attempts or a mistake.
    REFUSE = "refuse"
    #: They are attempts: their mean counts, those without a score aside.
    MEAN = "mean"
