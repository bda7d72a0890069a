"""The page of models beside each other, and the files that go with it."""

import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...errors import Spell, all_spelled, spelled
from ...inference.revive import model_of
from ...inference.store import replacing
from ..compared_models import MEANINGS, ComparedModels
from ..figures.style import as_png, as_svg

MANY = 2000
"""Data from which on a figure is made of pixels."""


def write(compared: ComparedModels, folder: Path, spell: Spell = str) -> None:
    """Write ``report.html``, ``comparison.json``, ``comparison.csv`` and ``pointwise.csv``.

    Raises
    ------
    PosterionError
        If the folder is not there or cannot be written to.
    """
    texts = {
        "report.html": render(compared, spell),
        "comparison.json": json.dumps(
            all_spelled(compared.document(), spell), ensure_ascii=False, indent=1
        ),
    }
    if compared.comparison is not None:
        texts["comparison.csv"] = compared.comparison.table.to_csv()
        texts["pointwise.csv"] = compared.comparison.pointwise.to_dataframe().to_csv()
    for name, text in texts.items():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def render(compared: ComparedModels, spell: Spell = str) -> str:
    """Return the page as HTML."""
    from jinja2 import Environment, StrictUndefined

    # Names come from files of strangers: everything is escaped.
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: spelled(value, spell),
    )
    source = files(__package__).joinpath("compared_page.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(_content(compared))


def _content(compared: ComparedModels) -> dict[str, Any]:
    document, rows = compared.document(), compared.rows()
    headings = [name for name in (rows[0] if rows else {}) if name != "model"]
    found = compared.comparison
    return {
        "source": compared.source,
        "document": document,
        "sentences": compared.sentences,
        "notes": compared.notes,
        "rows": rows,
        "headings": headings,
        "meanings": [(name, MEANINGS[name]) for name in headings if name],
        "word": compared.word,
        "doubts": compared.doubts,
        "figures": _figures(compared),
        "by_evidence": found is not None and bool(found.table["elpd"].isna().any()),
        "spectra": model_of(next(iter(compared.fits.values()))).output == "Z",
        "version": version("posterion"),
    }


def _figures(compared: ComparedModels) -> dict[str, str]:
    """Return the figures as addresses of images, by name."""
    from ..figures import model as figures

    found = compared.comparison
    if found is None:
        return {}
    drawn = {"differences": as_svg(figures.differences(found))}
    if figures.axis_of(found) is None:
        return drawn
    encode = as_png if found.pointwise.sizes["place"] > MANY else as_svg
    best = {str(name): compared.fits[str(name)] for name in found.table.index[: figures.MOST]}
    return drawn | {
        "places": encode(figures.places(found)),
        "fitted": encode(figures.fitted(best)),
        "residuals": encode(figures.residuals(best)),
    }
