"""How Sphinx reads and shows the pages: the text of its conf.py."""

from pathlib import Path

FILES = Path(__file__).parent / "files"


def configuration(title: str, version: str) -> str:
    """Return the configuration of a site."""
    return f"""\
project = {title!r}
html_title = {title!r}
version = release = {version!r}
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
root_doc = "index"
default_role = "code"
suppress_warnings = ["misc.highlighting_failure", "ref.python"]
templates_path = [{str(FILES / "templates")!r}]

html_theme = "furo"
html_static_path = [{str(FILES / "static")!r}]
html_css_files = ["site.css"]
html_js_files = ["versions.js"]
html_copy_source = html_show_sourcelink = html_show_copyright = False
html_show_search_summary = False  # a page that was opened as a file may read no other
html_last_updated_fmt = None
html_permalinks_icon = "#"
html_sidebars = {{
    "**": [
        "sidebar/brand.html", "versions.html", "sidebar/search.html", "sidebar/scroll-start.html",
        "sidebar/navigation.html", "sidebar/scroll-end.html",
    ]
}}
html_theme_options = {{"navigation_with_keys": False}}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

myst_heading_anchors = 6
myst_enable_extensions = []

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
autodoc_inherit_docstrings = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True

def show_code(app, what, name, obj, options, lines):  # what is indented in a module's docstring is code
    if what == "module":
        for at in reversed(range(1, len(lines))):
            begins = lines[at].startswith("    ") and not lines[at - 1].strip()
            if begins and not (lines[at - 2] or "-").startswith(" "):
                lines[at:at] = [".. code-block:: python", ""]


def setup(app):
    app.connect("autodoc-process-docstring", show_code)


copybutton_prompt_text = r"\\$ "
copybutton_prompt_is_regexp = True
copybutton_line_continuation_character = "\\\\"
"""
