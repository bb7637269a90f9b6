"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from orderflow.config import PREFIX, Config
from tools.settings_page import page

ROOT = Path(__file__).parents[2]


def words(path: str) -> str:
    return (ROOT / path).read_text()


def test_every_configuration_variable_is_documented_and_no_other() -> None:
    named = set(re.findall(r"^\| `(\w+)`", words("docs/configuration.md"), re.MULTILINE))
    assert named == {PREFIX + name.upper() for name in Config.model_fields}


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads(words("pyproject.toml"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    asked = {re.split(r"[\[=<>;]", each)[0].strip() for group in groups for each in group}
    told = words("docs/dependencies.md")
    column = ",".join(re.findall(r"^\| ([\w ,-]+) \|", told, re.MULTILINE))
    assert asked <= {each.strip() for each in column.split(",")}


def test_every_file_that_the_readme_points_to_is_there() -> None:
    links = re.findall(r"\]\(([\w/.-]+)\)", words("README.md"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_page_of_settings_is_the_table_that_the_app_shows() -> None:
    assert words("docs/settings.md") == page(), "run python -m tools.settings_page"
