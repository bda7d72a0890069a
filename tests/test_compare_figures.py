"""Figures of comparisons keep their labels inside the picture, and percent has one style."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.errors import PosterionError
from posterion.report.figures import compare as figures

_spec = importlib.util.spec_from_file_location("synthetic", Path(__file__).parent / "synthetic.py")
assert _spec is not None and _spec.loader is not None
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)


@pytest.fixture
def ranked() -> xr.DataTree:
    """Return what the figures read of a comparison of two groups."""
    groups, quantiles = ["bare", "coated with 7 uL"], ["q03", "median", "q97"]
    level = (("chain", "draw", "group"), np.random.default_rng(0).normal(size=(4, 50, 2)))
    pair = {"a": ("pair", [groups[0]]), "b": ("pair", [groups[1]])}
    interval = ("pair", "quantile"), np.array([[0.8, 0.9, 1.01]])
    ranking = xr.Dataset(
        {
            "p_best": ("group", [0.3, 0.7]),
            "loss": ("group", [0.1, 0.0]),
            "rank_probability": (("group", "rank"), np.array([[0.3, 0.7], [0.7, 0.3]])),
            "p_larger": ("pair", [0.3]),
            "p_rope": ("pair", [0.97]),
            "difference": interval,
            "ratio": interval,
            **pair,
        },
        coords={"group": groups, "quantile": quantiles, "rank": [1, 2]},
    )
    posterior = xr.Dataset({"level": level}, coords={"group": groups})
    tree = xr.DataTree.from_dict({"posterior": posterior, "ranking": ranking})
    tree.attrs = {"verdict": json.dumps(synthetic.VERDICT), "rope": "5%", "unit": "mS/cm"}
    return tree


@pytest.mark.parametrize("rope", ["5%", "0.01 mS/cm", "12.5%"])
def test_the_heading_of_the_probabilities_is_not_cut(ranked: xr.DataTree, rope: str) -> None:
    ranked.attrs["rope"] = rope
    figure = figures.rope(ranked)
    for _ in range(3):
        figure.draw_without_rendering()
    (axes,) = figure.axes
    heading = next(text for text in axes.texts if text.get_text().startswith("within"))
    box = heading.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
    assert heading.get_text() == f"within {rope.replace('%', ' %')}"


def test_percent_is_written_with_a_blank_on_axes_too(ranked: xr.DataTree) -> None:
    figure = figures.rank_bars(ranked)
    figure.draw_without_rendering()
    labels = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "20 %" in labels and not any("%" in each and " %" not in each for each in labels)


@pytest.mark.parametrize(
    ("function", "made_by"),
    [
        ("ratios", "factorial"),
        ("interactions", "factorial"),
        ("dose_answers", "dose_response"),
    ],
)
def test_another_result_is_not_called_a_failed_run(function: str, made_by: str) -> None:
    tree = synthetic.result()
    with pytest.raises(PosterionError, match=rf"takes a result of {made_by}\(\).*p\(R1,CPE1\)"):
        getattr(po, function)(tree)
    with pytest.raises(PosterionError, match="the run failed its checks"):
        getattr(po, function)(synthetic.result(passed=False))
