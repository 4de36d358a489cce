"""How Sphinx makes the site: offline, in one style for light and dark, from the staged pages beside it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import ledger

project = "Indenture"
author = project_copyright = "The Indenture authors"
version = release = ledger.__version__
html_title = f"Indenture {release}"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # a generated page may go from a heading to one two levels down

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries = False  # the tables of contents name headings; a name of the API is found by searching
maximum_signature_line_length = 100

html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_permalinks_icon = "#"
pygments_style, pygments_dark_style = "friendly", "native"

_ROOTS = {name: root for root in ("replay", "ledger") for name in import_module(root).__all__}


def _public(app: Any, env: Any, node: Any, content: Any) -> Any:
    """Lead a name of the module that defines something to where the public API has it."""
    name = str(node.get("reftarget", "")).rpartition(".")[2]
    found = env.domains["py"].objects.get(f"{_ROOTS.get(name)}.{name}")
    if found is None:
        return None
    return _linked(app, node["refdoc"], found, content)


def _linked(app: Any, refdoc: str, found: Any, content: Any) -> Any:
    nodes = import_module("docutils.nodes")
    where = app.builder.get_relative_uri(refdoc, found.docname)
    made = nodes.reference("", "", internal=True, refuri=f"{where}#{found.node_id}")
    made += content
    return made


def setup(app: Any) -> None:
    """Take part in the making of the site."""
    import_module("sphinx.highlighting").lexer_classes["csv"] = (
        import_module("pygments.lexers").get_lexer_by_name("text").__class__
    )
    app.connect("missing-reference", _public)
