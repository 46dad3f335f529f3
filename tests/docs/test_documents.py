"""What the documents print is true of the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from yzindex.dimensions import MAIN_WEIGHTS, Dimension
from yzindex.fleet import Fleet
from yzindex.scoring import INTEGRITY_CAP
from yzindex.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


def test_the_readme_names_every_dimension_with_its_name_and_weight() -> None:
    for dimension in Dimension:
        row = next(line for line in README.splitlines() if line.startswith(f"| `{dimension}`"))
        assert dimension.shown_as in row
        assert (dimension in MAIN_WEIGHTS) == ("of the main score" in row)
        if weight := MAIN_WEIGHTS.get(dimension):
            assert f"{weight} of the main score" in row
        assert dimension.ai_assisted == ("AI-assisted" in row)


def test_the_readme_states_the_cap_and_the_default_ports() -> None:
    fields = Settings.model_fields

    assert f"caps the shown main score at {INTEGRITY_CAP.normalize():f}" in README
    assert f"http://127.0.0.1:{fields['api_port'].default}/v1/runs" in README
    assert f"http://127.0.0.1:{fields['flower_port'].default}/" in README


def test_the_example_of_a_models_file_can_be_read() -> None:
    example = re.search(r"```toml\n(.*?)```", (ROOT / "docs/models.md").read_text(encoding="utf-8"), re.DOTALL)

    assert example
    assert len(Fleet.model_validate(tomllib.loads(example[1])).judges) == 1


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []
