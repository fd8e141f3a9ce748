"""How the documentation is built: `make docs`. Nothing is fetched, now or by its readers."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "_ext"))

project = "Obole"
copyright = "the Obole contributors"  # noqa: A001 - Sphinx's name
extensions = ["myst_parser", "reference"]
exclude_patterns = ["_theme", "_ext"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
# Links to headings are checked as links to pages are.
myst_heading_anchors = 3
# A page that is in no list yet is found by links and by search.
suppress_warnings = ["misc.highlighting_failure", "toc.not_included"]

html_theme = "obole"
html_theme_path = ["_theme"]
# The site's own faces, colours and mark.
html_static_path = ["../platform/obole/static/obole"]
html_title = "Obole"
html_copy_source = False
html_show_sphinx = False
html_permalinks_icon = "#"
html_use_index = False
pygments_style = "bw"
