"""Programs that misuse what they are given to read from and write to."""

from __future__ import annotations

from sandbox import Limit, Outcome
from tests.sandboxes import TIGHT

LATE = (
    "import os, time\n"
    "print('in time', flush=True)\n"
    "if not os.fork():\n"
    "    os.setsid()\n"
    "    if os.fork(): os._exit(0)\n"
    "    time.sleep(0.3)\n"
    "    while True: os.write(1, b'too late')\n"
)


def test_closing_every_descriptor_is_no_trouble_but_the_programs(attack):
    seen = attack("import os\nos.closerange(0, 4096)")

    assert (seen.outcome, seen.stdout, seen.stderr) == (Outcome.COMPLETED, b"", b"")


def test_a_call_that_closes_every_descriptor_has_no_value(forgery):
    seen = forgery("import os\ndef answer(x):\n    os.closerange(0, 4096)\n    return 42")

    assert (seen.outcome, seen.value) == (Outcome.RUNTIME_ERROR, None)


def test_what_a_daemon_writes_after_the_end_of_its_program_is_not_output(attack):
    seen = attack(LATE)

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"in time\n")
    assert seen.wall_s < 2


def test_output_by_the_name_of_a_descriptor_is_output(attack):
    seen = attack(
        "for path in ('/dev/fd/1', '/dev/stdout', '/proc/self/fd/1', '/proc/thread-self/fd/1'):\n"
        "    with open(path, 'w') as file: file.write('by name\\n')\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"by name\n" * 4)


def test_output_that_the_program_reads_back_is_its_own_loss(attack):
    seen = attack(
        "import os\n"
        "reader = os.open('/proc/self/fd/1', os.O_RDONLY | os.O_NONBLOCK)\n"
        "os.close(1)\n"  # the runner sees an end that is none
        "writer = os.open(f'/proc/self/fd/{reader}', os.O_WRONLY)\n"
        "os.write(writer, b'after the end')\n"
    )

    assert seen.outcome is Outcome.COMPLETED
    assert seen.stdout in (b"", b"after the end")


def test_output_past_an_end_that_was_none_is_held_to_its_limit(attack):
    seen = attack(
        "import fcntl, os, time\n"
        "reader = os.open('/proc/self/fd/1', os.O_RDONLY | os.O_NONBLOCK)\n"
        "os.close(1)\n"
        "time.sleep(0.1)\n"
        "writer = os.open(f'/proc/self/fd/{reader}', os.O_WRONLY | os.O_NONBLOCK)\n"
        "fcntl.fcntl(writer, 1031, 1 << 20)\n"
        "try:\n"
        "    while True: os.write(writer, bytes(4096))\n"
        "except BlockingIOError: pass\n"
    )

    assert (seen.outcome, seen.limit) == (Outcome.OUTPUT_LIMIT, Limit.OUTPUT)
    assert len(seen.stdout) <= TIGHT.output_kib * 1024


def test_a_megabyte_of_input_that_nobody_reads_holds_up_nobody(attack):
    seen = attack("print('done')", stdin=b"x" * 1_000_000)

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"done\n")
    assert seen.wall_s < 2


def test_an_input_that_is_written_to_is_no_other_programs(attack):
    spoil = "import os\nos.write(os.open('/proc/self/fd/0', os.O_RDWR), b'spoilt')\nprint(input())"

    spoilt, next_one = attack(spoil, stdin=b"input\n"), attack("print(input())", stdin=b"input\n")

    assert (spoilt.outcome, spoilt.stdout) == (Outcome.COMPLETED, b"spoilt\n")
    assert (next_one.outcome, next_one.stdout) == (Outcome.COMPLETED, b"input\n")


def test_writing_to_its_own_memory_harms_only_itself(attack):
    seen = attack(
        "import ctypes, os\n"
        "here = ctypes.create_string_buffer(b'before')\n"
        "try:\n"
        "    fd = os.open('/proc/self/mem', os.O_RDWR)\n"
        "    os.pwrite(fd, b'after!', ctypes.addressof(here))\n"
        "except OSError as error: print(error.strerror)\n"
        "else: print(here.value.decode())\n"
    )

    assert seen.outcome is Outcome.COMPLETED
    assert seen.stdout in (b"after!\n", b"Permission denied\n")


def test_removing_its_own_folder_and_files_is_no_trouble_but_the_programs(attack):
    seen = attack(
        "import os, shutil\n"
        "os.makedirs('/tmp/a/b'); os.chdir('/tmp/a/b')\n"
        "shutil.rmtree('/tmp/a')\n"
        "shutil.rmtree('/tmp', ignore_errors=True)\n"
        "print(os.path.isdir('/tmp'), os.path.exists('/usr'))\n"
    )

    assert (seen.outcome, seen.stdout) == (Outcome.COMPLETED, b"True True\n")


def test_another_program_in_its_place_is_held_to_the_same_limits(attack):
    seen = attack("import os\nos.execv('/bin/sh', ['sh', '-c', 'while :; do :; done'])")

    assert (seen.outcome, seen.limit) == (Outcome.TIME_LIMIT, Limit.CPU)


def test_a_flood_from_another_program_in_its_place_hits_the_output_limit(attack):
    seen = attack("import os\nos.execv('/bin/sh', ['sh', '-c', 'exec cat /dev/zero'])")

    assert (seen.outcome, seen.limit) == (Outcome.OUTPUT_LIMIT, Limit.OUTPUT)
