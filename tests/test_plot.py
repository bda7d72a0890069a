"""Figures for a paper: each by one call, at its width, with the numbers that it shows."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import image, pyplot
from matplotlib.axes import Axes

import posterion as po
from posterion import cli
from posterion.inference.caution import limit
from posterion.report.figures import survival
from posterion.report.plot.named import FIGURES

matplotlib.use("Agg")


def load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


synthetic, of_law, of_cycles = map(load, ("synthetic", "synthetic_law", "synthetic_cycles"))
FAILED = {"passed": False, "max_r_hat": 1.2, "messages": ["The chains disagree: R-hat is 1.2."]}
N = np.arange(1.0, 51.0)


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def spectrum():
    return po.simulated_pellet("simulated-7uL-55C")


@pytest.fixture(scope="module")
def fitted():
    return synthetic.result()


@pytest.fixture(scope="module")
def specimens():
    return po.replicates([1.1, 1.2, 1.5, 1.6], ["bare", "bare", "7 uL", "7 uL"], unit="mS/cm")


@pytest.fixture(scope="module")
def compared(specimens):
    return po.compare(specimens, seed=1)


@pytest.fixture(scope="module")
def sigma(tmp_path_factory):
    path = tmp_path_factory.mktemp("sigma") / "sigma.csv"
    path.write_text(
        "sample,T [degC],sigma [mS/cm]\nbare,25,1.0\nbare,50,2.5\nbare,75,5.5\n"
        "coated,25,1.2\ncoated,50,2.9\ncoated,75,6.1\n"
    )
    return po.read_table(path)


@pytest.fixture(scope="module")
def cycles():
    return po.cycling_dataset(
        np.tile(N, 2),
        np.r_[150 - 0.2 * N, 140 - 0.3 * N],
        unit="mAh/g",
        charge_capacity=np.r_[151 - 0.2 * N, 141 - 0.3 * N],
        cell=np.repeat(["A", "B"], N.size),
    )


LIVED = po.lifetimes(
    [10, 20, 30, 25], running=[False, False, False, True], sample=["bare", "bare", "bare", "bare"]
)


def flat(axes):
    return [each for each in np.ravel(np.array(axes, dtype=object)) if each is not None]


def curve(axes, name):
    found = po.plot.table(axes)
    return found[found["curve"] == name]


def cases(request):
    get = request.getfixturevalue
    fade = of_cycles.cycle_result(cycles=dict.fromkeys("AB", N))
    return {
        "nyquist": [get("spectrum"), get("fitted")],
        "bode": [get("spectrum"), get("fitted")],
        "residuals": [get("spectrum"), get("fitted")],
        "arrhenius": [get("sigma"), of_law.law_result(), of_law.law_result(**FAILED)],
        "fade": [get("cycles"), fade, of_cycles.cycle_result(), of_cycles.cycle_result(**FAILED)],
        "efficiency": [get("cycles")],
        "compare": [get("specimens"), get("compared")],
        "survival": [LIVED],
        "forest": [get("fitted"), of_law.law_result(celsius={"a": [20, 40, 60], "b": [20, 40]})],
        "corner": [get("fitted")],
    }


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "drt"])
def test_each_figure_takes_data_and_results_and_has_axes_with_units(name, request):
    for what in cases(request)[name]:
        axes = flat(getattr(po.plot, name)(what))
        assert all(isinstance(each, Axes) for each in axes)
        for each in axes:
            for label in (each.get_xlabel() or axes[-1].get_xlabel(), each.get_ylabel()):
                rows = not label and len(each.get_yticklabels())  # of names in place of numbers
                pure = re.search(r"_n|Cycle$|Density", label)
                assert re.search(r"\(.+\)", label) or rows or pure, label
        sizes = {
            text.get_size()
            for each in axes
            for text in (each.xaxis.label, each.yaxis.label)
            if text.get_text()
        }
        assert sizes == {8.0}


@pytest.mark.parametrize(("width", "mm"), [("84mm", 84), ("two", 174), (120, 120), ("6 cm", 60)])
def test_a_figure_is_as_wide_as_it_was_asked_to_be(spectrum, width, mm):
    ax = po.plot.nyquist(spectrum, width=width)
    assert ax.figure.get_size_inches()[0] * 25.4 == pytest.approx(mm)


@pytest.mark.parametrize("width", ["broad", "0 mm", "5 s", 3, "nan", None])
def test_a_width_that_is_none_is_refused(spectrum, width):
    with pytest.raises(po.PosterionError, match="width"):
        po.plot.nyquist(spectrum, width=width)


def test_a_nyquist_plot_has_equal_scales_and_minus_the_imaginary_part_up(fitted, spectrum):
    for what in (fitted, spectrum):
        ax = po.plot.nyquist(what)
        ax.figure.draw_without_rendering()
        box = ax.get_window_extent()
        (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        assert box.width / (right - left) == pytest.approx(box.height / (top - bottom), rel=1e-6)
        assert (ax.get_xlabel()[:2], ax.get_ylabel()[:3]) == ("Z′", "−Z″")
        assert top > bottom
    measured = curve(ax, "measured")
    ohm = spectrum["Z"].transpose("part", "frequency").values
    assert measured["x"].to_numpy() == pytest.approx(ohm[0])
    assert measured["y"].to_numpy() == pytest.approx(-ohm[1])


def test_the_tail_is_left_out_of_the_axes_unless_the_whole_is_asked_for(spectrum):
    largest = float(-spectrum["Z"].sel(part="imag").min())
    assert po.plot.nyquist(spectrum).get_ylim()[1] < largest / 100
    whole = po.plot.nyquist(spectrum, whole=True)
    assert whole.get_ylabel() == "−Z″ (kΩ)"
    assert whole.get_ylim()[1] > largest / 1e3


def test_modulus_and_phase_are_those_of_the_impedance(spectrum):
    axes = po.plot.bode(spectrum)
    Z = spectrum["Z"].sel(part="real").values + 1j * spectrum["Z"].sel(part="imag").values
    drawn = curve(axes, "measured")
    unit = {"|Z| (Ω)": 1.0, "|Z| (kΩ)": 1e3}[axes[0].get_ylabel()]
    upper, lower = (drawn[drawn["panel"] == panel]["y"].to_numpy() for panel in (1, 2))
    assert upper * unit == pytest.approx(abs(Z))
    assert lower == pytest.approx(-np.degrees(np.angle(Z)))


def test_residuals_are_in_percent_of_the_modulus(fitted):
    axes = po.plot.residuals(fitted)
    Z = fitted["observed_data"]["Z"].transpose("part", "frequency").values
    draws = fitted["posterior_predictive"]["Z"].transpose("chain", "draw", "part", "frequency")
    left = 100 * (Z - np.median(draws.values, axis=(0, 1))) / np.hypot(*Z)
    drawn = curve(axes, "measured")
    for panel, part in enumerate(left, 1):
        own = drawn[drawn["panel"] == panel].sort_values("x", ascending=False)
        order = np.argsort(-fitted["constant_data"]["measured_frequency"].values)
        # Bands are of every so manieth draw, so their middle differs by a little of its width.
        assert own["y"].to_numpy() == pytest.approx(part[order], abs=0.1)
    band = curve(axes, "94 % of new data")
    assert (band["y_low"] < band["y_high"]).all()


def test_before_a_fit_residuals_are_those_of_the_kramers_kronig_test(spectrum):
    clean = spectrum.copy(deep=True)
    drifted = spectrum.copy(deep=True)
    drifted["Z"] = spectrum["Z"] * (1 + 0.1 * (spectrum["frequency"] < 1e3))
    calm, bent = (
        np.abs(curve(po.plot.residuals(each), "measured")["y"]).max() for each in (clean, drifted)
    )
    assert bent > 2 * calm
    few = spectrum.isel(frequency=slice(5))
    with pytest.raises(po.PosterionError, match="5 frequencies"):
        po.plot.residuals(few)


def test_several_results_are_told_apart_by_colour_symbol_and_label(fitted, spectrum):
    ax = po.plot.nyquist({"cold": fitted, "warm": spectrum})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["cold", "warm"]
    cold, warm = (
        next(line for line in ax.lines if line.get_label() == label) for label in ("cold", "warm")
    )
    assert cold.get_markeredgecolor() != warm.get_markeredgecolor()
    assert cold.get_marker() != warm.get_marker()
    assert "cold: model (median)" in set(po.plot.table(ax)["curve"])


def test_a_second_call_draws_on_the_same_axes_in_the_same_unit(spectrum):
    ax = po.plot.nyquist(spectrum)
    larger = spectrum.copy(deep=True)
    larger["Z"] = 5e3 * spectrum["Z"]
    larger.attrs["source"] = "larger"
    assert po.plot.nyquist(larger, ax) is ax
    assert ax.get_xlabel() == "Z′ (Ω)"
    drawn = curve(ax, "larger")
    assert drawn["x"].max() == pytest.approx(5e3 * float(spectrum["Z"].sel(part="real").max()))


def test_a_second_call_takes_a_colour_that_is_free(fitted):
    ax = po.plot.fade(of_cycles.cycle_result())
    po.plot.fade({"other": of_cycles.cycle_result(truth={"loss_last": 0.2})}, ax)
    colours = {
        next(line for line in ax.lines if line.get_label() == name).get_color()
        for name in ("law (median)", "_other: law (median)")
    }
    assert len(colours) == 2
    ax = po.plot.nyquist(fitted)
    po.plot.nyquist(fitted, ax)
    lines = [line for line in ax.lines if line.get_label().endswith("model (median)")]
    assert len({line.get_color() for line in lines}) == 2


def test_own_axes_keep_their_size_of_text_and_as_many_are_asked_for(spectrum):
    with matplotlib.rc_context({"font.size": 13}):
        figure, ax = pyplot.subplots()
        po.plot.nyquist(spectrum, ax)
        assert ax.xaxis.label.get_size() == 13
    with pytest.raises(po.PosterionError, match=r"fig.subplots\(2, 1\)"):
        po.plot.bode(spectrum, ax)
    with pytest.raises(po.PosterionError, match="one axes"):
        po.plot.nyquist(spectrum, figure)


def test_the_line_of_a_law_is_dashed_where_nothing_was_measured(sigma):
    ax = po.plot.arrhenius(sigma)
    drawn = curve(ax, "bare: measured")
    assert drawn["x"].to_numpy() == pytest.approx(1000 / (np.array([25, 50, 75]) + 273.15))
    assert drawn["y"].to_numpy() == pytest.approx([1.0, 2.5, 5.5])
    assert ax.get_yscale() == "log"
    result = of_law.law_result(celsius=[40, 50, 60, 70])
    ax = po.plot.arrhenius(result)
    solid, dashed = (
        [line for line in ax.lines if line.get_linestyle() == style and len(line.get_xdata()) > 1]
        for style in ("-", "--")
    )
    hot, cold = 1000 / (70 + 273.15), 1000 / (40 + 273.15)
    assert all(hot - 1e-9 <= x <= cold + 1e-9 for line in solid for x in line.get_xdata())
    assert max(x for line in dashed for x in line.get_xdata()) > 1000 / (25 + 273.15) - 1e-9


def test_a_failed_result_shows_its_data_and_no_band():
    for draw, result in (
        (po.plot.nyquist, synthetic.result(**FAILED)),
        (po.plot.arrhenius, of_law.law_result(**FAILED)),
        (po.plot.fade, of_cycles.cycle_result(**FAILED)),
    ):
        names = set(po.plot.table(draw(result))["curve"])
        assert names <= {"measured", "labelled", ": measured"}, names
    for draw in (po.plot.residuals, po.plot.forest, po.plot.corner):
        with pytest.raises(po.PosterionError, match="checks of this result failed"):
            draw(synthetic.result(**FAILED))


def test_fade_shows_capacity_retention_and_cells_in_colours(cycles):
    single = po.plot.fade(of_cycles.cycle_result())
    assert single.child_axes[0].get_ylabel() == "Retention (%)"
    both = po.plot.fade(cycles)
    assert curve(both, "A")["y"].to_numpy() == pytest.approx(150 - 0.2 * N)
    assert both.get_ylabel() == "Discharge capacity (mAh/g)"
    other = po.cycling_dataset(N, 3 - 0.01 * N, unit="mAh", cell="C")
    with pytest.raises(po.PosterionError, match="several units"):
        po.plot.fade([cycles, other])


def test_efficiency_is_discharge_over_charge(cycles):
    drawn = curve(po.plot.efficiency(cycles), "A")
    assert drawn["y"].to_numpy() == pytest.approx(100 * (150 - 0.2 * N) / (151 - 0.2 * N))
    with pytest.raises(po.PosterionError, match="charge capacit"):
        po.plot.efficiency(cycles.drop_vars("charge_capacity"))
    with pytest.raises(po.PosterionError, match="keeps no Coulombic efficiency"):
        po.plot.efficiency(of_cycles.cycle_result())


def test_the_share_of_exact_failures_is_that_of_kaplan_and_meier():
    low = np.array([3.0, 5.0, 5.0, 8.0, 10.0])
    failed = np.array([True, True, False, True, False])
    ends, share = survival.tested_share(limit.Tested("", low, np.where(failed, low, np.inf)))
    # By hand: 5 at risk at 3, 4 at 5, 2 at 8.
    assert ends.tolist() == [3, 5, 8]
    assert share == pytest.approx([4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4 * 1 / 2], abs=1e-6)


def test_the_share_of_failures_within_intervals_solves_the_equations_of_turnbull():
    low, high = np.array([0.0, 1.0, 1.0, 2.0]), np.array([2.0, 2.0, 3.0, np.inf])
    ends, share = survival.tested_share(limit.Tested("", low, high))
    mass = -np.diff(np.r_[1.0, share, 0.0])
    edges = np.r_[ends, np.inf]
    within = (edges <= high[:, None]) & (edges > low[:, None])
    assert mass == pytest.approx((within * mass / (within @ mass)[:, None]).mean(axis=0), abs=1e-6)
    assert (mass >= -1e-12).all()


def test_survival_falls_in_steps_and_marks_cells_that_had_not_failed():
    ax = po.plot.survival(LIVED)
    assert ax.get_xlabel() == "Lifetime (cycles)"
    steps = curve(ax, "measured")
    assert steps["y"].iloc[0] == 100 and (np.diff(steps["y"]) <= 0).all()
    assert curve(ax, ": not failed")["x"].tolist() == [25.0]


def test_survival_of_a_result_is_that_of_its_distribution():
    from scipy.stats import lognorm

    result = po.fit(po.Lifetime(), LIVED, seed=1)
    ax = po.plot.survival(result)
    draws = result["posterior"]
    at = curve(ax, "model (median)")
    expected = [
        100
        * np.median(
            lognorm.sf(
                x, draws["noise"].values.ravel(), scale=draws["median_lifetime"].values.ravel()
            )
        )
        for x in at["x"]
    ]
    assert at["y"].to_numpy() == pytest.approx(expected, abs=2.0)


def test_a_forest_of_several_results_has_a_row_for_each_quantity_in_one_unit(fitted):
    ax = po.plot.forest({"a": fitted, "b": fitted}, quantities=["R0", "R1"])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["R0", "R1"]
    assert ax.get_xlabel() == "Resistance (Ω)"
    span = curve(ax, "a: R1, 94 %")["x"]
    expected = np.quantile(fitted["posterior"]["R1"], [0.03, 0.97])
    assert sorted(span) == pytest.approx(expected)
    with pytest.raises(po.PosterionError, match="several units"):
        po.plot.forest(fitted, quantities=["R1", "CPE1_n"])
    with pytest.raises(po.PosterionError, match="did you mean R1"):
        po.plot.forest(fitted, quantities="R11")


def test_a_corner_is_drawn_below_its_diagonal(fitted):
    axes = po.plot.corner(fitted, quantities=["R0", "R1", "CPE1_n"])
    assert axes.shape == (3, 3) and axes[0, 2] is None
    assert axes[2, 1].get_xlabel().replace("\n", " ") == "R1 (Ω)"
    with pytest.raises(po.PosterionError, match="2 to 6"):
        po.plot.corner(fitted, quantities=["R0"])


def test_a_distribution_is_fitted_and_says_so(fitted, spectrum):
    with pytest.raises(po.PosterionError, match=r"po.fit\(po.DRT"):
        po.plot.drt(spectrum)
    with pytest.raises(po.PosterionError, match="Discrepant"):
        po.plot.drt(fitted)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (3, "cannot draw int"),
        ([], "nothing to draw"),
        (pd.DataFrame({"f": [1.0]}), "cannot draw DataFrame"),
        ("absent.nc", "absent.nc"),
        ("absent.csv", "absent.csv"),
        (".", "no posterior.nc"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_form_that_can(what, message):
    with pytest.raises(po.PosterionError, match=message):
        po.plot.nyquist(what)


def test_a_file_of_specimens_has_to_be_told_its_columns():
    with pytest.raises(po.PosterionError, match=r"read_replicates\(path, group="):
        po.plot.compare("pellets.csv")


def test_another_kind_of_data_names_the_figures_that_it_has(cycles):
    with pytest.raises(po.PosterionError, match="draw these by fade, efficiency"):
        po.plot.nyquist(cycles)


@pytest.mark.parametrize("form", ["pdf", "svg", "png"])
def test_a_file_has_the_width_that_was_asked_for_and_its_numbers_beside_it(fitted, tmp_path, form):
    path = tmp_path / f"figure.{form}"
    ax = po.plot.nyquist(fitted, width="84mm")
    po.plot.save(ax, path, csv=True)
    assert width_of(path) == pytest.approx(84, abs=0.1)
    written = pd.read_csv(path.with_suffix(".csv"))
    pd.testing.assert_frame_equal(written, po.plot.table(ax), check_dtype=False)
    lines = {line.get_label(): line for line in ax.lines}
    median = written[written["curve"] == "model (median)"]
    assert median["x"].to_numpy() == pytest.approx(lines["model (median)"].get_xdata())
    again = tmp_path / f"again.{form}"
    po.plot.save(po.plot.nyquist(fitted), again)
    assert again.read_bytes() == path.read_bytes()


def width_of(path):
    """Return the width of a drawing in mm, read from the file itself."""
    if path.suffix == ".png":
        return image.imread(path).shape[1] / 600 * 25.4
    text = path.read_bytes().decode("latin-1")
    pattern = (
        r"/MediaBox \[ ?0 0 ([\d.]+)" if path.suffix == ".pdf" else r'<svg[^>]* width="([\d.]+)pt"'
    )
    return float(re.search(pattern, text)[1]) / 72 * 25.4


def run(monkeypatch, capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        cli.main([str(each) for each in arguments])
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_the_command_draws_results_and_data(fitted, tmp_path, monkeypatch, capsys):
    po.save(fitted, tmp_path / "posterior.nc")
    out = tmp_path / "figure.pdf"
    status, said, _ = run(
        monkeypatch, capsys, "plot", tmp_path, "simulated-7uL-55C", "nyquist", "--out", out,
        "--width", "two", "--label", "fit", "--label", "data", "--csv",
    )  # fmt: skip
    assert status == 0 and f"wrote {out}" in said
    assert width_of(out) == pytest.approx(174, abs=0.1)
    assert {"fit", "data"} <= set(pd.read_csv(out.with_suffix(".csv"))["curve"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("simulated-7uL-55C", "nyqist", "--out", "a.pdf"), "did you mean nyquist"),
        (("simulated-7uL-55C", "zzz", "--out", "a.pdf"), "there are nyquist, bode"),
        (("nyquist", "--out", "a.pdf"), "posterion plot RESULT nyquist --out a.pdf"),
        (("simulated-7uL-55C", "nyquist"), "--out"),
        (("simulated-7uL-55C", "nyquist", "--out", "a.doc"), r"\.pdf, \.svg, \.png or \.eps"),
        (("simulated-7uL-55C", "fade", "--out", "a.pdf"), "draw these by nyquist"),
        (("simulated-7uL-55C", "nyquist", "--out", "a.pdf", "--width", "9 mm"), "one column"),
        (("simulated-7uL-55C", "bode", "--out", "a.pdf", "--whole"), "option of nyquist"),
        (("x", "y", "bode", "--out", "a.pdf", "--label", "x"), "one each"),
    ],
)
def test_the_command_says_what_to_type(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, _, said = run(monkeypatch, capsys, "plot", *arguments)
    assert status == 2 and re.search(message, said), said
    assert not [*tmp_path.iterdir()]


def test_a_fit_writes_its_figures_with_their_numbers(tmp_path, monkeypatch, capsys):
    table = tmp_path / "sigma.csv"
    table.write_text("T [degC],sigma [mS/cm]\n25,1.0\n40,1.7\n50,2.5\n60,3.4\n75,5.5\n")
    out = tmp_path / "out"
    arguments = ("fit", "arrhenius", table, "--figures", "svg")
    status, _, said = run(monkeypatch, capsys, *arguments)
    assert status == 2 and "--out" in said
    status, *_ = run(monkeypatch, capsys, *arguments, "--out", out)
    assert status == 0
    drawn = {path.name for path in (out / "figures").iterdir()}
    assert drawn == {
        f"{name}.{form}" for name in ("arrhenius", "forest", "corner") for form in ("svg", "csv")
    }
    assert width_of(out / "figures" / "arrhenius.svg") == pytest.approx(84, abs=0.1)


def test_the_page_on_figures_runs_as_it_stands(fitted, tmp_path, monkeypatch):
    text = (Path(__file__).parents[1] / "docs" / "figures.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `po\.plot\.(\w+)`", text, re.MULTILINE)) == set(FIGURES)
    po.save(fitted, tmp_path / "pellet.nc")
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec("\n".join(snippets), {})
    assert {path.name for path in tmp_path.iterdir()} == {"pellet.nc", "nyquist.pdf", "nyquist.csv"}


def test_the_namespace_is_public_and_loads_late():
    assert "plot" in dir(po)
    assert {*FIGURES, "save", "table"} == set(po.plot.__all__)
    for name in po.plot.__all__:
        told = getattr(po.plot, name).__doc__
        assert "Returns" in told or name == "save"
        assert "Raises" in told or name == "table"
        assert "Examples" in told
    code = "import sys, posterion; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
