"""What `yz doctor` says of the sandboxes."""

from __future__ import annotations

import pytest

from api.cli import sandbox_checkup
from api.cli.finding import Finding, trouble
from yzindex.settings import SandboxChoice, Settings

AUTO, DOCKER, BUBBLEWRAP = SandboxChoice


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> set[SandboxChoice]:
    """Name here what is not to run."""
    names: set[SandboxChoice] = set()

    def look(name: SandboxChoice):
        yield trouble(name, "does not run", "mend it") if name in names else Finding(part=name, ok=True, found="runs")

    monkeypatch.setattr(sandbox_checkup, "_LOOK", {name: lambda _, name=name: look(name) for name in SandboxChoice})
    return names


def findings(sandbox: SandboxChoice) -> dict[str, Finding]:
    return {each.part: each for each in sandbox_checkup.sandbox_findings(Settings(sandbox=sandbox))}


@pytest.mark.parametrize(
    ("setting", "absent", "used"),
    [
        (AUTO, set(), "docker"),
        (AUTO, {DOCKER}, "bubblewrap"),
        (AUTO, {BUBBLEWRAP}, "docker"),
        (DOCKER, set(), "docker"),
        (BUBBLEWRAP, {DOCKER}, "bubblewrap"),
    ],
)
def test_one_that_is_absent_is_no_trouble_where_another_runs(down, setting, absent, used):
    down |= absent

    found = findings(setting)

    assert all(each.ok for each in found.values())
    assert found["sandbox"].found == f"{used} is in use"
    assert all("does not run" in found[name].found for name in absent & set(found))


@pytest.mark.parametrize(("setting", "parts"), [(AUTO, {"docker", "bubblewrap"}), (DOCKER, {"docker"})])
def test_where_none_runs_each_is_trouble_with_what_to_do(down, setting, parts):
    down |= {DOCKER, BUBBLEWRAP}

    found = findings(setting)

    assert found.keys() == parts | {"sandbox"}
    assert not any(each.ok for each in found.values())
    assert all(found[part].do == "mend it" for part in parts)
