"""The settings as a page of the documents, from the table that the app's own pages show.

python -m tools.settings_page > docs/settings.md
"""

from __future__ import annotations

from collections.abc import Iterator

from orderflow.rules.options import GROUPS, OPTIONS, Option
from orderflow.rules.settings import OVERRIDABLE, Settings, choices, kind, limits

HEAD = """# Settings

What a merchant may set, under *Settings → Multi-Vendor Settings → Vendor Shop Sync Settings* or
with `flask --app webapp sluice set SHOP NAME VALUE`. A vendor may have a value of its own,
but for those that are the same for all. This page is made by `python -m tools.settings_page`.
"""


def page() -> str:
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for group, title in GROUPS.items():
        yield f"## {title}\n"
        for name, option in OPTIONS.items():
            if option.group == group:
                yield _entry(name, option)


def _entry(name: str, option: Option) -> str:
    default = getattr(Settings(), name)
    shown = ("on" if default else "off") if kind(name) == "switch" else default
    first = f"`{shown}`" if shown != "" else "empty"
    alike = "" if name in OVERRIDABLE else " The same for all vendors."
    return (
        f"### {option.label}\n\n`{name}`: {_values(name)}; at first {first}.{alike}\n\n"
        f"{option.does} {option.use}\n"
    )


def _values(name: str) -> str:
    if kind(name) == "choice":
        return ", ".join(f"`{choice}`" for choice in choices(name))
    if kind(name) == "number":
        return "from {} to {}".format(*limits(name))
    return {"switch": "`on` or `off`", "text": "text"}[kind(name)]


if __name__ == "__main__":
    print(page(), end="")
