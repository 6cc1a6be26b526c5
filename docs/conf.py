"""Settings of the site: `make docs` builds it from the pages of the repository, offline.

The pages are read where they lie, so that links between them work on a code host and on the site
alike. Formulas become MathML by docutils: no script, no font and no request leaves a page.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from pygments.lexers.special import TextLexer
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT / "src"))

from forecast import __version__  # noqa: E402  # the package of this folder, not an installed one

project = "Growth target forecast"
author = "The authors of growth-target-forecast"
copyright = "the authors, Apache License 2.0"  # the name that Sphinx reads
version = release = __version__

root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks/README.md",
    "data/README.md",
    "docs/**.md",
    "notebooks/README.md",
]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
nitpicky = False
suppress_warnings: list[str] = []

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = False

html_theme = "furo"
html_title = f"Growth target forecast {release}"
html_math_renderer = "mathml"
html_additional_pages = {"index": "to-the-first-page.html"}
templates_path = ["templates"]
html_copy_source = False
html_show_sourcelink = False
html_last_updated_fmt = None


def as_mathml(node: nodes.Element, *, as_block: bool) -> str:
    """Return a formula as MathML; one that docutils cannot read is a warning, so an error."""
    # docutils knows the sizes of brackets by side only
    sided = re.sub(r"\\(Big|big)(?=[(\[])", r"\\\1l", node.astext())
    sided = re.sub(r"\\(Big|big)(?=[)\]])", r"\\\1r", sided)
    try:
        return str(latex2mathml.tex2mathml(sided, as_block=as_block))
    except MathError as error:
        logger.warning("formula %r: %s", node.astext(), error, location=node)
        return ""


def inline_formula(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(as_mathml(node, as_block=False))
    raise nodes.SkipNode


def display_formula(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    self.body.append(as_mathml(node, as_block=True))
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer of formulas, and CSV as text without colours."""
    app.add_lexer("csv", TextLexer)
    app.add_html_math_renderer(
        "mathml", inline_renderers=(inline_formula, None), block_renderers=(display_formula, None)
    )
