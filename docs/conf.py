"""How the pages are built: `make docs`, with every warning an error, into `docs/_build`."""

from __future__ import annotations

import sys
from pathlib import Path

import textengine

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "textengine"
copyright = "the textengine authors"
version = release = textengine.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "generated"]
exclude_patterns = ["_build", "_ext"]
highlight_language = "text"  # a fence that names no language is a drawing
default_role = "code"  # docstrings write `names` so

myst_enable_extensions = ["attrs_inline", "html_image"]
myst_heading_anchors = 3  # the anchors that code hosts give to headings

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True, "special-members": "__call__, __getitem__, __len__, __iter__, __contains__"}
python_maximum_signature_line_length = 90
add_module_names = False

html_theme = "furo"
html_title = f"textengine {release}"
html_static_path = ["_static"]
html_css_files = ["textengine.css"]
html_copy_source = False
html_show_sphinx = False
