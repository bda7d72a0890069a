"""What people type in Python works, or says what to type."""

import importlib.util
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posterion as po
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
    data = po.spectrum_dataset(frequency, Z)
    po.build("R0-p(R1,C1)", data)
    drawn = po.plot.table(po.plot.nyquist(data))
    assert drawn[drawn["curve"] == "measured"]["x"].to_numpy() == pytest.approx(Z.real)
    sigma = po.conductivity_dataset(
        [25, 50], [1.0, 2.0], temperature_unit="C", conductivity_unit="mS/cm"
    )
    assert sigma["conductivity"].values == pytest.approx([1e-3, 2e-3])


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
        (lambda post, data: po.fit("R0-p(R1,CPE1)", "file.csv"), "po.read_spectrum"),
        (lambda post, data: po.fit("R0-p(R1,CPE1)", ([1.0], [1 + 1j])), "po.spectrum_dataset"),
        (lambda post, data: po.build("R0", pd.DataFrame()), "DataFrame"),
        (lambda post, data: po.fit("R0-p(R1,CPE1", data), r"\^"),
        (lambda post, data: po.fit(po.Arrhenius, data), r"po.Arrhenius\(\)"),
        (lambda post, data: po.fit(3, data), "R0-p"),
        (lambda post, data: po.fit("R0", data, noise="gaussian"), r"po.Gaussian\(\)"),
        (lambda post, data: po.fit("R0", data, priors={"R0": 100}), r"LogNormal\(5, 2\)"),
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
