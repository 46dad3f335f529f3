"""Programs that pile up what is not counted as a process's own memory: files, descriptors, buffers of the kernel."""

from __future__ import annotations

import pytest

from sandbox import Limit, Outcome, inside
from tests.sandboxes import TIGHT

MIB = 1024 * 1024


def test_memory_in_a_child_alone_hits_the_memory_limit(attack):
    seen = attack(
        "import os\n"
        "pid = os.fork()\n"
        "if not pid:\n"
        "    kept = []\n"
        "    while True: kept.append(bytearray(b'x') * (1 << 20))\n"
        "os.waitpid(pid, 0)\n"
        "print('fine')\n"
    )

    if seen.outcome is Outcome.COMPLETED:  # refused by the limit of addresses before the kernel had to kill
        assert b"MemoryError" in seen.stderr
    else:
        assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


def test_memory_files_are_memory(attack):
    seen = attack(
        "import os\n"
        "for n in range(32):\n"
        "    file = os.memfd_create('m')\n"
        "    for _ in range(15): os.write(file, bytes(1 << 20))\n"
        "print('480 MiB')\n"
    )

    assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


def test_memory_that_belongs_to_no_process_hits_the_memory_limit_all_the_same(attack):
    # The runner is then the largest process there is when the kernel looks for one to kill.
    seen = attack(
        "import os\n"
        "for n in range(12, 20): os.dup2(os.memfd_create('m'), n)\n"
        "fill = 'for n in 12 13 14 15 16 17 18 19; do head -c 15728640 /dev/zero >&$n; done'\n"
        "os.execv('/bin/bash', ['bash', '-c', f'{fill}; echo all written'])\n"
    )

    assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


@pytest.mark.parametrize(
    "make", ["os.pipe()", "(pair := socket.socketpair(), [end.detach() for end in pair])[1]"], ids=["pipes", "sockets"]
)
def test_buffers_of_the_kernel_are_bounded(attack, make):
    seen = attack(
        "import fcntl, os, socket\n"
        "size = 0\n"
        "try:\n"
        "    while True:\n"
        f"        ours, theirs = {make}\n"
        "        try: fcntl.fcntl(theirs, 1031, 1 << 20)\n"
        "        except OSError: pass\n"
        "        os.set_blocking(theirs, False)\n"
        "        try:\n"
        "            while True: size += os.write(theirs, bytes(1 << 16))\n"
        "        except BlockingIOError: pass\n"
        "except OSError as error: print(size, error.strerror)\n"
    )

    if seen.outcome is Outcome.COMPLETED:
        size, _, why = seen.stdout.decode().partition(" ")
        assert int(size) <= TIGHT.memory_mib * MIB
        assert why == "Too many open files\n"
    else:
        assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


def test_one_huge_file_ends_at_the_size_of_a_file(attack):
    seen = attack(
        "size = 0\n"
        "try:\n"
        "    with open('/tmp/huge', 'wb', buffering=0) as file:\n"
        "        while True: size += file.write(bytes(1 << 20))\n"
        "except OSError as error: print(size, error.strerror)\n"
    )

    size, _, why = seen.stdout.decode().partition(" ")
    assert 0 < int(size) <= inside.MAX_FILE_BYTES
    assert why in ("File too large\n", "No space left on device\n")


@pytest.mark.parametrize("call", ["os.truncate(path, 1 << 40)", "os.posix_fallocate(os.open(path, 1), 0, 1 << 40)"])
def test_a_sparse_file_is_no_larger_than_any_other(attack, call):
    seen = attack(
        f"import os\npath = '/tmp/sparse'\nopen(path, 'w').close()\ntry: {call}\n"
        "except OSError as error: print(error.strerror, os.path.getsize(path))\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"File too large 0\n")


def test_many_open_files_end_at_their_bound(attack):
    seen = attack(
        "held = []\ntry:\n    while True: held.append(open('/tmp/f', 'w'))\n"
        "except OSError as error: print(len(held), error.strerror)\n"
    )

    number, _, why = seen.stdout.decode().partition(" ")
    assert 0 < int(number) < inside.MAX_FILES
    assert why == "Too many open files\n"


def test_names_of_255_bytes_end_with_the_file_table_and_are_gone_afterwards(attack):
    source = (
        "import os\n"
        "n = len(os.listdir('/tmp'))\n"
        "try:\n"
        "    while True:\n"
        "        os.mkdir(b'/tmp/' + b'\\xff' * 250 + b'%05d' % n)\n"
        "        n += 1\n"
        "except OSError as error: print(n, error.strerror)\n"
    )

    seen = [attack(source), attack(source)]

    assert len({each.stdout for each in seen}) == 1
    number, _, why = seen[0].stdout.decode().partition(" ")
    assert 0 < int(number) < inside.MAX_INODES
    assert why == "No space left on device\n"


def test_no_memory_but_that_of_tmp_can_be_filled(attack):
    seen = attack(
        "for place in ('/dev/shm', '/dev', '/run', '/var/tmp', '/dev/mqueue', '/dev/hugepages'):\n"
        "    size = 0\n"
        "    try:\n"
        "        with open(f'{place}/x', 'wb', buffering=0) as file:\n"
        "            for _ in range(200): size += file.write(bytes(1 << 20))\n"
        "    except OSError: pass\n"
        "    if size: print(place, size)\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"")


def test_watches_of_files_end_at_their_bound(attack):
    seen = attack(
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "n = 0\n"
        "while libc.inotify_init() >= 0: n += 1\n"
        "print(n, os.strerror(ctypes.get_errno()))\n"
    )

    number, _, why = seen.stdout.decode().partition(" ")
    assert 0 <= int(number) < inside.MAX_FILES
    assert why == "Too many open files\n"


def test_a_small_stream_that_unpacks_to_gigabytes_hits_the_memory_limit(attack):
    seen = attack(
        "import zlib\n"
        "packer = zlib.compressobj(9, zlib.DEFLATED, -15)\n"
        "mib = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)\n"
        "zlib.decompress(mib * 4000, -15)\n"
    )

    assert (seen.outcome, seen.limit) == (Outcome.MEMORY_LIMIT, Limit.MEMORY)


def test_a_small_archive_that_unpacks_to_gigabytes_ends_at_the_size_of_tmp(attack):
    seen = attack(
        "import zipfile\n"
        "with zipfile.ZipFile('/tmp/bomb.zip', 'w', zipfile.ZIP_DEFLATED) as bomb:\n"
        "    for n in range(20): bomb.writestr(f'{n}', bytes(2 << 20))\n"
        "try: zipfile.ZipFile('/tmp/bomb.zip').extractall('/tmp/out')\n"
        "except OSError as error: print(error.strerror)\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"No space left on device\n")
