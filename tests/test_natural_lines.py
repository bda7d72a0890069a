"""What people type in Python works, or says what to type."""

import importlib.util
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

import posterion as po
from posterion.analyses.given import given_data
from posterion.analyses.notebook import html_of
from posterion.inference.given_prior import given_prior
from posterion.units import registry

_spec = importlib.util.spec_from_file_location(
    "synthetic", Path(__file__).with_name("synthetic.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)


@pytest.fixture(scope="module")
def post():
    return synthetic.result()


@pytest.fixture(scope="module")
def spectrum():
    return po.simulated_pellet("simulated-7uL-55C")


def test_what_can_be_looked_up_is_public() -> None:
    assert po.__version__ == version("posterion")
    assert set(dir(po)) == {*po.__all__, "plot", "__version__"}


def test_a_summary_is_a_table_in_the_interval_of_everything_else(post) -> None:
    table = po.summary(post)
    assert isinstance(table, pd.DataFrame)
    expected = np.quantile(post["posterior"]["R1"], [0.03, 0.5, 0.97])
    assert table.loc["R1", ["q03", "median", "q97"]].tolist() == pytest.approx(expected)
    assert table.loc["R1", "unit"] == "ohm"


def test_a_circuit_is_fitted_by_its_text(spectrum) -> None:
    text = "p(R1,CPE1)-p(R2,CPE2)-CPE3"
    by_text, by_value = (po.build(each, spectrum) for each in (text, po.Circuit.parse(text)))
    assert [*by_text.named_vars] == [*by_value.named_vars]


def test_arrays_become_data_that_fits_and_figures_take() -> None:
    frequency = np.geomspace(1e6, 1, 30)
    Z = 10 + 100 / (1 + 2j * np.pi * frequency * 1e-4)
    data = po.spectrum(frequency, Z)
    po.build("R0-p(R1,C1)", data)
    drawn = po.plot.table(po.plot.nyquist(data))
    assert drawn[drawn["curve"] == "measured"]["x"].to_numpy() == pytest.approx(Z.real)
    unit = registry()
    same = po.spectrum(frequency / 1e3 * unit.kHz, Z / 1e3 * unit.kohm, temperature="313.15 K")
    np.testing.assert_allclose(same["Z"], data["Z"])
    assert same.attrs["temperature_c"] == pytest.approx(40)


@pytest.mark.parametrize(
    ("temperature", "sigma", "units"),
    [
        ([25, 50], [1.0, 2.0], {"unit": "mS/cm", "temperature_unit": "C"}),
        (["25 C", "323.15 K"], pd.Series([0.1, 0.2]), {"unit": "S/m"}),
        (registry().Quantity([25.0, 50.0], "degC"), np.array([1, 2]) * registry()("mS/cm"), {}),
        ([298.15, 323.15], [0.29815, 0.6463], {"unit": "S K/cm", "temperature_unit": "K"}),
    ],
)
def test_conductivities_of_arrays_are_in_siemens_per_centimetre(temperature, sigma, units) -> None:
    data = po.conductivities(temperature, sigma, **units)
    assert data["conductivity"].values == pytest.approx([1e-3, 2e-3])
    assert data["temperature"].values == pytest.approx([298.15, 323.15])


FREQUENCY = np.geomspace(1e6, 1, 13)
Z = 10 + 100 / (1 + 2j * np.pi * FREQUENCY * 1e-4)
COLUMNS = {"freq (Hz)": FREQUENCY, "Z' (ohm)": Z.real, "Z'' (ohm)": Z.imag}


class Polars:
    """What of a data frame of polars is asked for, which is no dependency."""

    columns = [*COLUMNS]

    def get_columns(self):
        return [*COLUMNS.values()]

    def to_dict(self):
        return COLUMNS


@pytest.mark.parametrize(
    "table",
    [
        COLUMNS,
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS).set_index("freq (Hz)"),
        pd.DataFrame({"frequency (Hz)": FREQUENCY, "Z (ohm)": Z}),
        Polars(),
        {"frequency": FREQUENCY / 1e3 * registry().kHz, "Z'": Z.real, "Z''": Z.imag},
        xr.Dataset(
            {
                "Zre": ("frequency", Z.real, {"units": "ohm"}),
                "Zim": ("frequency", Z.imag, {"units": "ohm"}),
            },
            coords={"frequency": ("frequency", FREQUENCY, {"units": "Hz"})},
        ),
        np.rec.fromarrays([*COLUMNS.values()], names=["freq_Hz", "Zre_ohm", "Zim_ohm"]),
    ],
    ids=["dict", "pandas", "index", "complex", "polars", "pint", "xarray", "structured"],
)
def test_a_spectrum_is_read_from_any_table_to_the_last_bit(table) -> None:
    data = given_data(po.Circuit.parse("R0"), table)
    if not isinstance(table, dict) or "frequency" not in table:  # kHz are multiplied again
        np.testing.assert_array_equal(data["frequency"], FREQUENCY)
    np.testing.assert_array_equal(data["Z"], np.stack([Z.real, Z.imag], axis=-1))
    assert data.attrs["source"] == "table in memory"


def test_every_reader_takes_a_table_in_memory() -> None:
    steps = [1.0, 2.0, 1.5]
    assert po.read_table({"T (C)": [25, 40.0], "sigma (S/cm)": steps[:2], "pellet": ["a", "b"]})[
        "pellet"
    ].values.tolist() == ["a", "b"]
    cycles = {"cycle": [1, 2, 3]}
    assert po.read_cycling(cycles | {"capacity (mAh)": steps})["capacity"].values.tolist() == steps
    assert po.read_growth(cycles | {"R (ohm)": steps})["resistance"].values.tolist() == steps
    cells = {"cell": ["a", "b"], "survived (mA/cm2)": [1, 1.5], "failed (mA/cm2)": [1.5, None]}
    assert po.read_limits(cells)["cell"].values.tolist() == ["a", "b"]
    assert po.read_voltammogram({"E (V)": steps[:2], "j (mA/cm2)": [0.1, 0.2]}).sizes["point"] == 2
    # The last digit of a number that lost its zeros in memory is that of its column.
    numbers = {"coating": ["a", "b", "a"], "sigma (mS/cm)": steps}
    found = po.read_replicates(numbers, group="coating", value="sigma")
    assert found["value_step"].values == pytest.approx([0.1, 0.1, 0.1])


R1, N1 = (po.Circuit.parse("p(R1,CPE1)").parameters[k] for k in (0, 2))


class OfPreliZ:
    """What of a distribution of PreliZ is asked for, which is no dependency."""

    def __init__(self, **values):
        vars(self).update(values)


Gamma = type("Gamma", (OfPreliZ,), {"__module__": "preliz.distributions.gamma"})


@pytest.mark.parametrize("given", ["50 ± 5", (50, 5), "0.05 kohm ± 10 %", (50, 5, "ohm")], ids=str)
def test_a_number_with_its_error_is_a_prior_of_that_mean_and_deviation(given) -> None:
    prior = given_prior(given, R1)
    mu, sigma = (dict(prior.arguments)[name] for name in ("mu", "sigma"))
    assert prior.family == "LogNormal"
    assert stats.lognorm(sigma, scale=np.exp(mu)).stats() == pytest.approx((50, 25))
    share = dict(given_prior("0.9 ± 0.05", N1).arguments)
    assert stats.beta(share["alpha"], share["beta"]).stats() == pytest.approx((0.9, 0.0025))


SCIPY = [
    stats.norm(3, 2), stats.laplace(loc=1, scale=2), stats.t(4, 1, 2), stats.uniform(1, 4),
    stats.truncnorm(-1, 2, loc=3, scale=2), stats.lognorm(0.7, scale=3), stats.halfnorm(scale=2),
    stats.halfcauchy(scale=2), stats.expon(scale=2), stats.gamma(3, scale=2),
    stats.invgamma(3, scale=2), stats.weibull_min(1.5, scale=2), stats.beta(2, 3),
]  # fmt: skip


@pytest.mark.parametrize("frozen", SCIPY, ids=lambda each: each.dist.name)
def test_a_frozen_distribution_of_scipy_has_its_density(frozen) -> None:
    import pymc as pm

    prior = given_prior(frozen)
    x = frozen.ppf([0.2, 0.5, 0.8])
    found = pm.logp(getattr(pm, prior.family).dist(**dict(prior.arguments)), x).eval()
    np.testing.assert_allclose(found, frozen.logpdf(x), rtol=1e-6)


def test_a_distribution_of_preliz_is_taken_by_its_arguments() -> None:
    assert given_prior(Gamma(alpha=2.0, beta=3.0, mu=0.7)) == po.Prior("Gamma", 2.0, 3.0)


def test_a_notebook_shows_verdict_answer_and_figure(post, monkeypatch) -> None:
    monkeypatch.setattr(xr.DataTree, "_repr_html_", lambda tree: "the tree")
    html = html_of(post)
    places = [html.index(each) for each in ("Trusted", "<td>R1<", "<img", "the tree")]
    assert places == sorted(places)
    refused = html_of(synthetic.result(passed=False, messages=["<b>chains</b>"]))
    assert "Refused" in refused and "94 % interval" not in refused and "<b>chains" not in refused
    plain = xr.DataTree(xr.Dataset({"a": 1}))
    assert html_of(plain) == "the tree"

    known = {}
    formatter = SimpleNamespace(for_type_by_name=lambda *names: known.update({names[:2]: names[2]}))
    shell = SimpleNamespace(display_formatter=SimpleNamespace(formatters={"text/html": formatter}))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    po._show_in_notebooks()
    assert known[(xr.DataTree.__module__, xr.DataTree.__name__)](plain) == "the tree"


@pytest.mark.parametrize(
    "thickness",
    [(2.1, 0.02, "mm"), "2.1 mm ± 0.02 mm", 2.1 * registry().mm, (2.1, "mm")],
    ids=str,
)
def test_a_length_is_text_a_tuple_or_of_pint(post, thickness) -> None:
    of_text = po.conductivity(post, thickness="2.1 mm", diameter="8 mm")
    found = po.conductivity(post, thickness=thickness, diameter="8 mm")
    middle = np.median(of_text["conductivity_R1"])
    assert float(np.median(found["conductivity_R1"])) == pytest.approx(middle, rel=0.01)
    assert found.attrs["thickness"].startswith("2.1")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (lambda post, data: po.fit("R0-p(R1,CPE1)", "file.csv"), "no such file"),
        (lambda post, data: po.fit("R0-p(R1,CPE1)", ([1.0], [1 + 1j])), r"po.spectrum\("),
        (lambda post, data: po.fit(po.Arrhenius(), {"T": [1, 2], "sigma": [1, 2]}), "po.read_tab"),
        (lambda post, data: po.fit(po.Arrhenius(), data), "no 'conductivity'"),
        (lambda post, data: po.fit("R0", data, draws="many"), "draws is 'many'"),
        (lambda post, data: po.read_table(3), "po.conductivities"),
        (lambda post, data: po.read_spectrum(data), "already"),
        (lambda post, data: po.spectrum([2, 1], [1, 2]), "complex"),
        (lambda post, data: po.spectrum([2, 1], [1j, 2j], temperature=40), "40 C"),
        (lambda post, data: po.conductivities([25], [1]), "unit='mS/cm'"),
        (lambda post, data: po.conductivities([25], [1], unit="mS/cm"), "temperature_unit='C'"),
        (lambda post, data: po.build("R0", pd.DataFrame()), "DataFrame"),
        (lambda post, data: po.fit("R0-p(R1,CPE1", data), r"\^"),
        (lambda post, data: po.fit(po.Arrhenius, data), r"po.Arrhenius\(\)"),
        (lambda post, data: po.fit(3, data), "R0-p"),
        (lambda post, data: po.fit("R0", data, noise="gaussian"), r"po.Gaussian\(\)"),
        (lambda post, data: po.fit("R0", data, priors={"R0": 100}), r"50 ± 5"),
        (lambda post, data: po.fit("R0", data, priors={"R0": "100 ohm"}), "100 ohm ± "),
        (lambda post, data: po.fit("R0", data, priors={"R0": "5 s ± 1 s"}), "ohm"),
        (lambda post, data: po.fit("R0", data, priors={"R0": stats.cauchy()}), "weibull_min"),
        (lambda post, data: po.fit("R0", data, priors={"R0": stats.expon(3)}), "loc"),
        (lambda post, data: po.fit("R0", data, priors={"R0": "lognormal(5,2)"}), "LogNormal"),
        (lambda post, data: po.fit("R0", data, priors="R0=5"), "dictionary"),
        (lambda post, data: po.fit("R0", data, priors={"R0": Gamma(alpha=1, beta=None)}), "values"),
        (lambda post, data: po.conductivity(post, thickness=2.1, diameter="8 mm"), "no unit"),
        (lambda post, data: po.conductivity(post, thickness="2 s", diameter="8 mm"), "thickness"),
        (lambda post, data: po.Verdict.of("pellet.nc"), "po.load"),
        (lambda post, data: po.check(data), "po.fit"),
        (lambda post, data: po.write_report("pellet.nc", "x.html"), "po.load"),
        (lambda post, data: po.summary("pellet.nc"), "po.load"),
    ],
)
def test_a_line_that_cannot_work_says_what_to_type(post, spectrum, line, message) -> None:
    with pytest.raises(po.PosterionError, match=message):
        line(post, spectrum)
