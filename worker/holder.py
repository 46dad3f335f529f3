"""Who holds a row, named so that other processes of its machine see when it is dead.

A lease ends by itself after a minute, whoever held it. On the machine of the dead, nobody needs to wait for that.
"""

import socket
from secrets import token_hex

from sandbox.process import is_known_dead, name_of_this_process
from yzindex.records.database import Database
from yzindex.records.leases import holders, release


def holder_of_this_process() -> str:
    """Host, a word of chance, and the process."""
    return f"{socket.gethostname()} {token_hex(4)} {name_of_this_process()}"


def is_dead(holder: str) -> bool:
    """Whether this is a process of our machine that has certainly ended."""
    host, _, rest = holder.partition(" ")
    return host == socket.gethostname() and is_known_dead(rest.partition(" ")[2])


def release_rows_of_the_dead(database: Database) -> int:
    """End the leases of rows whose holders are seen to be dead; return how many rows."""
    dead = [holder for holder in holders(database) if is_dead(holder)]
    return release(database, dead) if dead else 0
