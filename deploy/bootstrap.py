"""Make this checkout runnable: `.venv` with the locked packages and the `yz` command, from a bare Python 3.11.

Needs no pip, no ensurepip, no root and no compiler. uv's pinned wheel does the installing; it is fetched with whatever
pip can be found, from whatever index this machine is configured for, and checked against the hashes below. It installs
no system packages and touches nothing outside `.venv` but uv's cache. Standard library only, and nothing that an
older Python cannot at least import, so that it gets a sentence instead of a traceback.
"""

from __future__ import annotations

import configparser
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "bootstrap.stamp"

UV_VERSION = "0.13.9"
#: The manylinux wheels of that version.
UV_WHEEL_SHA256 = {
    "x86_64": "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    "aarch64": "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
}

#: Where distributions keep the certificates they trust, in the order they are looked for.
SYSTEM_CA_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)

PIP_ADVICE = "Debian, Ubuntu: apt-get update && apt-get install python3-pip    Fedora: dnf install python3-pip"
NETWORK_ADVICE = "Behind a proxy, a mirror or a private CA, set HTTPS_PROXY, PIP_INDEX_URL or SSL_CERT_FILE."

#: Runs the `yz` entry point under this environment's Python from any folder; `-P` keeps that folder's files from
#: shadowing ours. To sh the second line is a command, to Python a string. Processes that `yz` starts import it, and
#: must not run it.
YZ_SCRIPT = """\
#!/bin/sh
'''exec' '{python}' -P "$0" "$@"
' '''
import sys

from api.cli import main

if __name__ == "__main__":
    sys.exit(main())
"""


class BootstrapError(Exception):
    """Something is missing on this machine; the message says what and how to get it."""


def main() -> int:
    """Bring `.venv` up to date with the lock and return the exit status."""
    if sys.version_info < (3, 11):
        return _start_again_with_a_newer_python()
    try:
        if not _is_current():
            _bring_up_to_date()
    except (BootstrapError, OSError) as error:  # an OSError, such as a full disk, names its file
        print(f"bootstrap: {error}", file=sys.stderr)
        return 1
    return 0


def say(line: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(f"bootstrap: {line}", flush=True)


def _start_again_with_a_newer_python() -> int:
    for minor in range(20, 10, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - found on PATH on purpose
    print(
        f"bootstrap: Python 3.11 or newer is needed and this is {platform.python_version()}; none was found on PATH.\n"
        "  Debian 12, Ubuntu 24.04 or newer: apt-get install python3    Fedora: dnf install python3.12\n"
        "  or name one:                      make PYTHON=/path/to/python3.12 demo",
        file=sys.stderr,
    )
    return 1


def _is_current() -> bool:
    installed = all((VENV / "bin" / name).exists() for name in ("python", "uv", "yz"))
    return installed and STAMP.is_file() and STAMP.read_text() == _fingerprint()


def _fingerprint() -> str:
    """What `.venv` depends on. The Python is left out: a newer one on PATH is no reason to install again."""
    return hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes() + os.fsencode(ROOT)).hexdigest()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two `make` at once must not install over each other. The lock is on the folder, so that no file is left."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _bring_up_to_date() -> None:
    say("setting up .venv (the first time takes a minute, afterwards nothing is done here)")
    started = time.monotonic()
    with _one_at_a_time():
        if not _is_current():
            _set_up()
    say(f"ready in {time.monotonic() - started:.0f} s")


def _set_up() -> None:
    _make_venv()
    environment = _network_environment()
    uv = _obtain_uv(environment)
    _install_locked(uv, environment)
    _link_project()
    STAMP.write_text(_fingerprint())


def _make_venv() -> None:
    STAMP.unlink(missing_ok=True)
    python = VENV / "bin" / "python"
    want = f"{sys.version_info[0]}.{sys.version_info[1]}"
    # A Python that was upgraded or removed leaves an environment that only starting over repairs.
    if python.exists() and _output([str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == want:
        return
    say(f"making .venv with Python {platform.python_version()}")
    if Path(sys.prefix) == VENV:
        raise BootstrapError("run me with the system's Python, not with the one inside .venv that I am to replace")
    try:
        venv.EnvBuilder(with_pip=False, symlinks=True, clear=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BootstrapError(f"{VENV} cannot be made: {error}") from error


# --- uv -------------------------------------------------------------------------------------------------------------


def _obtain_uv(environment: dict[str, str]) -> Path:
    uv = VENV / "bin" / "uv"
    if _is_wanted_uv(uv):
        return uv
    with tempfile.TemporaryDirectory(prefix="yz-bootstrap-") as name:
        folder = Path(name)
        on_path = shutil.which("uv")
        new = folder / "uv"
        # A shim (a script that looks for the real one) is no use to copy, only a program is.
        if on_path and _is_program(Path(on_path)) and _is_wanted_uv(Path(on_path)):
            say(f"using uv {UV_VERSION} from {on_path}")
            shutil.copyfile(on_path, new)
        else:
            with zipfile.ZipFile(_download_uv_wheel(folder, environment)) as wheel:
                new.write_bytes(wheel.read(f"uv-{UV_VERSION}.data/scripts/uv"))
        new.chmod(0o755)
        shutil.move(str(new), uv)
    if not _is_wanted_uv(uv):
        raise BootstrapError(f"uv {UV_VERSION} does not run here ({platform.platform()}); this needs a glibc Linux")
    return uv


def _is_wanted_uv(path: Path) -> bool:
    return path.exists() and (_output([str(path), "--version"]) or "").split()[:2] == ["uv", UV_VERSION]


def _is_program(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _download_uv_wheel(folder: Path, environment: dict[str, str]) -> Path:
    machine = platform.machine()
    if machine not in UV_WHEEL_SHA256:
        raise BootstrapError(
            f"no uv is pinned for {machine}, only for {', '.join(UV_WHEEL_SHA256)}; put uv {UV_VERSION} on PATH"
        )
    requirement = folder / "uv.txt"
    requirement.write_text(f"uv=={UV_VERSION} --hash=sha256:{UV_WHEEL_SHA256[machine]}\n")

    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    download.append("--require-hashes")
    failures: list[str] = []
    for label, pip_wheel in _pips(folder, failures):
        say(f"fetching uv {UV_VERSION} with {label}")
        done = subprocess.run(
            [*download, "--dest", str(folder), "--requirement", str(requirement)],
            env={**environment, **({"PYTHONPATH": str(pip_wheel)} if pip_wheel else {})},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wheel = next(folder.glob("uv-*.whl"), None)
        if done.returncode == 0 and wheel:
            return wheel
        failures.append(f"{label}: {_reason(done.stderr)}")
        if "ERROR:" in done.stderr:  # pip's own word, not a broken pip's traceback: another pip would say the same
            raise BootstrapError(_not_fetched(failures, NETWORK_ADVICE))
    raise BootstrapError(_not_fetched(failures, PIP_ADVICE))


def _not_fetched(failures: list[str], advice: str) -> str:
    lines = [f"uv {UV_VERSION}, which installs the packages, could not be fetched.", *failures, advice]
    return "\n  ".join([*lines, f"Or put uv {UV_VERSION} on PATH. Then run the same command again."])


def _pips(folder: Path, failures: list[str]) -> Iterator[tuple[str, Path | None]]:
    """Every pip to be had, the machine's own first: a name, and its wheel if it has to run out of one."""
    found = False
    if importlib.util.find_spec("pip"):
        found = True
        yield "pip", None
    for wheel in _bundled_pip_wheels():
        found = True
        yield f"the pip that comes with Python ({wheel.name})", wheel
    if found:
        return
    failures.append("this Python has no pip, and none is bundled with it")
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        wheel_from_apt = _pip_wheel_from_apt(folder, failures)
        if wheel_from_apt:
            yield f"pip out of Debian's package ({wheel_from_apt.name}, unpacked, not installed)", wheel_from_apt


def _bundled_pip_wheels() -> list[Path]:
    spec = importlib.util.find_spec("ensurepip")
    folders = [Path(spec.origin).parent / "_bundled"] if spec and spec.origin else []
    folders += [Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/usr/share/python-wheels")]
    return [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]


def _pip_wheel_from_apt(folder: Path, failures: list[str]) -> Path | None:
    """Debian's pip without installing it, which would need root.

    A fresh container has no package lists and only root may refresh the system's, so they are read into a folder of
    our own.
    """
    say("this Python has no pip: fetching Debian's python3-pip-whl with apt-get, without installing it")
    apt = ["apt-get", "-qq", "-o", "Acquire::Languages=none"]
    if os.geteuid() == 0:
        apt += ["-o", "APT::Sandbox::User=root"]  # or apt warns that its own user cannot write to our folder
    private = [*apt, "-o", f"Dir::State::lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]
    for subfolder in ("lists/partial", "cache/archives/partial"):
        (folder / subfolder).mkdir(parents=True)

    error = _run_in(folder, [*apt, "download", "python3-pip-whl"])
    if error:
        say("apt-get has no package lists that help: reading them into a temporary folder")
        error = _run_in(folder, [*private, "-o", "APT::Update::Error-Mode=any", "update"]) or _run_in(
            folder, [*private, "download", "python3-pip-whl"]
        )
    package = next(folder.glob("python3-pip-whl_*.deb"), None)
    if package is None:
        failures.append(f"apt-get download python3-pip-whl: {error}")
        return None
    error = _run_in(folder, ["dpkg-deb", "-x", str(package), "unpacked"])
    wheel = next(folder.glob("unpacked/usr/share/python-wheels/pip-*.whl"), None)
    if wheel is None:
        failures.append(f"{package.name} holds no pip wheel: {error}")
    return wheel


# --- packages -------------------------------------------------------------------------------------------------------


def _install_locked(uv: Path, environment: dict[str, str]) -> None:
    say("installing the packages of requirements.lock, each checked by its hash")
    # Wheels only: a build would run code, and fetch a build backend, that no hash covers.
    sync = [str(uv), "pip", "sync", "--quiet", "--require-hashes", "--no-build"]
    sync += ["--python", str(VENV / "bin" / "python"), str(LOCK)]
    started = time.monotonic()
    with subprocess.Popen(sync, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        while process.returncode is None:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                say(f"... still downloading or installing after {time.monotonic() - started:.0f} s")
    if process.returncode != 0:
        raise BootstrapError(
            f"the packages could not be installed (uv's reason is above).\n  {NETWORK_ADVICE}"
            " Then run the same command again."
        )


def _link_project() -> None:
    """Make the folders importable and `yz` callable: no build, so no build backend and no network."""
    site_packages = next((VENV / "lib").glob("python3.*/site-packages"))
    (site_packages / "yz_index.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "yz"
    command.write_text(YZ_SCRIPT.format(python=str(VENV / "bin" / "python").replace("'", "'\"'\"'")))
    command.chmod(0o755)


# --- this machine ---------------------------------------------------------------------------------------------------


def _network_environment() -> dict[str, str]:
    """This process's environment, with what the machine says about index and certificates told to both pip and uv."""
    environment = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"):
        environment.pop(name, None)
    environment["PIP_REQUIRE_VIRTUALENV"] = "0"
    environment["UV_PYTHON_DOWNLOADS"] = "never"

    index = environment.get("PIP_INDEX_URL") or _pip_option("index-url")
    if index and not environment.get("UV_INDEX_URL"):
        environment.setdefault("UV_DEFAULT_INDEX", index)

    told = environment.get("SSL_CERT_FILE") or environment.get("PIP_CERT") or _pip_option("cert")
    bundle = (
        told
        or ssl.get_default_verify_paths().cafile
        or next((path for path in SYSTEM_CA_BUNDLES if Path(path).is_file()), None)
    )
    if bundle:
        environment.setdefault("PIP_CERT", bundle)
        environment.setdefault("UV_SYSTEM_CERTS", "1")
    if told and Path(told).is_file():
        environment.setdefault("SSL_CERT_FILE", told)

    cache = Path(environment.get("UV_CACHE_DIR") or Path(environment.get("XDG_CACHE_HOME") or "~/.cache") / "uv")
    try:
        cache = cache.expanduser()
        cache.mkdir(parents=True, exist_ok=True)
        if not os.access(cache, os.W_OK):
            raise PermissionError(cache)
    except (OSError, RuntimeError):  # RuntimeError: a user without a home folder
        environment["UV_NO_CACHE"] = "1"
    else:
        if cache.stat().st_dev != ROOT.stat().st_dev:
            environment.setdefault("UV_LINK_MODE", "copy")  # a hard link would fail, with a warning
    return environment


def _pip_option(name: str) -> str | None:
    """An option of pip's configuration files, read without pip because there may be none."""
    files = ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "~/.pip/pip.conf"]
    files.append(os.environ.get("XDG_CONFIG_HOME", "~/.config") + "/pip/pip.conf")
    files += [sys.prefix + "/pip.conf", os.environ.get("PIP_CONFIG_FILE", "")]
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read(os.path.expanduser(file) for file in files)  # noqa: PTH111 - Path raises where there is no home
    except (configparser.Error, UnicodeDecodeError) as error:
        raise BootstrapError(f"pip's configuration cannot be read: {error}") from error
    return parser.get("install", name, fallback=parser.get("global", name, fallback=None))


def _output(command: list[str]) -> str | None:
    """What a command prints, or None if it does not start or fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _run_in(folder: Path, command: list[str]) -> str | None:
    """Run in that folder; what went wrong, or None."""
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return _reason(done.stderr) if done.returncode != 0 else None


def _reason(text: str) -> str:
    lines = text.strip().splitlines() or ["no reason given"]
    for mark in ("connection broken by", "ERROR:", "E:"):  # pip names the cause only in a warning
        for line in lines:
            if mark in line:
                return line
    return lines[-1]


if __name__ == "__main__":
    sys.exit(main())
