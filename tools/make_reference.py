"""Write docs/reference from the code and the knowledge files; `--check` fails when a page is out of date."""

import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
HEAD = "<!-- Written by tools/make_reference.py; change the source, not this page. -->\n\n"


def start() -> None:
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "limen.config.settings.test")
    import django

    django.setup()


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def access() -> str:
    from limen.apps.accounts.access import ACTIONS
    from limen.apps.accounts.roles import ROLE_TITLES

    lines = ["# Who may do what\n", "Deny by default; this is the whole table.\n"]
    lines += [row("action", "what", "who", "factors", "about", "reads audited"), row(*["---"] * 6)]
    for name, policy in ACTIONS.items():
        who = ", ".join(sorted(ROLE_TITLES.get(role, role.replace("_", " ")) for role in policy.roles))
        lines.append(
            row(f"`{name}`", policy.meaning, who, policy.factors, policy.about, "yes" if policy.audits_reads else "")
        )
    return "\n".join(lines)


def settings() -> str:
    from limen.apps.accounts.selectors import setting_catalogue

    lines = ["# Site settings\n", "A setting without a default stays unset until the site signs a value.\n"]
    lines += [row("key", "title", "kind", "unit", "safety", "default", "stays blocked while unset"), row(*["---"] * 7)]
    for key, definition in sorted(setting_catalogue().items()):
        default = "" if definition.default is None else definition.default
        safety = "yes" if definition.is_safety else ""
        lines.append(
            row(f"`{key}`", definition.title, definition.kind, definition.unit, safety, default, definition.blocks)
        )
    return "\n".join(lines)


def instruments() -> str:
    from limen.apps.records import knowledge
    from limen.clinical.definitions.instrument import parse_instrument

    lines = ["# Instruments\n"]
    lines += [row("instrument", "items", "recall", "missing items", "bands", "licence"), row(*["---"] * 6)]
    for identifier in knowledge.identifiers("instruments"):
        one = knowledge.load("instruments", identifier, None, parse_instrument)
        bands = "; ".join(f"{b.label} {b.lower}–{b.upper}" for b in one.bands) or "none"
        lines.append(
            row(
                f"{one.identity.title} (`{one.identity.pin}`)",
                len(one.items),
                one.recall.label,
                one.missing_rule.text,
                bands,
                one.identity.licence,
            )
        )
    return "\n".join(lines)


REQUIREMENT = re.compile(r"\b(SR-\d{2}|[SF]\d{2}|H\d{1,2})\b")


def traced() -> str:
    """Which test files name which requirement; one that is named nowhere is not listed, and not proved."""
    files: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for found in REQUIREMENT.findall(path.read_text()):
            files.setdefault(found, set()).add(str(path.relative_to(ROOT)))
    lines = ["# Requirements and the tests that name them\n"]
    lines += ["SR: safety rules. S: security. F: faults survived. H: hazards. What is not listed has no test yet.\n"]
    lines += [row("requirement", "tests"), row("---", "---")]
    order = sorted(files, key=lambda name: (name.rstrip("0123456789"), int(re.sub(r"\D", "", name))))
    return "\n".join(lines + [row(name, ", ".join(f"`{f}`" for f in sorted(files[name]))) for name in order])


PAGES = {"traced.md": traced, "access.md": access, "settings.md": settings, "instruments.md": instruments}


def main(arguments: list[str]) -> int:
    start()
    stale = []
    for name, make in PAGES.items():
        text = HEAD + make() + "\n"
        path = REFERENCE / name
        if "--check" in arguments:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if stale:
        print(f"Out of date: {', '.join(stale)}. Run python3 tools/make_reference.py")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
