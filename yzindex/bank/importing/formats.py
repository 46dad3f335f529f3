"""The formats of benchmark files that can be imported."""

from enum import StrEnum


class Format(StrEnum):
    """What `yz questions import --format` takes; each has a reader in `yzindex.bank.importing.reading`."""

    #: JSON lines with `task_id`, `prompt`, `entry_point`, `canonical_solution` and `test`.
    HUMAN_EVAL = "human-eval"
    #: JSON lines or an array with `task_id`, `text` or `prompt`, `code` and `test_list`.
    MBPP = "mbpp"
    #: HumanEval+ and MBPP+: JSON lines with `canonical_solution`, `base_input` and `plus_input`.
    EVALPLUS = "evalplus"
