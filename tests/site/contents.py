"""Where every page of the documentation stands on the site; a page that stands nowhere, or twice, is refused."""

from __future__ import annotations

CONTENTS: dict[str, tuple[str, ...]] = {
    "Tutorials": (
        "README",
        "docs/bring-a-deal-in",
        "docs/run-a-month",
        "docs/sign-a-month",
        "docs/trace-a-restatement",
        "docs/hand-over-evidence",
    ),
    "How-to": (
        "docs/payments",
        "docs/loans",
        "docs/tapes",
        "docs/statements",
        "docs/reconciling",
        "docs/papers",
        "docs/web",
        "docs/http",
        "docs/data",
        "docs/people",
        "docs/heads",
        "docs/keeping",
        "docs/postgresql",
    ),
    "Explanation": (
        "docs/two-clocks",
        "docs/roundings",
        "docs/chain",
        "docs/architecture",
        "docs/real-month",
        "docs/threats",
        "docs/performance",
        "docs/scaling",
        "docs/decisions/index",
    ),
    "Reference": (
        "docs/glossary",
        "docs/commands",
        "reference/help",
        "docs/events",
        "docs/findings",
        "docs/terms",
        "docs/limits",
        "docs/bundle-format",
        "reference/ledger",
        "reference/replay",
    ),
    "The project": (
        "docs/README",
        "docs/where-to-add",
        "docs/releasing",
        "CONTRIBUTING",
        "SECURITY",
        "CHANGELOG",
    ),
}
"""Pages by heading, in the order of the table of contents."""
