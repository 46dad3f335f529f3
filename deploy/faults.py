"""What can keep the one-machine stack from running. Each message says what to do.

StackError
├── AlreadyRunning      another stack holds the data folder
├── ChildFailed         a part did not start, or keeps dying; ends with the tail of its log
├── DatabaseUnusable    the tables cannot be brought to this version
├── ModelsFileInTheWay  somebody's models file lies where the stack writes its own
└── QueueUnreachable    the server that REDIS_URL names does not answer
"""


class DemoFailed(Exception):
    """The demo has nothing to show; the message says what to do."""


class StackError(Exception):
    """The stack cannot run."""


class AlreadyRunning(StackError):
    """Another stack holds the data folder: stop it, or name another folder in YZ_DATA_DIR."""


class ChildFailed(StackError):
    """A part did not start, or keeps dying."""


class DatabaseUnusable(StackError):
    """The tables cannot be brought to this version."""


class ModelsFileInTheWay(StackError):
    """Somebody's models file lies where the stack writes its own."""


class QueueUnreachable(StackError):
    """The server that REDIS_URL names does not answer."""
