"""The VTF law on NIST's MGH10, a thermistor: one over its resistance is a VTF conductivity."""

import os
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import xarray as xr

import posterion as po

LAW = po.VTF("sigma")
MGH10 = Path(__file__).parents[2] / "shared" / "data" / "nist_strd" / "MGH10.dat"


@dataclass(frozen=True)
class Thermistor:
    """Resistance b1 exp(b2/(x + b3)), with A = 1/b1, B = b2 and T_0 = -b3."""

    output = "resistance"
    output_unit = "ohm"
    output_dims = ("point",)
    output_labels = MappingProxyType({})
    inputs = ("temperature",)
    quantities = ()
    parameters = LAW.parameters

    def coordinates(self, named=()):
        return LAW.coordinates(named)

    def window(self, data):
        y = data["resistance"]
        own = LAW.window(data.assign(conductivity=1 / y))
        return own | {"typical": float(y.mean()), "smallest": float(y.min())}

    def response(self, inputs, parameters):
        return 1 / LAW.response(inputs, parameters)

    def magnitude(self, response):
        return response


@pytest.mark.skipif(
    not MGH10.is_file() and os.environ.get("CI") != "true", reason="no certified data here"
)
def test_certified_values_and_errors_of_mgh10_come_out() -> None:
    lines = MGH10.read_text().splitlines()
    certified = {}
    for line in lines[40:43]:
        name, _, *numbers = line.split()
        certified[name] = tuple(map(float, numbers[-2:]))
    y, x = np.array([line.split() for line in lines[60:76]], dtype=float).T
    data = xr.Dataset({"resistance": ("point", y)}, coords={"temperature": ("point", x)})
    post = po.fit(
        Thermistor(),
        data,
        # x is no absolute temperature, so T_0 may be below zero, and the slope is no barrier.
        priors={
            "T_0": "Normal(0, 2000)",
            "E_ref": "LogNormal(-3, 5)",
            "conductivity_ref": "LogNormal(log_conductivity_mid, 10)",
            "noise": "LogNormal(-6, 10)",
        },
        noise=po.Gaussian(),
        seed=1,
        draws=4000,
    )
    assert po.Verdict.of(post).passed
    own = post["posterior"]
    found = {"b1": 1 / own["A"], "b2": own["B"], "b3": -own["T_0"]}
    assert set(certified) == set(found)
    student = np.sqrt(13 / 11)  # of the scatter that is estimated from 13 degrees of freedom
    for name, (value, error) in certified.items():
        assert float(found[name].mean()) == pytest.approx(value, abs=0.1 * error), name
        assert float(found[name].std()) == pytest.approx(student * error, rel=0.08), name
