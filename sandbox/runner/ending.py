"""Ends a case's process early, where all that is left for the interpreter is to free memory."""

from __future__ import annotations

import atexit
import gc
import sys
from _weakref import CallableProxyType, ProxyType, ReferenceType

from sandbox.runner.libc import LockedFunction, address

#: By these a program can change what we ask at its end, or have a part in it that is no object's; see `Ending`.
#: Process 1 forgets that it has imported them.
TELLING = ("gc", "ctypes", "_xxsubinterpreters", "_interpreters")
#: Blocks of memory beyond which ending early is worth nothing; the interpreter itself has 20,000.
MOST_BLOCKS = 300_000
MRO_OF = type.__dict__["__mro__"].__get__
DICT_OF = type.__dict__["__dict__"].__get__
EXIT = LockedFunction(address("exit"))
CALLBACK_OF = ReferenceType.__dict__["__callback__"].__get__


class Ending:
    """Ends the process where all that is left for the interpreter is to free memory.

    Freeing takes longer than all else in a small case, as it touches everything that was shared with process 1. What a
    program can have a part in is left to the interpreter: it joins threads and runs atexit functions, of which ours is
    the last. If nothing of the program's does anything when it is freed, what remains is flushing stdout and exiting;
    wherever something is not as usual the interpreter goes on.
    """

    def __init__(self) -> None:
        #: What the process ends with; None as long as that is the interpreter's to find out.
        self.status: int | None = None
        self._streams = {"stdout": sys.stdout, "stderr": sys.stderr}
        atexit.register(self._leave)

    def give_up(self) -> None:
        """Leave the end to the interpreter."""
        atexit.unregister(self._leave)
        gc.unfreeze()

    def _leave(self) -> None:
        if self.status is not None and self._is_usual() and self._flush():
            EXIT(self.status)  # and not os._exit: what a C library buffers is flushed too
        gc.unfreeze()  # what is ours may lead to what is the program's

    def _is_usual(self) -> bool:
        for name, own in self._streams.items():
            if getattr(sys, name, None) is not own:
                return False
        return not is_freed_with_effect()

    def _flush(self) -> bool:
        """Flush the standard streams; False if that failed: the interpreter does it again and says so."""
        try:
            for stream in self._streams.values():
                if not stream.closed:
                    stream.flush()
        except (OSError, ValueError):
            return False
        return True


def is_freed_with_effect() -> bool:
    """Whether anything made since the garbage collector was told to freeze may do something when it is freed.

    That is what has a `__del__`, as files and suspended generators have, any class that has one, whose instances may
    not be known to the collector, and a weak reference that calls somebody. No code of the program's is asked.
    """
    if sys.getallocatedblocks() > MOST_BLOCKS:
        return True  # only to list what there is takes memory
    for name in TELLING:
        if name in sys.modules:
            return True
    made = gc.get_objects()
    types = {id(kind): kind for kind in map(type, made)}
    for each in made:
        kind = type(each)
        if issubclass(kind, type):
            types[id(each)] = each
        elif issubclass(kind, ReferenceType) and CALLBACK_OF(each) is not None:
            return True
    for kind in types.values():
        for base in MRO_OF(kind):
            if base is ProxyType or base is CallableProxyType or "__del__" in DICT_OF(base):
                return True
    return False
