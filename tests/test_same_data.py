"""Data of several fits: what is brought together, and what is refused with its reason."""

import json

import numpy as np
import pytest
import xarray as xr

import posterion as po
from posterion.inference.model_comparison.same_data import match

T = np.linspace(253.15, 333.15, 9)
SIGMA = 300 * np.exp(-2900 / T)


def law(values=SIGMA, T=T, **attrs) -> xr.DataTree:
    """Return the part of a result that holds its data."""
    return _tree(
        {"temperature": T}, "conductivity", ("point", values), "Arrhenius(form='sigma')", **attrs
    )


def fade(values, cycles, unit) -> xr.DataTree:
    return _tree({"cycle": cycles}, "capacity", ("point", values), "LinearFade()", unit=unit)


def spectrum(Z, frequency) -> xr.DataTree:
    dims = (("part", "frequency"), np.stack([Z.real, Z.imag]))
    noise = {"noise": "Proportional()", "unit": "ohm"}
    return _tree({"frequency": frequency}, "Z", dims, "R0-p(R1,CPE1)", **noise)


def _tree(inputs, output, values, model, noise="Relative()", unit="S/cm", further=None):
    dim = values[0] if isinstance(values[0], str) else values[0][-1]
    constant = {f"measured_{name}": (dim, np.asarray(each)) for name, each in inputs.items()}
    tree = xr.DataTree.from_dict(
        {
            "constant_data": xr.Dataset(constant | (further or {})),
            "observed_data": xr.Dataset({output: values}),
        }
    )
    pool = json.dumps({"pool": None})
    tree.attrs = {"model": model, "noise": noise, "unit": unit, "pool": pool}
    return tree


def test_the_same_points_in_another_order_are_brought_together() -> None:
    shuffled = np.random.default_rng(0).permutation(T.size)
    found, messages = match({"a": law(), "b": law(SIGMA[shuffled], T[shuffled])})
    assert messages == ()
    assert T[shuffled][found["b"].common] == pytest.approx(T[found["a"].common])
    assert not len(found["a"].only) and not len(found["b"].only)
    assert not found["b"].log_scale.any()


def test_masked_points_are_named_and_left_out_of_all() -> None:
    found, messages = match({"a": law(), "b": law(SIGMA[2:], T[2:]), "c": law(SIGMA[:8], T[:8])})
    assert found["a"].only.tolist() == [0, 1, 8]
    assert [len(each.common) for each in found.values()] == [6, 6, 6]
    for each, start in (("b", 2), ("c", 0)):
        assert T[start:][found[each].common] == pytest.approx(T[2:8])
    assert "3 points at −20 °C, −10 °C and 60 °C" in messages[0]
    assert "6 points are compared" in messages[0]


def test_a_single_altered_value_is_left_out_like_a_masked_one() -> None:
    altered = SIGMA * np.where(np.arange(T.size) == 4, 1.1, 1.0)
    found, messages = match({"a": law(), "b": law(altered)})
    assert found["a"].only.tolist() == [4] == found["b"].only.tolist()
    assert any("1 point at 20 °C" in message for message in messages)


@pytest.mark.parametrize(
    ("factor", "said"), [(T, "times T"), (T**0.5, "times √T"), (2.5, "times 2.5"), (3 / T, "1/T")]
)
def test_transformed_data_have_a_jacobian(factor, said) -> None:
    found, messages = match({"a": law(), "b": law(SIGMA * factor)})
    # The density of y = f x is that of x over f, so f has to be multiplied in again.
    assert found["b"].log_scale == pytest.approx(np.log(factor) * np.ones(T.size))
    assert said in messages[0] and "converted" in messages[0]


def test_another_unit_has_a_jacobian() -> None:
    cycles, mAh = np.arange(1.0, 21), 2 - 0.01 * np.arange(20)
    found, messages = match({"a": fade(mAh, cycles, "mAh"), "b": fade(mAh / 1e3, cycles, "Ah")})
    # p(y in mAh) = p(y in Ah) / 1000.
    assert found["b"].log_scale == pytest.approx(-np.log(1000) * np.ones(20))
    assert "in Ah" in messages[0] and "in mAh" in messages[0]


def test_both_parts_of_an_impedance_are_converted() -> None:
    frequency = np.geomspace(1e5, 1, 12)
    Z = 20 + 300 / (1 + 1j * frequency / 1e3)
    found, _ = match({"a": spectrum(Z, frequency), "b": spectrum(0.785 * Z, frequency)})
    assert found["b"].log_scale == pytest.approx(2 * np.log(0.785) * np.ones(12))


def test_what_cannot_be_compared_is_refused_with_its_reason() -> None:
    cycles, mAh = np.arange(1.0, 21), 2 - 0.01 * np.arange(20)
    frequency = np.geomspace(1e5, 1, 12)
    Z = 20 + 300 / (1 + 1j * frequency / 1e3)
    noisy = SIGMA * np.exp(0.02 * np.random.default_rng(0).normal(size=T.size))
    rounded = law(noise="Rounded(base=Relative())")
    cases = [
        (law(), fade(mAh, cycles, "mAh"), "conductivity and capacity"),
        (fade(mAh, cycles, "mAh"), fade(mAh, cycles, "mAh/g"), "in mAh and in mAh/g"),
        (law(), rounded, "probabilities"),
        (spectrum(Z, frequency), spectrum(Z.conj(), frequency), "opposite sign"),
        (law(), law(noisy), "at 9 places they share, the values differ at 9"),
        (law(), law(SIGMA[6:], T[6:]), "9 and 3 points, of which 3 are the same"),
        (law(), law(noisy, T + 5), "of which 0 are the same"),
    ]
    for a, b, words in cases:
        with pytest.raises(po.PosterionError) as caught:
            match({"a": a, "b": b})
        assert words in str(caught.value)
        assert "a and b" in str(caught.value)
