"""Reports of laws of fade and growth: answers, figures, the page."""

import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.analyses.ageing import growth
from posterion.analyses.ageing.fade import answers, with_answers
from posterion.analyses.ageing.laws import Laws, law_entries, law_rows, side_by_side
from posterion.inference.cycling.ageing import value_at
from posterion.inference.cycling.cycle_series import Question, keep_question, question_of
from posterion.inference.cycling.growth_answers import chances, larger
from posterion.inference.verdict import Verdict
from posterion.report.figures import fade as fade_figures
from posterion.report.figures import growth as growth_figures
from posterion.report.figures import laws as laws_figure
from posterion.report.figures import threshold as threshold_figures
from posterion.report.figures.efficiency import efficiency as efficiency_figure
from posterion.report.pages import page
from posterion.report.pages.methods import methods
from posterion.report.pages.rows import quantity_rows
from posterion.report.pages.subject import subject_of
from posterion.report.tables import as_json, summary

_spec = importlib.util.spec_from_file_location(
    "synthetic_cycles", Path(__file__).with_name("synthetic_cycles.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)
cycle_result, N = synthetic.cycle_result, synthetic.N
CELLS = dict.fromkeys("ABC", N)
FAILED = {"passed": False, "max_r_hat": 1.2, "messages": ["The chains disagree: R-hat is 1.2."]}
GROWN = {"R1 / bare": [0, 20, 50], "R1 / coated": [0, 20, 50], "R2 / bare": [0, 20, 50]}
KINDS = {
    "path": np.repeat(["R1", "R1", "R2"], 3),
    "sample": np.repeat(["bare", "coated", "bare"], 3),
}


@pytest.fixture(scope="module")
def single():
    return cycle_result()


@pytest.fixture(scope="module")
def three():
    return cycle_result(cycles=CELLS)


@pytest.fixture(scope="module")
def vague():
    """Some draws of a slow fade that do not reach 80 % within a hundred times the data."""
    return cycle_result(truth={"loss_last": 0.006, "exponent": 0.8}, wide=0.2)


@pytest.fixture(scope="module")
def many():
    return cycle_result(cycles={f"cell{k}": N[::4] for k in range(12)})


@pytest.fixture(scope="module")
def apart():
    return cycle_result(cycles={f"cell{k}": N[::4] for k in range(12)}, pool="none")


SAMPLES = {"bare": ["A", "B"], "coated": ["C", "D"]}
LOSSES = {"loss_last": {"bare": 0.2, "coated": 0.05}}


@pytest.fixture(scope="module")
def nested():
    """Return four cells in two samples, of which one loses four times as much."""
    tree = cycle_result(cycles=dict.fromkeys("ABCD", N))
    return synthetic.within_samples(tree, SAMPLES, LOSSES)


@pytest.fixture(scope="module")
def grown():
    truth = {"growth_factor": np.array([3.0, 1.5, 1.0]), "initial_value": 100.0}
    return cycle_result(
        po.LinearGrowth(), GROWN, pool="none", dim="series", truth=truth, kinds=KINDS, noise=0.02
    )


# Answers


def by_hand(tree, cycle):
    """Return the median of Q_0 (1 - k N^p) by the parameters themselves."""
    q, k, p = (tree["posterior"][n].values for n in ("initial_capacity", "rate", "exponent"))
    return q * (1 - k * cycle**p)


def document(tree, question):
    tree = asking(tree, question)
    extra = answers(tree)
    return with_answers(as_json(tree, summary(tree, extra)), tree, extra)["derived"]


def asking(tree, question):
    tree = tree.copy()
    keep_question(tree, question)
    return tree


def test_retention_is_the_law_over_the_law_at_the_first_cycle(single):
    derived = document(single, Question(cycles=(100.0, 500.0)))
    row = derived["retention"]["cycle 500"]
    assert row["median"] == pytest.approx(np.median(by_hand(single, 500) / by_hand(single, 1)))
    assert row["extrapolated"] and not derived["retention"]["cycle 100"]["extrapolated"]
    assert row["cycle"] == 500 and row["reference"] == "capacity at the first measured cycle (1)"
    assert row["cell"] is None and row["who"] == "measured"
    row = derived["capacity"]["cycle 100"]
    assert row["median"] == pytest.approx(np.median(by_hand(single, 100)))
    assert row["unit"] == "mAh/g"


def test_numbers_of_cycles_are_named_by_what_they_are(single, grown):
    assert po.retention(single, 10).name == "retention"
    assert po.cycles_to(single, 0.8).name == "cycles_to_threshold"
    assert value_at(single, 10).name == "capacity" and value_at(grown, 10).name == "resistance"


def test_reference_changes_retention_and_threshold(single):
    first, initial, tenth = (
        document(single, Question(reference=each, cycles=(100.0,)))
        for each in ("first", "initial", 10.0)
    )
    medians = [each["retention"]["cycle 100"]["median"] for each in (initial, first, tenth)]
    assert medians == sorted(medians) and medians[0] < medians[2]
    assert initial["retention"]["cycle 100"]["median"] == pytest.approx(
        1 - float(single["posterior"]["loss_last"].median()), rel=1e-6
    )
    assert "cycle 10" in tenth["cycles_to_threshold"]["80 %"]["reference"]


def test_cycles_to_threshold_is_where_the_law_is_there(single):
    row = document(single, Question(threshold=0.9, cycles=(50.0, 300.0)))["cycles_to_threshold"]
    row = row["90 %"]
    at_80 = by_hand(single, row["median"]) / by_hand(single, 1)
    assert np.median(at_80) == pytest.approx(0.9, abs=2e-3)
    assert row["threshold"] == 0.9 and row["censored_at"] == 10_000
    assert row["p_not_reached"] == 0 and row["unit"] == "cycle"
    assert row["p_reaches_cycle"]["50"] == 1 and row["p_reaches_cycle"]["300"] == 0


def test_censored_draws_have_a_horizon_but_no_mean(vague):
    question = Question(cycles=(5000.0,))
    extra = answers(asking(vague, question))
    row = document(vague, question)["cycles_to_threshold"]["80 %"]
    draws = extra["cycles_to_threshold"].values
    share = float((draws >= 10_000).mean())
    assert 0.03 < share < 0.5
    assert row["p_not_reached"] == share
    assert row["q97"] == 10_000 and row["mean"] is None and row["sd"] is None
    assert row["median"] < 10_000
    assert row["p_reaches_cycle"]["5000"] == pytest.approx((draws > 5000).mean())
    rows = quantity_rows(vague, summary(vague, extra), extra, subject_of(vague))
    (shown,) = (each for each in rows if each["name"] == "cycles_to_threshold")
    assert shown["interval"].endswith(" to > 10000") and ">" not in shown["median"]


def test_pooled_cells_have_a_typical_and_a_new_one(three):
    derived = document(three, Question(cycles=(100.0,)))
    assert list(derived["retention"]) == [
        "cycle 100[A]", "cycle 100[B]", "cycle 100[C]",
        "cycle 100[typical cell]", "cycle 100[new cell]",
    ]  # fmt: skip
    typical, new = (derived["retention"][f"cycle 100[{who} cell]"] for who in ("typical", "new"))
    assert typical["who"] == "typical" and new["who"] == "new"
    assert new["sd"] > 1.5 * typical["sd"]  # cells differ
    posterior = three["posterior"]
    loss = posterior["loss_last_mean"].values
    left = (1 - loss) / (1 - loss * 0.01 ** posterior["exponent_mean"].values)
    assert typical["median"] == pytest.approx(np.median(left), rel=1e-6)


def test_a_failed_run_has_the_names_without_numbers():
    tree = cycle_result(cycles=CELLS, **FAILED)
    question = Question(cycles=(100.0,))
    assert answers(asking(tree, question)) is None
    derived = document(tree, question)
    row = derived["retention"]["cycle 100[A]"]
    assert row["median"] is None and row["cycle"] == 100
    row = derived["cycles_to_threshold"]["80 %[B]"]
    assert row["median"] is None and row["p_not_reached"] is None and row["threshold"] == 0.8


def test_what_was_asked_is_kept():
    tree = cycle_result()
    assert question_of(tree) == Question()
    keep_question(tree, Question(10.0, 0.7, (5.0,)))
    assert question_of(tree) == Question(10.0, 0.7, (5.0,))


def test_each_sample_has_a_typical_and_a_new_cell(nested):
    """The typical one loses what was typical, a new one scatters as cells do, or as samples."""
    kept = po.retention(nested, 100, reference="initial", who="typical", of="sample")
    assert kept.dims == ("chain", "draw", "sample", "cycle")
    middle = kept.isel(cycle=0).median(("chain", "draw"))
    assert middle.sel(sample="bare").item() == pytest.approx(0.8, abs=0.002)
    assert middle.sel(sample="coated").item() == pytest.approx(0.95, abs=0.002)

    def loss(**whose):
        return np.log(1 - po.retention(nested, 100, reference="initial", **whose).isel(cycle=0))

    new = loss(who="new", of="sample")
    assert new.std(("chain", "draw")).values == pytest.approx(np.hypot(0.02, 0.05), rel=0.1)
    # They are drawn by themselves: what hangs together is the difference of nothing.
    assert abs(np.corrcoef(new.values.reshape(-1, 2).T)[0, 1]) < 0.15
    anywhere = float(loss(who="new").std())
    assert anywhere == pytest.approx(np.sqrt(0.02**2 + 0.3**2 + 0.05**2), rel=0.1)
    life = po.cycles_to(nested, 0.8, reference="initial", who="typical", of="sample")
    assert life.median(("chain", "draw")).sel(sample="bare") == pytest.approx(100, rel=0.02)
    with pytest.raises(po.PosterionError, match="not pooled within 'batch'"):
        po.retention(nested, 100, who="new", of="batch")
    with pytest.raises(po.PosterionError, match="leave 'of' out"):
        po.retention(nested, 100, of="sample")


def test_samples_stand_in_json_page_and_figures(nested):
    derived = document(nested, Question(cycles=(100.0,)))
    rows = derived["cycles_to_threshold"]
    assert [name.partition("[")[2][:-1] for name in rows][4:] == [
        "typical cell of bare", "new cell of bare", "typical cell of coated", "new cell of coated",
        "typical cell", "new cell of a new sample",
    ]  # fmt: skip
    assert rows["80 %[new cell of bare]"]["who"] == "new"
    extra = answers(nested)
    text = Page(page.render(nested, extra)).text
    assert "typical cell of coated" in text and "new cell of a new sample" in text
    titles = [axes.get_title(loc="left") for axes in fade_figures.capacity(nested).axes]
    names = ["typical and new cell of bare", "typical and new cell of coated"]
    assert titles[4:] == [*names, "typical and new cell"]
    alone = synthetic.within_samples(
        cycle_result(cycles=dict.fromkeys("ABCD", N)), SAMPLES, LOSSES, pool="none"
    )
    rows = document(alone, Question())["cycles_to_threshold"]
    assert list(rows)[-1] == "80 %[new cell of coated]" and len(rows) == 8
    assert rows["80 %[typical cell of bare]"]["median"] < 110


def test_many_cells_have_a_panel_for_each_sample():
    cells = [f"cell{k}" for k in range(12)]
    tree = synthetic.within_samples(
        cycle_result(cycles=dict.fromkeys(cells, N[::4])),
        {"bare": cells[:6], "coated": cells[6:]},
        LOSSES,
    )
    figure = fade_figures.capacity(tree)
    bare, coated, both = figure.axes
    assert bare.get_title(loc="left") == "typical and new cell of bare"
    thin = [len([line for line in a.lines if line.get_alpha() == 0.35]) for a in (bare, coated)]
    assert thin == [6, 6] and len(both.collections) == 2


# Laws beside each other


@pytest.fixture(scope="module")
def laws():
    import pandas as pd

    fits = {"linear": cycle_result(po.LinearFade()), "power": cycle_result()}
    fits["knee"] = cycle_result(po.KneeFade(), **FAILED)
    columns = {"elpd": np.nan, "se": np.nan, "weight": np.nan, "k_hat": np.nan, "evidence_se": 0.1,
               "evidence_k_hat": 0.2, "p_loo": np.nan, "p_waic": 3.0}  # fmt: skip
    table = pd.DataFrame(columns, index=["power", "linear"])
    table["probability"], table["log_evidence"] = [0.75, 0.25], [-10.0, -11.1]
    return Laws(fits, "power", table, "The data cannot tell.", ())


def test_laws_are_listed_with_their_probabilities_and_the_refused_last(laws):
    entries = law_entries(laws, Question())
    assert [entry["law"] for entry in entries] == ["power", "linear", "knee"]
    assert [entry["probability"] for entry in entries] == [0.75, 0.25, None]
    assert entries[2]["passed"] is False and entries[2]["cycles_to_threshold"] is None
    assert entries[0]["elpd"] is None  # the residuals depend on each other
    json.dumps(entries)
    lines = law_rows(entries, Question())
    assert "elpd" not in lines[0] and "cycles to 80 %" in lines[0]
    # 10 % at cycle 100 and the same loss in every cycle: 80 % at cycle 200.
    assert re.search(r"^linear +0\.250 .* (19|20)\d \(", lines[2])
    assert lines[3].split() == ["knee", "refused"]


def test_laws_are_drawn_side_by_side_and_a_refused_one_is_not(laws):
    tree = laws.fits["power"].copy()
    tree["laws"] = xr.DataTree(side_by_side(laws, Question()))
    figure = laws_figure.laws(tree)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["power: 75 %", "linear: 25 %"]
    for axes in figure.axes:
        assert "extrapolated" in [text.get_text() for text in axes.texts]
    said = methods(tree, Verdict.of(tree))
    assert "Of the laws power, linear it was the most probable one" in said


# Figures


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_one_cell_has_capacity_and_retention_and_an_extrapolated_part(single):
    figure = fade_figures.capacity(single)
    (axes,) = figure.axes
    (right,) = axes.child_axes
    assert axes.get_ylabel() == "Discharge capacity (mAh/g)"
    assert right.get_ylabel() == "Retention (%)" and axes.get_xlabel() == "Cycle"
    assert {"extrapolated", "threshold 80 %"} <= set(words(axes))
    solid = [
        line for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 2
    ]
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert max(solid[0].get_xdata()) == 100 == min(dashed[0].get_xdata())
    at = np.searchsorted(solid[0].get_xdata(), 100)
    assert solid[0].get_ydata()[at] == pytest.approx(np.median(by_hand(single, 100)), rel=0.01)
    threshold = next(line for line in axes.lines if len(set(line.get_ydata())) == 1)
    reference = np.median(by_hand(single, 1))
    assert threshold.get_ydata()[0] == pytest.approx(0.8 * reference, rel=0.01)
    points = next(line for line in axes.lines if line.get_marker() == ".")
    np.testing.assert_allclose(
        points.get_ydata(), single["constant_data"]["measured_capacity"].values
    )


def test_spikes_do_not_squeeze_the_axis():
    values = 150 * (1 - 0.001 * N)
    values[12] = 3000.0
    axes = fade_figures.capacity(cycle_result(values=values)).axes[0]
    assert axes.get_ylim()[1] < 200
    arrows = [line for line in axes.lines if line.get_marker() == "^"]
    assert arrows[0].get_xdata().tolist() == [13.0]


def arrows(figure) -> list[tuple[str, list[float]]]:
    lines = [line for axes in figure.axes for line in axes.lines]
    return [(ln.get_marker(), [*ln.get_xdata()]) for ln in lines if ln.get_marker() in ("^", "v")]


@pytest.mark.parametrize("cells", [2, 12])
@pytest.mark.parametrize("passed", [True, False])
def test_no_figure_of_cells_loses_an_outlier(cells, passed):
    clean = 150 * (1 - 0.0002 * np.tile(N[::4], cells))
    clean[3] *= 0.94
    labels = {f"cell{k}": N[::4] for k in range(cells)}
    verdict = {} if passed else FAILED
    tree = cycle_result(cycles=labels, values=clean, truth={"loss_last": 0.02}, **verdict)
    figure = fade_figures.capacity(tree)
    low, high = figure.axes[0].get_ylim()
    lines = [line for axes in figure.axes for line in axes.lines]
    outlier = clean[3] / (150 * (1 - 0.0002 * N[0])) * (100 if passed else 150)
    seen = [x for _, cycles in arrows(figure) for x in cycles]
    if low < outlier < high:
        seen = [
            float(N[12]) for ln in lines if np.isclose(ln.get_ydata(), outlier, rtol=2e-3).any()
        ]
    assert float(N[12]) in seen


def test_an_efficiency_beyond_the_axis_is_an_arrow(single):
    efficiency = np.full((1, 300), 0.999) + 1e-5 * np.arange(300) % 3
    efficiency[0, 7] = 0.8
    tree = single.copy()
    tree["coulombic_efficiency"] = xr.DataTree(
        xr.Dataset(
            {"efficiency": (("cell", "cycle"), efficiency)},
            coords={"cell": [""], "cycle": np.arange(300.0)},
        )
    )
    assert arrows(efficiency_figure(tree)) == [("v", [7.0])]


def test_no_label_of_extrapolation_stands_over_what_was_measured(vague):
    for axes in fade_figures.capacity(vague).axes:
        last = [line.get_xdata()[0] for line in axes.lines if len({*line.get_xdata()}) == 1]
        for text in axes.texts:
            if "extrapolated" in text.get_text() or "→" in text.get_text():
                assert text.get_horizontalalignment() == "left" and text.xy[0] >= min(last)


@pytest.mark.parametrize("which", ["grown", "laws"])
def test_a_legend_names_every_line(which, grown, laws):
    if which == "grown":
        figure = growth_figures.growth(grown)
    else:
        tree = laws.fits[laws.best].copy()
        tree["laws"] = xr.DataTree(side_by_side(laws, Question()))
        figure = laws_figure.laws(tree)
    named = {text.get_text() for legend in figure.legends for text in legend.get_texts()}
    assert {"law (median)", "extrapolated"} <= named


def test_cells_have_a_panel_each_and_the_typical_one_too(three):
    figure = fade_figures.capacity(three)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["A", "B", "C", "typical and new cell"]
    assert figure.get_supylabel() == "Retention (%)"
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


@pytest.mark.parametrize(("which", "typical"), [("many", True), ("apart", False)])
def test_many_cells_share_a_panel(which, typical, request):
    figure = fade_figures.capacity(request.getfixturevalue(which))
    (axes,) = figure.axes
    said = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert "12 measured" in said and ("94 % of a new cell" in said) == typical
    assert len(axes.collections) == (2 if typical else 0)


def test_threshold_figure_marks_the_horizon_and_what_lies_beyond(vague, three):
    axes = threshold_figures.cycles_to_threshold(vague).axes[0]
    assert "looked no further than 10000" in words(axes)
    share = (answers(vague)["cycles_to_threshold"].values >= 10_000).mean()
    assert f"{100 * share:.0f} % not by then" in words(axes)
    assert axes.get_xlabel() == "Cycle at which 80 % is left"
    axes = threshold_figures.cycles_to_threshold(three).axes[0]
    labels = [tick.get_text() for tick in axes.get_yticklabels()]
    assert labels == ["new cell", "typical cell", "C", "B", "A"]
    assert not [text for text in words(axes) if "looked" in text or "not by" in text]


def test_growth_has_bare_and_coated_in_one_panel_a_path(grown):
    figure = growth_figures.growth(grown)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["R1", "R2"]
    said = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert said[:2] == ["bare", "coated"]
    markers = [{line.get_marker() for line in axes.lines} - {"None", None} for axes in figure.axes]
    assert markers == [{"o", "s"}, {"o"}]
    assert figure.get_supylabel() == "Resistance (Ω)"


DRAWN = [
    *((fade_figures.capacity, name) for name in ("single", "three", "many", "nested")),
    *((threshold_figures.cycles_to_threshold, name) for name in ("single", "vague")),
    (growth_figures.growth, "grown"),
]


@pytest.mark.parametrize(("draw", "which"), DRAWN)
def test_no_text_is_cut(draw, which, request):
    figure = draw(request.getfixturevalue(which))
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1


@pytest.mark.parametrize(
    ("draw", "options"),
    [
        (fade_figures.capacity, {}),
        (fade_figures.capacity, {"cycles": CELLS}),
        (fade_figures.capacity, {"cycles": {f"cell{k}": N[::9] for k in range(12)}}),
        (growth_figures.growth, {"law": po.LinearGrowth(), "cycles": [0, 20, 50]}),
    ],
)
def test_refused_figures_hold_only_data(draw, options):
    figure = draw(cycle_result(**options, **FAILED))
    for axes in figure.axes:
        assert not axes.collections and not axes.patches and not words(axes)
    said = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    assert not [text for text in said if "law" in text or "94" in text]
    if draw is fade_figures.capacity:
        with pytest.raises(po.PosterionError, match="checks"):
            threshold_figures.cycles_to_threshold(cycle_result(**options, **FAILED))


# The page


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.words, self.tags = [], []
        self.feed(text)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.words.append(" ")

    def handle_data(self, data):
        if not self.tags or self.tags[-1] != "style":
            self.words.append(data)


def test_page_of_fade(three):
    tree = three.copy()
    question = Question(cycles=(100.0, 400.0))
    keep_question(tree, question)
    extra = answers(tree)
    text = Page(page.render(tree, extra)).text
    assert "Q = Q_0 (1 − k N^p): the loss grows with a power p" in text
    assert "300 points, cycles 1 to 100, 3 groups (cell)" in text
    assert "relative to the capacity at the first measured cycle (1), by the law" in text
    results = text[text.index("Results ") : text.index("given these data")]
    assert "retention at cycle 400" in results and "cycles to 80 %" in results
    for who in ("A", "typical cell", "new cell"):
        assert f" {who} " in results
    # Of each of five subjects what is said of cycle 400 (twice) and of the threshold.
    assert results.count("extrapolated") == 15
    assert "The discharge capacities (300 points" in text and "partial pooling" in text
    assert "No answer is given beyond cycle 10000" in text


def test_refused_page_of_fade_shows_no_answer():
    tree = cycle_result(cycles=CELLS, **FAILED)
    text = Page(page.render(tree, None)).text
    assert "Refused:" in text and "Results" not in text
    assert "No answer is given" not in text and "Q = Q_0" in text


def test_growth_is_told_by_series_and_specimens_are_compared(grown):
    extra = growth.answers(grown)
    posterior = grown["posterior"]["growth_factor"]
    np.testing.assert_allclose(
        extra["factor_over_cycles"].sel(series="R1 / bare").median(),
        posterior.sel(series="R1 / bare").median(),
        rtol=1e-6,
    )
    probable = chances(extra)
    assert probable["R1 / bare"] == 1 and 0.3 < probable["R2 / bare"] < 0.7
    (pair,) = larger(grown)  # R1 and R2 are no specimens
    assert (pair["a"], pair["b"], pair["label"]) == ("R1 / bare", "R1 / coated", "sample")
    assert pair["p_larger"] == 1 and (pair["from_cycle"], pair["to_cycle"]) == (0, 50)
    text = Page(page.render(grown, extra)).text
    assert "R = R_0 (1 + k N)" in text and "probability of growth" in text
    assert "cycles 0 to 50" in text


def test_series_are_compared_over_the_cycles_that_they_share():
    cycles = {"R1 / bare": [0, 50, 100], "R1 / coated": [10, 20, 50]}
    kinds = {"path": np.repeat("R1", 6), "sample": np.repeat(["bare", "coated"], 3)}
    truth = {"growth_factor": np.array([3.0, 3.0]), "initial_value": 100.0}
    tree = cycle_result(
        po.LinearGrowth(), cycles, pool="none", dim="series", truth=truth, kinds=kinds
    )
    (pair,) = larger(tree)
    assert (pair["from_cycle"], pair["to_cycle"]) == (10, 50)
    assert 0.3 < pair["p_larger"] < 0.7  # over all measured cycles the first would be larger
