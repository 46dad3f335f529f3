"""The runner: process 1 of the container or namespace. Gives every case a fresh process and reports facts about it.

Standard library only, Python 3.11 or later. Its modules are sent into the container, where no package of ours is, and
made there by `LOADER`. Outside, only what need not be process 1 is ever called.

A container is thrown away after one program, so what these modules import is paid for with every answer: modules
written in C where there are any (`_signal` is what `signal` wraps in enumerations, `posix` the better part of `os`).
"""

import marshal
from functools import cache
from importlib.resources import files

Modules = tuple[tuple[str, str], ...]

#: Name and source of each module, after those that it imports; the last one's `main` is the runner's.
MODULES: Modules = tuple(
    (f"{__name__}.{name}", files(__name__).joinpath(f"{name}.py").read_text("utf-8"))
    for name in ("libc", "wire", "ending", "candidate", "compiling", "gathered", "kernel", "leftovers", "process1")
)
#: Makes modules of names with sources or code, and gives the last. They import one another by name, but no program can:
#: it finds none of the names. A program that replaces builtins replaces none of theirs.
LOADER = """
def load(modules):
    import builtins, sys
    own = dict(builtins.__dict__)
    for name, code in modules:
        module = sys.modules[name] = type(sys)(name)
        module.__builtins__ = own
        if isinstance(code, str):
            code = compile(code, f"<{name}>", "exec")
        exec(code, module.__dict__)
    for name, _ in modules:
        del sys.modules[name]
    return module
"""


@cache
def compiled(modules: Modules) -> bytes:
    """Give names with code, marshalled: for the Python that runs this, and no other."""
    return marshal.dumps([(name, compile(source, f"<{name}>", "exec", dont_inherit=True)) for name, source in modules])
