"""Reports of laws of temperature: tables, figures, the page, and the cautions."""

import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.caution.cautions import cautions
from posterion.report.figures import energy as energy_figures
from posterion.report.figures import transport as transport_figures
from posterion.report.law_predictions import beyond_data, predicted
from posterion.report.pages import page
from posterion.report.pages.rows import quantity_rows
from posterion.report.pages.subject import subject_of
from posterion.report.tables import as_json, summary

_spec = importlib.util.spec_from_file_location(
    "synthetic_law", Path(__file__).with_name("synthetic_law.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)
law_result, SHAPE, WARM = synthetic.law_result, synthetic.SHAPE, synthetic.WARM

K = 8.617333262e-5
PATHS = {"bulk": WARM, "grain boundary": WARM + 20}
FAILED = {"passed": False, "max_r_hat": 1.2, "messages": ["The chains disagree: R-hat is 1.2."]}


@pytest.fixture(scope="module")
def single():
    return law_result()


@pytest.fixture(scope="module")
def paths():
    return law_result(celsius=PATHS, pool="none", dim="path", stated=0.08)


@pytest.fixture(scope="module")
def pellets():
    return law_result(celsius={"A": WARM, "B": WARM, "C": WARM})


@pytest.fixture(scope="module")
def many():
    return law_result(celsius={f"material number {k}": WARM + k for k in range(45)}, pool="none")


def kinds(tree):
    return {caution.kind for caution in cautions(tree)}


def only(tree, kind, words=""):
    """Return the one caution of a kind whose text holds some words."""
    found = [c for c in cautions(tree) if c.kind == kind and words in c.text]
    assert len(found) == 1, cautions(tree)
    return found[0]


# Tables


def test_vectors_become_a_row_for_each_label(paths):
    table = summary(paths)
    parameters = [*table.index[table["kind"] == "parameter"]]
    assert parameters == [
        "A[bulk]", "A[grain boundary]", "E_a[bulk]", "E_a[grain boundary]",
        "noise[bulk]", "noise[grain boundary]",
    ]  # fmt: skip
    derived = [*table.index[table["kind"] == "derived"]]
    assert "conductivity_25C[grain boundary]" in derived and "conductivity_ref[bulk]" in derived
    draws = paths["posterior"]["E_a"].sel(path="grain boundary").values
    row = table.loc["E_a[grain boundary]"]
    assert row["median"] == pytest.approx(np.median(draws))
    assert row["unit"] == "eV" and row["ess_bulk"] > 400


def test_what_groups_share_is_a_parameter_and_offsets_stay_out(pellets):
    table = summary(pellets)
    for name in ("E_a_mean", "E_a_spread", "conductivity_ref_spread", "noise", "E_a[B]"):
        assert table.loc[name, "kind"] == "parameter", name
    assert not [name for name in table.index if "offset" in name]
    assert table.loc["conductivity_ref[A]", "kind"] == "derived"


def test_json_has_the_rows_of_the_table(paths):
    document = as_json(paths, summary(paths))
    assert document["parameters"]["E_a[bulk]"]["unit"] == "eV"
    assert "conductivity_25C[bulk]" in document["derived"]
    json.dumps(document)


def test_numbered_vectors_and_points_stay_out(single):
    tree = single.copy()
    posterior = tree["posterior"].to_dataset()
    posterior["ordered_R1_R2"] = (("chain", "draw", "k"), np.ones((*SHAPE, 2)))
    posterior["temperature_offset"] = (("chain", "draw", "point"), np.ones((*SHAPE, 8)))
    tree["posterior"] = xr.DataTree(posterior)
    assert [*summary(tree).index] == [*summary(single).index]


def test_refused_table_has_no_statistics():
    table = summary(law_result(celsius=PATHS, pool="none", **FAILED))
    assert table[["mean", "sd", "q03", "median", "q97"]].isna().all().all()


def test_predictions_are_rows(paths):
    extra, beyond = predicted(paths, [40.0, 150.0]), beyond_data(paths, [40.0, 150.0])
    table = summary(paths, extra)
    row = table.loc["conductivity at 40 °C[bulk]"]
    E, ref = (paths["posterior"][n].sel(path="bulk") for n in ("E_a", "conductivity_ref"))
    T_ref = json.loads(paths.attrs["window"])["T_ref"]
    by_hand = ref * T_ref / 313.15 * np.exp(-E / K * (1 / 313.15 - 1 / T_ref))
    assert row["median"] == pytest.approx(float(by_hand.median()), rel=1e-6)
    assert row["kind"] == "derived" and row["unit"] == "S/cm"
    assert len(beyond) == 1 and "150 °C" in beyond[0]


# Figures


def words_of_legend(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_conductivity_figure_has_two_axes_of_temperature(single):
    figure = transport_figures.conductivity(single)
    (axes,) = figure.axes
    (above,) = axes.child_axes
    assert axes.get_xlabel() == "1000/T (K⁻¹)" and above.get_xlabel() == "Temperature (°C)"
    assert axes.get_yscale() == "log"
    assert re.fullmatch(r"Ionic conductivity \([mµn]?S/cm\)", axes.get_ylabel())
    figure.draw_without_rendering()
    warm, cold = (above.transData.transform((celsius, 0))[0] for celsius in (80, 30))
    assert warm < cold  # warm is left, where 1000/T is small
    expected = axes.transData.transform((1000 / 303.15, 1))[0]
    assert cold == pytest.approx(expected, abs=0.1)
    low, high = axes.get_xlim()
    assert low < 1000 / (90 + 273.15) < 1000 / (20 + 273.15) < high
    assert len(above.get_xticks()) >= 4


def test_points_stand_where_they_were_measured(single):
    axes = transport_figures.conductivity(single).axes[0]
    x, y = axes.containers[0].lines[0].get_data()
    data = single["constant_data"]
    factor = {"S/cm": 1, "mS/cm": 1e3, "µS/cm": 1e6}[axes.get_ylabel().split("(")[1][:-1]]
    np.testing.assert_allclose(np.sort(x), np.sort(1000 / data["measured_temperature"].values))
    np.testing.assert_allclose(
        np.sort(y), np.sort(factor * data["measured_conductivity"].values), rtol=1e-12
    )


def test_line_is_the_law_and_dashed_beyond_the_data():
    tree = law_result(celsius=WARM + 20)
    axes = transport_figures.conductivity(tree).axes[0]
    lines = {line.get_linestyle(): line for line in axes.lines if line.get_linestyle() != "None"}
    assert set(lines) == {"-", "--"}
    solid = lines["-"].get_xdata()
    assert solid.min() == pytest.approx(1000 / 383.15) and solid.max() == pytest.approx(
        1000 / 313.15
    )
    reach = [x for line in axes.lines if line.get_linestyle() == "--" for x in line.get_xdata()]
    assert max(reach) == pytest.approx(1000 / 298.15)
    # The slope of ln(σT) against 1/T is the activation energy.
    T, factor = 1000 / solid, 1e-3 if "mS" in axes.get_ylabel() else 1e-6
    slope = np.polyfit(1 / T, np.log(factor * lines["-"].get_ydata() * T), 1)[0]
    assert -slope * K == pytest.approx(0.3, rel=0.01)


def test_groups_have_colours_legend_and_error_bars(paths):
    figure = transport_figures.conductivity(paths)
    said = words_of_legend(figure)
    assert said[:2] == ["bulk", "grain boundary"]
    assert {"extrapolated", "94 % of the law", "94 % of new measurements"} <= set(said)
    axes = figure.axes[0]
    assert axes.get_legend() is None  # beside the axes, where no data can be
    colors = {container.lines[0].get_markeredgecolor() for container in axes.containers}
    assert len(colors) == 2
    assert all(container.has_yerr for container in axes.containers)
    assert len(axes.collections) >= 4  # two bands of each group


def test_many_groups_have_small_panels(many):
    figure = transport_figures.conductivity(many)
    shown = figure.axes
    assert len(shown) == 45
    assert not figure.legends
    assert len({axes.get_xlim() for axes in shown}) == 1  # slopes can be compared
    assert "K⁻¹" in figure.get_supxlabel() and "S/cm" in figure.get_supylabel()


def test_more_groups_than_panels_share_one():
    tree = law_result(celsius={f"m{k}": WARM[:3] for k in range(70)}, pool="none")
    figure = transport_figures.conductivity(tree)
    assert len(figure.axes) == 1 and not figure.legends


@pytest.mark.parametrize("celsius", [WARM, PATHS], ids=["one", "groups"])
def test_refused_figure_holds_only_data(celsius):
    tree = law_result(celsius=celsius, **FAILED)
    figure = transport_figures.conductivity(tree)
    axes = figure.axes[0]
    assert not axes.collections and not axes.patches
    assert all(line.get_linestyle() == "None" for line in axes.lines)
    assert not [text for text in words_of_legend(figure) if "94" in text or "law" in text]
    with pytest.raises(po.PosterionError, match="checks"):
        energy_figures.activation_energies(tree)


def test_energies_are_in_two_units_with_a_row_each(paths):
    figure = energy_figures.activation_energies(paths)
    (axes,) = figure.axes
    (above,) = axes.child_axes
    assert axes.get_xlabel() == "Activation energy (eV)"
    assert above.get_xlabel() == "Activation energy (kJ/mol)"
    figure.draw_without_rendering()
    np.testing.assert_allclose(np.array(above.get_xlim()), 96.485 * np.array(axes.get_xlim()), 1e-4)
    assert [t.get_text() for t in axes.get_yticklabels()] == ["grain boundary", "bulk"]
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert len(dashed) == 2  # the prior of each


def test_many_energies_are_in_order(many):
    axes = energy_figures.activation_energies(many).axes[0]
    medians = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"]
    assert len(medians) == 45 and medians == sorted(medians, reverse=True)


@pytest.mark.parametrize("which", ["single", "paths", "many"])
@pytest.mark.parametrize(
    "draw", [transport_figures.conductivity, energy_figures.activation_energies]
)
def test_no_text_is_cut(draw, which, request):
    figure = draw(request.getfixturevalue(which))
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1


def test_labels_from_files_are_no_formulas():
    tree = law_result(celsius={r"$\frac{$": WARM, "$x$ " + 80 * "long": WARM})
    for draw in (transport_figures.conductivity, energy_figures.activation_energies):
        draw(tree).draw_without_rendering()
    assert page.render(tree)


# The page


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.headings = [], [], []
        self.feed(text)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.words.append(" ")

    def handle_data(self, data):
        inside = self.tags[-1] if self.tags else ""
        if inside != "style":
            self.words.append(data)
        if inside == "h2":
            self.headings.append(data.strip())


def results(text):
    """Return what a page says under Results."""
    return text[text.index("Results ") : text.index("given these data")]


@pytest.fixture(scope="module")
def single_page(single):
    return Page(page.render(single))


@pytest.fixture(scope="module")
def paths_page(paths):
    extra = predicted(paths, [40.0])
    return Page(page.render(paths, extra))


def test_page_states_law_and_headline(single, single_page):
    text = single_page.text
    assert "σT = A exp(−E_a/kT): the conductivity times the temperature, σT, is therm" in text
    assert "8 points, 20 to 90 °C" in text
    head = results(text)
    median = float(single["posterior"]["E_a"].median())
    assert re.search(rf"E_a .* {median:.4f} .* eV", head)
    assert re.search(rf"E_a_kJ .* {96.485 * median:.2f} .* kJ/mol", head)
    assert "conductivity at 25 °C" in head and "extrapolated" not in head
    assert "conductivity_ref" not in head and "log10_A" not in head


def test_page_marks_what_is_extrapolated():
    text = Page(page.render(law_result(celsius=WARM + 20))).text
    assert "conductivity at 25 °C, extrapolated from 40 to 110 °C" in text


def test_page_has_a_table_of_groups(paths, paths_page):
    head = results(paths_page.text)
    assert "path E_a E_a_kJ conductivity at 25 °C conductivity at 40 °C" in head
    for label in PATHS:
        median = float(paths["posterior"]["E_a"].sel(path=label).median())
        assert f"{label} {median:.4f} eV" in head
    assert head.count("extrapolated") == 1  # grain boundary at 25 °C


def test_page_sections_and_methods(single_page, paths_page):
    assert [h for h in paths_page.headings if h] == [
        "Results", "Cautions", "Data and model", "Methods, ready to paste",
        "Checks of the model", "Parameters", "What was assumed", "What was checked", "To repeat it",
    ]  # fmt: skip
    methods = paths_page.text.split("Methods, ready to paste")[1]
    for words in (
        "The ionic conductivities (16 points, 20 to 110 °C, 2 groups (path)) were described by "
        "σT = A exp(−E_a/kT)",
        "Parameters and scatter differ by path",
        "E_a ~ LogNormal(mu=-1, sigma=0.7)",
    ):
        assert words in methods
    methods = single_page.text.split("Methods, ready to paste")[1]
    assert "partial" not in methods.split("Checks of the model")[0]
    assert "measured ranges of temperature and conductivity" in paths_page.text
    assert re.search(r"Data inside the band .* \d+ %", single_page.text)
    assert "one standard deviation, as stated" in paths_page.text
    assert "spectrum" not in paths_page.text.lower()


@pytest.fixture(scope="module")
def pellets_page(pellets):
    return Page(page.render(pellets))


def test_page_of_pooled_groups_gives_what_they_share(pellets_page):
    text = pellets_page.text
    head = results(text)
    assert "E_a_mean" in head and "E_a_spread" in head
    assert "(partial pooling)" in text


def test_refused_page_shows_no_interval(pellets, pellets_page):
    tree = pellets.copy()
    tree.attrs = dict(pellets.attrs) | {"verdict": json.dumps(synthetic.VERDICT | FAILED)}
    good, bad = pellets_page.text, Page(page.render(tree)).text
    rows = quantity_rows(pellets, summary(pellets), None, subject_of(pellets))
    numbers = {row["median"] for row in rows} | {
        end for row in rows for end in row["interval"].split(" to ")
    }
    telling = {t for t in numbers if "." in t and len(re.sub(r"\D", "", t).lstrip("0")) >= 3}
    assert len(telling) > 15 and all(text in good for text in telling)
    assert not [text for text in telling if text in bad]
    assert "Refused:" in bad and FAILED["messages"][0] in bad
    assert "Results" not in bad and "Density of each" not in bad
    assert "σT = A exp" in bad


def test_labels_are_escaped():
    label = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
    text = page.render(law_result(celsius={label: WARM, "B": WARM}))
    parsed = Page(text)
    assert "script" not in parsed.tags and "<script" not in text and "<img src=x" not in text
    assert label in parsed.text


def test_page_of_groups_that_share_nothing():
    # Their parameters are too many for densities, and nothing is left to draw but ranks.
    tree = law_result(celsius={f"material number {k}": WARM[::2] for k in range(7)}, pool="none")
    text = Page(page.render(tree)).text
    assert all(f"material number {k} " in results(text) for k in range(7))


# Cautions


def test_clean_result_has_only_the_note_on_the_form(single):
    assert kinds(single) == {"form"}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("sigmaT", "σ would give about 0.028 eV less"),
        ("sigma", "σT would give about 0.028 eV more"),
        ("sqrtT", "σ would give about 0.014 eV less, and σT would give about 0.014 eV more"),
    ],
)
def test_other_form(form, words):
    caution = only(law_result(po.Arrhenius(form)), "form")
    assert words in caution.text and caution.parameters == ("E_a",)


def test_difference_of_forms_is_that_of_fits():
    T = WARM + 273.15
    sigma = 1e-3 * np.exp(-0.3 / K * (1 / T - 1 / 330)) * 330 / T
    slopes = [-K * np.polyfit(1 / T, np.log(sigma * T**p), 1)[0] for p in (0, 1)]
    told = float(re.search(r"[0-9.]+(?= eV)", only(law_result(), "form").text)[0])
    assert told == pytest.approx(slopes[1] - slopes[0], abs=5e-4)


def test_forms_of_groups_at_other_temperatures():
    text = only(law_result(celsius={"cold": WARM - 100, "hot": WARM + 400}), "form").text
    low, high = map(float, re.search(r"([0-9.]+) to ([0-9.]+) eV", text).groups())
    assert 0.018 < low < 0.021 and 0.060 < high < 0.066
    assert "form" not in kinds(law_result(po.VTF("sigma")))


def test_two_temperatures():
    tree = law_result(celsius=[30, 90])
    assert "noise ~ LogNormal(mu=-3, sigma=1)" in only(tree, "points", "leave nothing").text
    assert "nor which form" in only(tree, "points", "straight line").text
    repeated = law_result(celsius=[30, 30, 30, 90, 90, 90])
    assert "nor which form" in only(repeated, "points").text
    assert "points" not in kinds(law_result(celsius=[30, 60, 90]))


def test_short_series_among_long_ones():
    groups = {"short": [30, 90], "long": WARM}
    caution = only(law_result(celsius=groups, pool="none"), "points")
    assert "of short leave nothing" in caution.text
    assert "noise[short]" in caution.parameters and "E_a[short]" in caution.parameters
    assert "points" not in kinds(law_result(celsius=groups))  # the scatter is common


def test_narrow_range():
    assert "less than 30 K" in only(law_result(celsius=[20, 30, 40]), "window").text
    tree = law_result(celsius={"wide": WARM, "tight": [25, 30, 35]})
    caution = only(tree, "window")
    assert caution.parameters == ("E_a[tight]",) and "of tight span" in caution.text
    assert "window" not in kinds(law_result(celsius=[20, 40, 60]))


def test_one_temperature_in_a_group():
    groups = {"A": WARM, "B": WARM, "lone": [25.0]}
    caution = only(law_result(celsius=groups), "points")
    assert "lone was measured at one temperature only" in caution.text
    assert "other groups" in caution.text and "E_a[lone]" in caution.parameters
    alone = only(law_result(celsius=groups, pool="none"), "points", "one temperature")
    assert "that of the prior" in alone.text
    assert "points" not in kinds(law_result(celsius={"A": WARM, "B": WARM}))


def test_vogel_temperature_that_is_not_determined():
    rng = np.random.default_rng(1)
    wide = {"T_0_fraction": rng.beta(2, 2, size=SHAPE)}
    caution = only(law_result(po.VTF("sigma"), replace=wide), "prior")
    assert "T_0 is not determined" in caution.text and "Arrhenius" in caution.text
    assert {"T_0", "B"} <= set(caution.parameters)
    assert cautions(law_result(po.VTF("sigma"))) == ()


def test_few_points_beyond_the_crossover():
    law = po.TwoRegimes("sigmaT")
    late = only(law_result(law, truth={"T_c_fraction": 0.85}), "points")
    assert "above the crossover" in late.text and "E_high" in late.parameters
    early = only(law_result(law, truth={"T_c_fraction": 0.1}), "points")
    assert "below the crossover" in early.text and "E_low" in early.parameters
    assert "points" not in kinds(law_result(law))


def test_room_temperature_beyond_the_data():
    caution = only(law_result(celsius=WARM + 20), "window")
    assert "(40 to 110 °C)" in caution.text and caution.parameters == ("conductivity_25C",)
    tree = law_result(celsius={"hot": WARM + 20, "near": WARM})
    caution = only(tree, "window")
    assert caution.parameters == ("conductivity_25C[hot]",) and "of hot" in caution.text
    assert "window" not in kinds(law_result(celsius=[25, 50, 75]))


def test_scatter_that_is_no_error_of_measurement():
    assert "noise" in only(law_result(noise=0.8), "misfit").parameters
    assert "misfit" not in kinds(law_result(noise=0.2))


def test_prior_that_did_not_move_is_told_by_group():
    rng = np.random.default_rng(1)
    E = 0.3 * np.exp(0.01 * rng.normal(size=(*SHAPE, 2)))
    E[..., 1] = 0.3 * np.exp(0.7 * rng.normal(size=SHAPE))
    tree = law_result(celsius={"A": WARM, "B": WARM}, pool="none", replace={"E_a": E})
    caution = only(tree, "prior")
    assert caution.parameters == ("E_a[B]",) and "E_a of B" in caution.text
    assert "see Cautions" in Page(page.render(tree)).text


def test_spreads_that_few_groups_leave_open():
    groups = {"A": WARM, "B": WARM}
    tree = law_result(celsius=groups)
    assert "prior" not in kinds(tree)
    posterior = tree["posterior"].to_dataset()
    for name in ("E_a_spread", "conductivity_ref_spread"):
        posterior[name].values[:] = np.random.default_rng(2).lognormal(-1.6, 0.7, SHAPE)
    tree["posterior"] = xr.DataTree(posterior)
    caution = only(tree, "prior")
    assert caution.parameters == ("conductivity_ref_spread", "E_a_spread")


def test_texts_hold_no_estimate():
    tree = law_result(celsius=[30, 90], truth={"E_a": 0.4321}, **FAILED)
    assert all("0.43" not in caution.text for caution in cautions(tree))
