"""The report of a calibration: its page, table and JSON document."""

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...inference.calibration.experiment import KEPT
from ...inference.calibration.ranks import COVERED, TOGETHER, calibration_table, calibration_verdict
from ...inference.store import replacing
from ..figures.style import as_svg

if TYPE_CHECKING:
    import xarray as xr


def reasons(result: "xr.Dataset") -> list[tuple[str, int]]:
    """Count why runs were refused, by the first words of the reason, which hold no number."""
    said = [str(reason) for reason in result["reason"].values[result["refused"].values]]
    kinds = [reason.partition(":")[0].partition(".")[0] for reason in said]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    return sorted(counts.items(), key=lambda pair: -pair[1])


def document(result: "xr.Dataset", words: str) -> dict[str, Any]:
    """Return it as a JSON document."""
    table = calibration_table(result)
    uniform, said = calibration_verdict(result)
    rows = json.loads(table.to_json(orient="index", double_precision=6))
    refused = int(result["refused"].sum())
    attrs = result.attrs
    return {
        "model": attrs["model"],
        "noise": attrs["noise"],
        "design": words,
        "n": result.sizes["simulation"],
        "trusted": result.sizes["simulation"] - refused,
        "refused": refused,
        "reasons": dict(reasons(result)),
        "calibrated": uniform,
        "verdict": said,
        "quantities": rows,
        "priors": json.loads(attrs["priors"]),
        "cpu_s": round(float(result["seconds"].sum()), 1),
        "seed": int(attrs["seed"]),
        "versions": json.loads(attrs["versions"]),
        "date": attrs["date"],
    }


def render(result: "xr.Dataset", words: str) -> str:
    """Return the page as HTML."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files(__package__).joinpath("calibration.html.jinja").read_text(encoding="utf-8")
    return environment.from_string(source).render(_content(result, words))


def write(result: "xr.Dataset", words: str, folder: Path) -> None:
    """Write ``report.html``, ``summary.csv`` and ``summary.json`` into a folder.

    Raises
    ------
    PosterionError
        If the folder is not there or cannot be written to.
    """
    texts = {
        "report.html": render(result, words),
        "summary.csv": calibration_table(result).to_csv(),
        "summary.json": json.dumps(document(result, words), ensure_ascii=False, indent=1),
    }
    for name, text in texts.items():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _content(result: "xr.Dataset", words: str) -> dict[str, Any]:
    from ..figures import calibration as figures

    table = calibration_table(result)
    uniform, said = calibration_verdict(result)
    said_all = document(result, words)
    drawn = {}
    if said_all["trusted"]:
        drawn = {
            "coverage": as_svg(figures.coverage_figure(result)),
            "ranks": as_svg(figures.rank_figure(result)),
            "bias": as_svg(figures.bias_figure(result)),
        }
    return {
        **{name: said_all[name] for name in ("model", "n", "trusted", "refused", "seed", "date")},
        "words": words[:1].upper() + words[1:],
        "noise": f"Noise: {said_all['noise']}",
        "uniform": uniform,
        "verdict": said,
        "reasons": reasons(result),
        "rows": [row_texts(str(name), row) for name, row in table.iterrows()],
        "figures": drawn,
        "refused_drawn": figures.shows_refused(result),
        "priors": [*said_all["priors"].items()],
        "versions": [*said_all["versions"].items()],
        "seconds": f"{said_all['cpu_s']:.0f}",
        "chains": result.attrs["chains"],
        "draws": result.attrs["draws"],
        "kept": KEPT,
        "together": f"{100 * TOGETHER:g}",
    }


def row_texts(name: str, row: Any) -> dict[str, Any]:
    """Write what a table says of a quantity."""
    contraction = row["contraction"]
    return {
        "name": name,
        "coverage": [
            f"{100 * row[f'coverage_{p}']:.1f} ± {100 * row[f'error_{p}']:.1f}" for p in COVERED
        ],
        "bias": f"{row['bias']:+.2f} ± {row['bias_error']:.2f}".replace("-", "−"),
        "contraction": f"{contraction:.3f}" if contraction == contraction else "–",
        "uniform": bool(row["uniform"]),
    }
