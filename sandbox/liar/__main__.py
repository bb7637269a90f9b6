"""``python -m sandbox.liar`` prints the table of all lies, as sandbox/README.md has it."""

from sandbox.liar import FAMILIES, LIES

SHORT = {
    ("shopify", "woocommerce"): "both",
    ("shopify",): "Shopify",
    ("woocommerce",): "WooCommerce",
}


def table() -> str:
    """Markdown: one table for each family."""
    written = []
    for title, module in FAMILIES.items():
        told = [each for each in LIES.values() if each.module == module.__name__]
        rows = [f"| `{each.name}` | {SHORT[each.platforms]} | {each.about} |" for each in told]
        head = f"### {title}\n\n| Name | Platform | What is told |\n|---|---|---|\n"
        written.append(head + "\n".join(rows))
    return "\n\n".join(written) + "\n"


if __name__ == "__main__":
    print(table(), end="")
