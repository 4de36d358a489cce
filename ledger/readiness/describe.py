"""The table of every finding, as Markdown, generated from the registry: ``python -m ledger.readiness.describe``.

``docs/findings.md`` is what it prints; a test holds the two equal.
"""

from __future__ import annotations

from ledger.findings import Grade
from ledger.readiness.codes import TOPICS, Code

GRADE_MEANING: dict[Grade, str] = {
    Grade.REFUSES: "the month cannot be closed while it is so",
    Grade.ACKNOWLEDGE: "the closing must name the code and a reason, which are hashed with it",
    Grade.NOTE: "only worth knowing; the month closes without a word",
}
"""What becomes of a finding of each grade."""

_HEAD = """\
# Findings

What `python -m ledger.readiness.describe` prints: everything that the gate looks for before a month is closed. `ledger
check`, `ledger close --dry-run` and `Ledger.readiness` show what it finds, and it stands behind every door: `close_period`,
`post`, tables and JSON Lines. Deals under the first rules are asked for their digest alone.
"""


def row(item: Code) -> str:
    """Return one code as a row of its table."""
    return f"| {' | '.join((f'`{item.code}`', item.grade.value, item.compares, item.tolerance, item.remedy))} |"


def document() -> str:
    """Return the whole page."""
    parts = [_HEAD, "| grade | what it means |\n|---|---|"]
    parts.extend(f"| {grade.value} | {meaning} |" for grade, meaning in GRADE_MEANING.items())
    for topic, items in TOPICS.items():
        parts.append(f"\n## {topic}\n\n| code | grade | compared | tolerance | remedy |\n|---|---|---|---|---|")
        parts.extend(row(item) for item in items)
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(document(), end="")
