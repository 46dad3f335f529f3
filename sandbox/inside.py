"""What a program finds around it, the same in every implementation: the interpreter's options and the environment."""

from sandbox.conversation import BOOTSTRAP

#: A memory file system of its own, the only place to write to.
WRITABLE = "/tmp"  # noqa: S108
HOSTNAME = "sandbox"
#: Neither root nor any user of the host's.
NOBODY = 65534
#: -P -s: nothing to import but the standard library; not -I, which would ignore PYTHONHASHSEED.
OPTIONS = ("-P", "-s", "-S", "-B", "-X", "utf8", "-c")
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": WRITABLE,
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # Sets in the same order every day: an answer must not pass on one day and fail on another.
    "PYTHONHASHSEED": "0",
    # Each arena takes 64 MiB of addresses for every thread.
    "MALLOC_ARENA_MAX": "2",
}
#: Open files, and bytes of the largest one.
MAX_FILES = 256
MAX_FILE_BYTES = 16 * 1024 * 1024
#: Files and folders in `WRITABLE`.
MAX_INODES = 4096
#: If the host runs out of memory, a sandbox goes first.
OOM_SCORE_ADJ = 1000


def runner_command(python: str) -> list[str]:
    """The command of process 1."""
    return [python, *OPTIONS, BOOTSTRAP]
