"""A path by which a unix socket in the data folder can be reached by everybody.

The kernel takes at most 107 bytes for a socket's path, and a data folder may lie deeper than that. The path also
travels inside an address (`redis+socket:///...`), where some characters mean something else. In both cases the folder
is reached through a symbolic link with a short plain name, in a temporary folder that only this user may enter.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: `sun_path` is 108 bytes with its closing zero.
LONGEST = 107
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


@contextmanager
def reachable(socket: Path) -> Iterator[Path]:
    """Give a path of the socket that is short and plain; it is the socket's own whenever that will do."""
    if will_do(socket):
        yield socket
        return
    private = Path(tempfile.mkdtemp(prefix="yz-"))
    try:
        (private / "state").symlink_to(socket.parent, target_is_directory=True)
        yield private / "state" / socket.name
    finally:
        shutil.rmtree(private)


def will_do(socket: Path) -> bool:
    """Whether a socket can be bound here and named in an address."""
    return len(os.fsencode(socket)) <= LONGEST and _PLAIN.fullmatch(str(socket)) is not None
