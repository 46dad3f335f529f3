"""Functions of the C library, by `_ctypes`: the module `ctypes` around it takes longer to load than all of ours."""

from __future__ import annotations

import _ctypes

#: All that this process has loaded.
LOADED = _ctypes.dlopen(None, 0)  # type: ignore[arg-type]  # as dlopen(3) takes it


class Function(_ctypes.CFuncPtr):
    """Takes int and bytes, and returns int; what it sets errno to is given by `_ctypes.get_errno`."""

    _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_USE_ERRNO


class LockedFunction(_ctypes.CFuncPtr):
    """The same, during which no other thread runs; without errno."""

    _flags_ = _ctypes.FUNCFLAG_CDECL | _ctypes.FUNCFLAG_PYTHONAPI


def address(name: str) -> int:
    """Where a function is."""
    return _ctypes.dlsym(LOADED, name)
