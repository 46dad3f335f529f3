"""The launcher: a small process beside its owner's that starts boxes, each as a fork of itself that becomes bubblewrap.

What a box needs before bubblewrap, another user, namespaces, limits and memory file systems, is done in the fork by
system calls: a program for each of them would be most of what the owner's side of a start takes.

Standard library only, Python 3.11 or later; run as a file of its own. It imports little: the more memory, the longer a
fork takes. Requests come as messages on descriptor 0: a Python literal (`Request`) and the words of a command, with a
NUL between any two, and with them the descriptors that the box is to have, numbered from 0. The answer is the process
id of what becomes bubblewrap with a pidfd, or in words why there is none. What goes wrong after the fork is said on the
box's own stderr.

It ends when its owner has died or hung up, and its boxes with it: it is the parent that bubblewrap is to die with.
"""

import ctypes
import gc
import os
import resource
import select
import signal
import socket
import sys
from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TypedDict

    class MemoryFiles(TypedDict):
        """A tmpfs to mount: where, and the options of its own that mount(2) takes."""

        folder: str
        options: str
        #: Flags of mount(2).
        flags: int

    class Request(TypedDict):
        """What is to be done before bubblewrap begins."""

        #: User and group to become; None to stay who the owner is.
        uid: int | None
        oom_score_adj: int
        #: Resource limits, both soft and hard, by the kernel's numbers.
        limits: dict[int, int]
        #: In the order in which they are mounted; a folder that is missing is made.
        mounts: list[MemoryFiles]
        #: Contents of small files, by path.
        files: dict[str, str]


#: Of a box: stdin, stdout, stderr, and two more that bubblewrap knows by number.
DESCRIPTORS = 5
MAX_MESSAGE_BYTES = 1 << 16
#: In place of bubblewrap's own status, where it was not reached.
NOT_STARTED = 71
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_PR_SET_DUMPABLE = 4

_libc = ctypes.CDLL(None, use_errno=True)
_mount = _libc.mount
_mount.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p)
_unshare = _libc.unshare
_prctl = _libc.prctl


def main(owner: int) -> None:
    """Serve until nobody is left to ask; `owner` is a pidfd."""
    os.set_inheritable(owner, False)
    # So that no descriptor of a request has a number that one of a box is to get.
    while os.open(os.devnull, os.O_RDWR) < DESCRIPTORS:
        pass
    # Who starts us may have had some ignored, and what is ignored stays so in what we start.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, *IGNORED_BY_PYTHON}:
        signal.signal(number, signal.SIG_DFL)
    gc.disable()
    gc.freeze()
    requests = socket.socket(fileno=0)
    boxes: dict[int, int] = {}
    poll = select.poll()
    for fd in (owner, 0):
        poll.register(fd, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd in boxes:
                poll.unregister(fd)
                os.close(fd)
                os.waitpid(boxes.pop(fd), 0)
            elif fd == owner or not serve(requests, poll, boxes):
                return


def receive(sock: socket.socket, max_bytes: int, max_fds: int) -> tuple[bytes, list[int]]:
    """Receive a message and its descriptors, none of which is inherited: `socket.recv_fds` passes its flags to nobody.

    Where this process can have no more descriptors, some are missing.
    """
    fds = array("i")
    message, controls, _, _ = sock.recvmsg(max_bytes, socket.CMSG_LEN(max_fds * fds.itemsize), socket.MSG_CMSG_CLOEXEC)
    for _, _, held in controls:
        fds.frombytes(held)
    return message, fds.tolist()


def serve(requests: socket.socket, poll: select.poll, boxes: dict[int, int]) -> bool:
    """Take a request and answer it; False if there are no more."""
    message, fds = receive(requests, MAX_MESSAGE_BYTES, DESCRIPTORS)
    if not message:
        return False
    try:
        if len(fds) < DESCRIPTORS:
            raise OSError("it may have no more descriptors")
        pid, pidfd = start(message, fds)
    except OSError as error:
        requests.send(str(error).encode())
        return True
    finally:
        for fd in fds:
            os.close(fd)
    boxes[pidfd] = pid
    poll.register(pidfd, select.POLLIN)
    socket.send_fds(requests, [b"%d" % pid], [pidfd])
    return True


def start(message: bytes, fds: list[int]) -> tuple[int, int]:
    """Start a box; give process id and pidfd of what becomes bubblewrap."""
    pid = os.fork()
    if pid == 0:
        become_box(message, fds)
    try:
        return pid, os.pidfd_open(pid)  # not yet waited for, so the number is still its own
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def become_box(message: bytes, fds: list[int]) -> "NoReturn":
    """Turn this freshly forked process into bubblewrap's."""
    try:
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        literal, *argv = message.split(b"\0")
        request: Request = eval(literal, {"__builtins__": {}})
        enter_namespaces(request["uid"])
        write("/proc/self/oom_score_adj", str(request["oom_score_adj"]))
        for each in request["mounts"]:
            mount_memory_files(each)
        for path, content in request["files"].items():
            write(path, content)
        for limit, most in request["limits"].items():
            resource.setrlimit(limit, (most, most))
        for number in IGNORED_BY_PYTHON:
            signal.signal(number, signal.SIG_DFL)
        os.execve(argv[0], argv, {"PATH": os.defpath})
    except BaseException as error:
        os.write(2, f"launcher: {error}\n".encode())
    finally:
        os._exit(NOT_STARTED)


def enter_namespaces(uid: int | None) -> None:
    """Become root of a user namespace that maps nobody but this user, with mounts of its own."""
    if uid is not None:
        become_user(uid)
    user, group = os.geteuid(), os.getegid()
    checked("unshare", _unshare(_CLONE_NEWUSER | _CLONE_NEWNS))
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"0 {user} 1")
    write("/proc/self/gid_map", f"0 {group} 1")
    checked("making mounts private", _mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))


def become_user(uid: int) -> None:
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise OSError(f"becoming user {uid}: {error.strerror}") from error
    # Its own files in /proc, by which users are mapped, are root's since.
    checked("prctl", _prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0))


def mount_memory_files(mount: "MemoryFiles") -> None:
    folder = mount["folder"]
    if not os.path.isdir(folder):
        os.mkdir(folder)
    mounted = _mount(b"tmpfs", os.fsencode(folder), b"tmpfs", mount["flags"], mount["options"].encode("ascii"))
    checked(f"mounting a tmpfs on {folder}", mounted)


def write(path: str, content: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    os.write(fd, content.encode("ascii"))
    os.close(fd)


def checked(what: str, result: int) -> None:
    """Raise what the C library says of a call that failed."""
    if result:
        raise OSError(f"{what}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
