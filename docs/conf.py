"""The documentation site: pages of this folder, and what is generated from the code."""

import re
import shutil
from importlib import metadata
from pathlib import Path

import posterion as po
from posterion.cli import app
from posterion.inference.checks.one_check import GRAVE, RARE
from posterion.inference.diagnose import MAX_R_HAT, MIN_BFMI, MIN_ESS
from posterion.models.elements import ELEMENTS

HERE = Path(__file__).parent
MADE = HERE / "made"
"""What is generated; it is not part of the repository."""

project, author = "posterion", "the posterion developers"
copyright = author
release = metadata.version("posterion")
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
]
exclude_patterns = ["_build"]
suppress_warnings = ["misc.highlighting_failure"]  # of outputs in notebooks
nb_execution_mode = "off"  # the tests run them
myst_enable_extensions = ["substitution", "dollarmath"]
smartquotes = False  # of --pool they would make –pool
myst_heading_anchors = 3
myst_substitutions = {
    "R_HAT": f"{MAX_R_HAT}",
    "ESS": f"{MIN_ESS}",
    "BFMI": f"{MIN_BFMI}",
    "RARE": f"{RARE}",
    "GRAVE": f"{GRAVE}",
}
autodoc_typehints = "none"  # the docstrings name the types
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
default_role = "py:obj"
html_theme = "pydata_sphinx_theme"
html_title = "posterion"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_static_path = ["static"]
html_css_files = ["site.css"]
linkcheck_anchors = False


def commands() -> str:
    """Return the page of the command line, as ``--help`` has it."""
    text = app.generate_docs(output_format="markdown")
    text = re.sub(r", --(empty|no)-[\w-]+", "", text)  # spellings that --help does not show
    text = re.sub(r"\n## Table of Contents\n.*?(?=\n\*\*)", "", text, flags=re.DOTALL)
    text = re.sub(r"\[([^]]+)\]\(#[\w-]+\)", r"\1", text)
    text = text.replace("# posterion\n", "# Command line\n", 1)
    return re.sub(r"^Example: (.*)$", r"```sh\n\1\n```", text, flags=re.MULTILINE)


def elements() -> str:
    """Return the page of the elements of circuits, from their docstrings."""
    rows = []
    for code, element in ELEMENTS.items():
        text = " ".join((element.formula.__doc__ or "").split("Parameters\n")[0].split())
        own = ", ".join(
            f"`{code}1_{p.name}`" if p.name else f"`{code}1`" for p in element.parameters
        )
        rows.append(f"| `{code}` | {own or 'none'} | {_escaped(text)} |")
    head = (HERE / "reference" / "elements_head.txt").read_text(encoding="utf-8")
    table = ["| code | parameters | what it is, its equation and source |", "| --- | --- | --- |"]
    return "\n".join([head, *table, *rows, ""])


def python() -> dict[str, str]:
    """Return the pages of all public names, and the one that lists them."""
    models = [name for name in po.__all__ if _is_class(name, "models")]
    noises = [name for name in po.__all__ if _is_class(name, "inference")]
    noises = [name for name in noises if name not in ("Verdict", "Doubt")]
    groups = {
        "Read": [n for n in po.__all__ if n.startswith("read_") or n == "Dialect"],
        "Data from arrays": [
            "spectrum", "conductivities", "cycling_dataset", "growth_dataset", "replicates",
            "lifetimes", "stepped_test", "voltammogram", "stripping", "lifetimes_of",
            "stack_spectra", "simulated_pellet", "cut", "select",
        ],
        "Fit and compare": [
            "fit", "fit_laws", "fit_series", "compare", "compare_models", "dose_response",
            "factorial", "transference", "calibrate", "calibration_table", "build", "sample",
        ],
        "Models": models,
        "Priors and noise": noises,
    }  # fmt: skip
    told = {name for names in groups.values() for name in names}
    groups["Ask, check and tell"] = [name for name in po.__all__ if name not in told]
    groups["Figures"] = [f"plot.{name}" for name in po.plot.__all__]
    pages, listed = {}, ["# Python", "", "`import posterion as po` gives all of these.", ""]
    for title, names in groups.items():
        file = f"python_{title.split()[0].lower()}"
        pages[file] = "\n".join([f"# {title}", "", *map(_described, names)])
        listed += [f"- [{title}]({file}.md): {', '.join(f'`{name}`' for name in names)}"]
    tree = ["", "```{toctree}", ":hidden:", "", *pages, "```", ""]
    return pages | {"python": "\n".join(listed + tree)}


def _described(name: str) -> str:
    """Return what has the docstring of a name put in."""
    owner, _, last = name.rpartition(".")
    value = getattr(getattr(po, owner) if owner else po, last)
    kind = "class" if isinstance(value, type) else "function"
    return f"```{{eval-rst}}\n.. auto{kind}:: posterion.{name}\n```\n"


def _is_class(name: str, folder: str) -> bool:
    return isinstance(getattr(po, name), type) and f".{folder}." in getattr(po, name).__module__


def _escaped(text: str) -> str:
    text = re.sub(r"doi:(10\.\S+?)(?=[.,;]?(?:\s|$))", r"[doi:\1](https://doi.org/\1)", text)
    return text.replace("|", r"\|").replace("_", r"\_").replace("*", r"\*")


def make(_app: object) -> None:
    """Write what is generated, and bring the notebooks here."""
    shutil.rmtree(MADE, ignore_errors=True)
    MADE.mkdir()
    for name, page in {"commands": commands(), "elements": elements(), **python()}.items():
        (MADE / f"{name}.md").write_text(page, encoding="utf-8")
    for notebook in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        text = notebook.read_text(encoding="utf-8").replace("../docs/", "../")
        (MADE / notebook.name).write_text(text, encoding="utf-8")


def escape_bars(_app, _what, _name, _object, _options, lines: list[str]) -> None:
    """Have |Z| of a docstring taken as it stands; reStructuredText would substitute it."""
    for place, line in enumerate(lines):
        parts = line.split("``")  # code is left as it is
        parts[::2] = [each.replace("|", r"\|") for each in parts[::2]]
        lines[place] = "``".join(parts)


def setup(app) -> None:
    """Have the pages made before they are read."""
    app.connect("autodoc-process-docstring", escape_bars, priority=100)
    app.connect("builder-inited", make, priority=100)
