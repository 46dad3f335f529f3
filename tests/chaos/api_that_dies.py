"""The API, killed between the commit of a run and the message that starts it: python -m tests.chaos.api_that_dies"""

from __future__ import annotations

import os
import signal
import sys

from api.__main__ import main
from api.publishing import Publisher


def die(_publisher: Publisher, _run_number: int) -> bool:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("survived SIGKILL")


Publisher.dispatch = die  # type: ignore[assignment,method-assign]

if __name__ == "__main__":
    sys.exit(main())
