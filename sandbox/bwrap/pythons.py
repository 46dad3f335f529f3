"""The interpreters of this machine that programs may run on."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sandbox.bwrap.walls import Python

_SYSTEM = Path("/usr/bin/python3")
_USR = Path("/usr")
_ANSWER_WITHIN_S = 30.0
#: Also that it is whole: some distributions put parts of the standard library into packages of their own.
_CHECK = """
import _sitebuiltins, ctypes, json, resource, select, socket, sys
sys.exit(sys.version_info < (3, 11))
"""


def pythons() -> Iterator[Python]:
    """Give those of 3.11 or later, the distribution's own first. Whether the sandbox can read them is to be tried."""
    if _is_fit(_SYSTEM):
        yield Python(executable=_SYSTEM.resolve(), prefix=None)
    ours = Path(sys.executable).resolve()
    if ours == _SYSTEM.resolve() or not ours.is_relative_to(Path(sys.base_prefix).resolve()):
        return
    prefix = Path(sys.base_prefix).resolve()
    yield Python(executable=ours, prefix=None if prefix.is_relative_to(_USR) else prefix)


def _is_fit(executable: Path) -> bool:
    try:
        return not subprocess.run(
            [executable, "-I", "-S", "-c", _CHECK], capture_output=True, timeout=_ANSWER_WITHIN_S, check=False
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False
