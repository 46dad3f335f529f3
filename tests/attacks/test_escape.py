"""Programs that reach for what is not theirs: the network, the runner, other files, the next program."""

from __future__ import annotations

import os

import pytest

from sandbox import Outcome, syscalls

LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"


def test_no_tcp_connection_leaves(attack):
    seen = attack("import socket\nsocket.create_connection(('1.1.1.1', 53), timeout=3)")

    assert seen.outcome is Outcome.RUNTIME_ERROR
    assert b"Network is unreachable" in seen.stderr


def test_no_name_is_resolved(attack):
    seen = attack("import socket\nsocket.getaddrinfo('example.com', 80)")

    assert seen.outcome is Outcome.RUNTIME_ERROR
    assert b"gaierror" in seen.stderr


def test_there_is_no_interface_but_a_loopback(attack):
    seen = attack("import socket\nprint([name for _, name in socket.if_nameindex() if name == 'eth0'])")

    assert seen.stdout == b"[]\n"


@pytest.mark.parametrize("family", ["VSOCK", "ALG", "PACKET", "CAN", "TIPC", "BLUETOOTH"])
@pytest.mark.parametrize("make", ["socket", "socketpair"])
def test_no_socket_leads_past_the_network_inside(attack, make, family):
    seen = attack(f"import socket\nsocket.{make}(socket.AF_{family}, socket.SOCK_STREAM)")

    assert seen.outcome is Outcome.RUNTIME_ERROR
    assert b"PermissionError" in seen.stderr or b"not supported" in seen.stderr


@pytest.mark.parametrize("request_number", [16, 0x4206], ids=["attach", "seize"])
def test_the_runner_cannot_be_traced(attack, request_number):
    seen = attack(f"{LIBC}print(libc.ptrace({request_number}, 1, 0, 0), os.strerror(ctypes.get_errno()))")

    assert seen.stdout == b"-1 Operation not permitted\n"


@pytest.mark.parametrize("name", ["mem", "maps", "environ", "fd/0", "fd/1", "fd", "auxv", "stack"])
def test_the_runner_cannot_be_read(attack, name):
    seen = attack(
        "import os\n"
        f"path = '/proc/1/{name}'\n"
        "try: print(os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read(10))\n"
        "except OSError as error: print(error.strerror)\n"
    )

    assert seen.stdout in (b"Permission denied\n", b"Operation not permitted\n")


def test_the_runner_cannot_be_read_by_system_call(attack):
    read = (
        "class Iovec(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('len', ctypes.c_size_t)]\n"
        "here = ctypes.create_string_buffer(8)\n"
        "local, remote = Iovec(ctypes.addressof(here), 8), Iovec(id(read_it := object()), 8)\n"
        "n = libc.process_vm_readv(1, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)\n"
        "print(n, os.strerror(ctypes.get_errno()))\n"
    )

    seen = attack(LIBC + read)

    assert seen.stdout == b"-1 Operation not permitted\n"


def test_the_runner_lends_none_of_its_descriptors(attack):
    seen = attack(f"{LIBC}pid = os.pidfd_open(1)\nprint([libc.syscall(438, pid, fd, 0) for fd in range(8)])")

    assert set(seen.stdout.strip(b"[]\n").split(b", ")) == {b"-1"}


def test_killing_every_process_does_not_reach_the_runner(attack):
    seen = attack(
        "import os, signal\ntry: os.kill(-1, signal.SIGKILL)\nexcept ProcessLookupError: print('nobody to kill')"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"nobody to kill\n")


def test_no_signal_reaches_the_runner(attack):
    seen = attack("import os, signal\nfor n in signal.valid_signals(): os.kill(1, n)\nprint('sent')")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"sent\n")


def test_the_runner_does_not_survive_a_limit_set_on_it_and_the_program_is_blamed(attack):
    seen = attack("import resource\nresource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0))\nprint('set')")

    assert seen.outcome in (Outcome.RUNTIME_ERROR, Outcome.COMPLETED)


@pytest.mark.parametrize("path", ["/usr/bin/python3", "/etc/passwd", "/new", "/dev/new", "/proc/sys/kernel/hostname"])
def test_nothing_outside_tmp_can_be_written(attack, path):
    seen = attack(f"open({path!r}, 'ab').write(b'x')")

    assert seen.outcome is Outcome.RUNTIME_ERROR
    assert b"OSError" in seen.stderr or b"PermissionError" in seen.stderr


def test_a_file_in_tmp_cannot_be_executed(attack):
    seen = attack(
        "import os, shutil\nshutil.copy('/bin/true', '/tmp/t')\nos.chmod('/tmp/t', 0o755)\nos.execv('/tmp/t', ['t'])"
    )

    assert b"PermissionError" in seen.stderr


def test_the_program_is_nobody_and_cannot_become_another(attack):
    seen = attack(
        "import os\n"
        "print(set(os.getresuid() + os.getresgid()) | set(os.getgroups()))\n"
        "print(open('/proc/self/status').read().split('CapEff:')[1][1:17])\n"
        "os.setuid(0)\n"
    )

    assert seen.stdout == b"{65534}\n0000000000000000\n"
    # Not allowed to, or, in a user namespace that has no root, no such user.
    assert b"PermissionError" in seen.stderr or b"Invalid argument" in seen.stderr


def test_no_secret_is_in_proc(attack, monkeypatch):
    monkeypatch.setenv("YZ_SECRET_OF_OURS", "hunter2-hunter2")

    seen = attack(
        "import glob, os\n"
        "text = b''\n"
        "for name in glob.glob('/proc/*/*') + ['/proc/mounts', '/proc/self/mountinfo']:\n"
        "    if name.rpartition('/')[2] in ('environ', 'cmdline', 'mounts', 'mountinfo'):\n"
        "        try: text += open(name, 'rb').read()\n"
        "        except OSError: pass\n"
        "print(len(text) > 0, b'hunter2' in text, sorted(os.environ))\n"
    )

    assert seen.stdout.startswith(b"True False")
    assert b"YZ_" not in seen.stdout


def test_namespaces_and_mounts_are_refused(attack):
    seen = attack(f"{LIBC}print(libc.unshare(0x10000000), libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))")

    assert seen.stdout == b"-1 -1\n"


@pytest.mark.parametrize(
    "name",
    [
        "shmget",
        "msgget",
        "semget",
        "mq_open",
        "sched_setscheduler",
        "sched_setattr",
        "sched_setaffinity",
        "setpriority",
    ],
)
def test_what_outlasts_a_case_or_starves_the_runner_is_refused(attack, name):
    _, numbers = syscalls._ARCHITECTURES[os.uname().machine]

    seen = attack(f"{LIBC}print(libc.syscall({numbers[name]}, 0, 0, 0, 0), os.strerror(ctypes.get_errno()))")

    assert seen.stdout == b"-1 Operation not permitted\n"


def test_a_program_may_lower_its_own_limits_and_not_see_those_of_the_runner(attack):
    seen = attack(
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))\n"
        "print(resource.prlimit(0, resource.RLIMIT_NOFILE))\n"
        "try: resource.prlimit(1, resource.RLIMIT_NOFILE)\n"
        "except PermissionError as error: print(error.strerror)\n"
    )

    assert seen.stdout == b"(9, 9)\nOperation not permitted\n"


@pytest.mark.parametrize("name", ["add_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "setns"])
def test_parts_of_the_kernel_that_no_answer_needs_are_out_of_reach(attack, name):
    _, numbers = syscalls._ARCHITECTURES[os.uname().machine]

    seen = attack(f"{LIBC}print(libc.syscall({numbers[name]}, 0, 0, 0, 0, 0), os.strerror(ctypes.get_errno()))")

    assert seen.stdout == b"-1 Operation not permitted\n"


def test_a_segmentation_fault_is_an_error_of_the_program(attack):
    seen = attack("import ctypes\nctypes.string_at(0)")

    assert (seen.outcome, seen.exit_status) == (Outcome.RUNTIME_ERROR, -11)


def test_exit_status_137_is_not_taken_for_a_kill_for_memory(attack):
    seen = attack("import os\nos._exit(137)")

    assert (seen.outcome, seen.limit, seen.exit_status) == (Outcome.RUNTIME_ERROR, None, 137)


def test_killing_itself_is_not_taken_for_a_kill_for_memory(attack):
    seen = attack("import os\nos.kill(os.getpid(), 9)")

    assert (seen.outcome, seen.limit, seen.exit_status) == (Outcome.RUNTIME_ERROR, None, -9)


def test_bytes_that_are_no_text_come_out_as_they_are(attack):
    seen = attack("import sys\nsys.stdout.buffer.write(b'\\xff\\x00\\xc3(')")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"\xff\x00\xc3(")


def test_bytes_that_are_no_text_go_in_as_they_are(attack):
    seen = attack("print(input())", stdin=b"\xff\x00\xc3(\n")

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"\xff\x00\xc3(\n")


@pytest.mark.parametrize("source", ["\ud800", "x = '\x00'", "'unclosed"], ids=["surrogate", "nul", "syntax"])
def test_a_source_that_is_no_python_is_an_error_of_the_program(attack, source):
    seen = attack(source)

    assert seen.outcome is Outcome.RUNTIME_ERROR
