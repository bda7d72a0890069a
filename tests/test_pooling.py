"""Groups of the data: cells, densities, simulations, and fits that share what they should."""

from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from numpy.typing import NDArray
from scipy import special, stats

import posterion as po
from posterion import PosterionError
from posterion.inference import fit as fitting
from posterion.inference.build import set_data
from posterion.inference.cells import Pool, cells
from posterion.inference.engine.centring import SHARE, move, uncentre, weights_at
from posterion.inference.engine.density import interpreted
from posterion.inference.engine.sample import Sampler
from posterion.inference.engine.simulate import simulate_prior
from posterion.inference.engine.target import Target

Array = NDArray[np.float64]

K = 8.617333262e-5
LAW = po.Arrhenius("sigma")
T = np.array([300.0, 320.0, 340.0, 360.0, 380.0, 400.0])
PRIORS = {"conductivity_ref": "LogNormal(-7, 2)"}


def labelled(**columns: list[Any]) -> xr.Dataset:
    """Return data that have nothing but labels."""
    length = len(next(iter(columns.values())))
    return xr.Dataset(
        {"conductivity": ("point", np.ones(length))},
        coords={name: ("point", values) for name, values in columns.items()}
        | {"temperature": ("point", np.linspace(300, 400, length)), "lone": 3},
    )


def pellets(
    energies: dict[str, float],
    levels: dict[str, float] | None = None,
    noise: float = 0.03,
    seed: int = 0,
    temperatures: dict[str, Array] | None = None,
) -> xr.Dataset:
    """Simulate pellets, each with an activation energy and a conductivity at 343 K."""
    rng = np.random.default_rng(seed)
    at, sigma, names = [], [], []
    for name, E_a in energies.items():
        own = T if temperatures is None else temperatures.get(name, T)
        level = (levels or {}).get(name, 1e-3)
        clean = level * np.exp(-E_a / K * (1 / own - 1 / (2 / (1 / 300 + 1 / 400))))
        at.append(own)
        sigma.append(clean * np.exp(noise * rng.normal(size=own.size)))
        names.extend([name] * own.size)
    return xr.Dataset(
        {"conductivity": ("point", np.concatenate(sigma))},
        coords={
            "temperature": ("point", np.concatenate(at)),
            "pellet": ("point", names),
        },
    )


# --- Cells ----------------------------------------------------------------------------------


def test_labels_stand_in_the_order_of_their_occurrence() -> None:
    found = cells(labelled(pellet=["q", "b", "q", "a", "b"]), "point", "pellet")
    assert found is not None
    assert found.dim == "pellet" and found.labels == ("q", "b", "a")
    assert found.separate is None and found.partial == ("pellet",)
    assert found.of_point.tolist() == [0, 1, 0, 2, 1]
    assert found.coords == {"pellet": ("q", "b", "a")}
    assert set(found.indices) == {"pellet_of_point"}


def test_numbers_are_labels_too() -> None:
    found = cells(labelled(pellet=[7, 7, 2]), "point", {"pellet": "none"})
    assert found is not None
    assert found.labels == ("7", "2") and found.separate == "pellet" and found.partial == ()


@pytest.mark.parametrize("order", [("sample", "pellet"), ("pellet", "sample")])
def test_nested_groups_have_the_finest_as_cells(order: tuple[str, str]) -> None:
    data = labelled(sample=["x", "y", "x", "y", "x"], pellet=["1", "2", "3", "2", "1"])
    found = cells(data, "point", {name: "partial" for name in order})
    assert found is not None
    assert found.dim == "pellet" and found.labels == ("1", "2", "3")
    assert found.members["sample"].tolist() == [0, 1, 0]
    assert found.members["pellet"].tolist() == [0, 1, 2]
    assert found.of_point.tolist() == [0, 1, 2, 1, 0]
    assert set(found.indices) == {"sample_of_pellet", "pellet_of_point"}
    assert found.partial == order


def test_crossed_groups_have_their_combinations_as_cells() -> None:
    data = labelled(lab=["x", "x", "y", "y", "x"], batch=["1", "2", "1", "2", "1"])
    found = cells(data, "point", {"lab": "partial", "batch": "partial"})
    assert found is not None
    assert found.dim == "cell" and found.labels == ("x / 1", "x / 2", "y / 1", "y / 2")
    assert found.members["lab"].tolist() == [0, 0, 1, 1]
    assert found.members["batch"].tolist() == [0, 1, 0, 1]
    assert found.of_point.tolist() == [0, 1, 2, 3, 0]
    assert set(found.coords) == {"lab", "batch", "cell"}


def test_groups_that_are_called_cell_keep_their_name() -> None:
    """As battery cells are."""
    data = labelled(cell=["a", "a", "b", "b"], rate=["1C", "2C", "1C", "2C"])
    found = cells(data, "point", {"cell": "partial", "rate": "partial"})
    assert found is not None
    assert found.dim not in ("cell", "rate") and len(found.labels) == 4
    assert found.coords["cell"] == ("a", "b") and len(found.coords[found.dim]) == 4
    assert f"cell_of_{found.dim}" in found.indices


def test_combinations_are_told_apart_whatever_their_labels() -> None:
    data = labelled(lab=["a / b", "a", "a", "a / b"], batch=["c", "b / c", "c", "b / c"])
    found = cells(data, "point", {"lab": "partial", "batch": "partial"})
    assert found is not None
    assert len(found.labels) == 4 and found.of_point.tolist() == [0, 1, 2, 3]


def test_separate_and_pooled_groups() -> None:
    data = labelled(
        material=["LPS", "LPS", "LGPS", "LGPS"], pellet=["1", "2", "3", "3"], person=list("abab")
    )
    found = cells(data, "point", {"pellet": "partial", "material": "none", "person": "complete"})
    assert found is not None
    assert found.separate == "material" and found.partial == ("pellet",)
    assert found.dim == "pellet" and found.members["material"].tolist() == [0, 0, 1]
    assert "person" not in found.coords


@pytest.mark.parametrize("pool", [None, {}, {"pellet": "complete"}])
def test_without_groups_all_is_shared(pool: Any) -> None:
    assert cells(labelled(pellet=["a", "b"]), "point", pool) is None


def test_shape_tells_what_needs_another_compilation() -> None:
    def shape(labels: str, pool: Pool = "pellet") -> Any:
        found = cells(labelled(pellet=list(labels)), "point", pool)
        assert found is not None
        return found.shape

    assert shape("aab") == shape("xyyy") == shape("qwq")
    assert shape("abc") != shape("ab")
    assert shape("ab") != shape("ab", {"pellet": "none"})


BAD: list[tuple[Any, str]] = [
    ("pelet", "no coordinate 'pelet' of their points to pool over; they have pellet, "),
    ("lone", "no coordinate 'lone' of their points"),
    ({"pellet": "some"}, "the pooling of 'pellet' is 'some'; it must be one of none, partial, "),
    ({"pellet": "none", "sample": "none"}, "nothing is to be shared along pellet and sample"),
    ({"absent": "complete"}, "no coordinate 'absent'"),
]


@pytest.mark.parametrize(("pool", "message"), BAD, ids=str)
def test_bad_pools_are_refused(pool: Any, message: str) -> None:
    data = labelled(pellet=["a", "b", "c"], sample=["x", "y", "y"])
    with pytest.raises(PosterionError, match=message):
        po.build(LAW, data, pool=pool)


def test_data_without_labels_are_refused() -> None:
    data = labelled(pellet=["a", "b"]).drop_vars(["pellet", "temperature"])
    with pytest.raises(PosterionError, match="they have none"):
        cells(data, "point", "pellet")


@pytest.mark.parametrize("labels", [["a", None, "b"], [1.0, np.nan, 2.0]])
def test_points_without_a_label_are_refused(labels: list[Any]) -> None:
    with pytest.raises(PosterionError, match="'pellet' is empty at 1 of 3 points"):
        cells(labelled(pellet=labels), "point", "pellet")


# --- Density --------------------------------------------------------------------------------


def free(model: Any) -> set[str]:
    return {rv.name for rv in model.free_RVs}


def density(model: Any, **values: Any) -> float:
    """Return the log density, without Jacobians, at values on the variables' own scales."""
    function = model.compile_logp(jacobian=False, mode=interpreted())
    point = {}
    for rv in model.free_RVs:
        own = np.asarray(values[rv.name], dtype=float)
        transform = model.rvs_to_transforms[rv]
        point[model.rvs_to_values[rv].name] = np.log(own) if transform else own
    return float(function(point))


def lognormal(value: Any, mu: Any, sigma: Any) -> float:
    return float(np.sum(stats.lognorm(sigma, scale=np.exp(mu)).logpdf(value)))


def likelihood(data: xr.Dataset, level: Array, energy: Array, noise: Any) -> float:
    """Return the log likelihood with the parameters of each point."""
    at = data["temperature"].values
    T_ref = 2 / (1 / at.min() + 1 / at.max())
    mean = level * np.exp(-energy / K * (1 / at - 1 / T_ref))
    return lognormal(data["conductivity"].values, np.log(mean), noise)


TWO = {"p": 0.38, "q": 0.44}
SPREADS = {"conductivity_ref_spread": "HalfNormal(0.7)", "E_a_spread": "HalfNormal(0.2)"}
NOISE = {"noise": "LogNormal(-3, 0.5)", "E_a": "LogNormal(-1, 0.5)"}


@pytest.mark.parametrize("weight", [np.zeros(2), np.ones(2), np.array([0.3, 1.0])], ids=str)
def test_density_of_one_pooled_label_is_written_out(weight: Array) -> None:
    """The coordinates of a level lie between an offset and the level itself, by a weight."""
    data = pellets(TWO)
    model = po.build(LAW, data, pool="pellet", priors=PRIORS | SPREADS | NOISE)
    pm.set_data({"conductivity_ref_centring": weight}, model=model)
    assert free(model) == {
        *("conductivity_ref_mean", "conductivity_ref_spread", "conductivity_ref_offset"),
        *("E_a_mean", "E_a_spread", "E_a_offset", "noise"),
    }
    mean, spread, level = np.log(2e-3), 0.4, np.array([1.3e-3, 0.8e-3])
    standard = (np.log(level) - mean) / spread
    position, offset = weight * mean + spread**weight * standard, np.array([0.4, -1.1])
    found = density(
        model,
        conductivity_ref_mean=2e-3,
        conductivity_ref_spread=spread,
        conductivity_ref_offset=position,
        E_a_mean=0.42,
        E_a_spread=0.1,
        E_a_offset=offset,
        noise=0.05,
    )
    energy = 0.42 * np.exp(0.1 * offset)
    expected = (
        lognormal(2e-3, -7, 2)
        + stats.halfnorm(scale=0.7).logpdf(spread)
        + stats.norm(weight * mean, spread**weight).logpdf(position).sum()
        + lognormal(0.42, -1, 0.5)
        + stats.halfnorm(scale=0.2).logpdf(0.1)
        + stats.norm.logpdf(offset).sum()
        + lognormal(0.05, -3, 0.5)
        + likelihood(data, np.repeat(level, 6), np.repeat(energy, 6), 0.05)
    )
    assert found == pytest.approx(expected, rel=1e-8)


def test_centring_moves_points_and_keeps_what_they_mean() -> None:
    """Well-measured groups are centred, and the same values have other coordinates."""
    data = pellets(TWO)
    model = po.build(LAW, data, pool="pellet", priors=PRIORS | SPREADS | NOISE)
    sampler = Sampler(model)
    _, points = simulate_prior(model, 5, seed=1)
    target = Target.of(sampler.density)
    before = sampler.density.expand(points)
    weights = weights_at(model, target.evaluate, points[0])
    moved = np.array(move(model, tuple(points), weights))
    # Nearly all of the share that a mode may ask for.
    assert (model["conductivity_ref_centring"].get_value() > 0.95 * SHARE).all()
    after = sampler.density.expand(moved)
    for name in ("conductivity_ref", "E_a", "conductivity_ref_spread", "noise"):
        assert after[name] == pytest.approx(before[name], rel=1e-8)
    assert np.abs(moved - points).max() > 1
    # The densities differ by the volume: s^w for each group and parameter.
    here, there = (Target.of(sampler.density).evaluate(x)[0] for x in moved[:2])
    volume = [
        sum(
            (model[f"{name}_centring"].get_value() * np.log(before[f"{name}_spread"][k])).sum()
            for name in ("conductivity_ref", "E_a")
        )
        for k in (0, 1)
    ]
    uncentre(model)
    first, second = (Target.of(sampler.density).evaluate(x)[0] for x in points[:2])
    assert here - there == pytest.approx(first - second - volume[0] + volume[1], rel=1e-6)


def test_density_of_separate_groups_is_written_out() -> None:
    """Each has its own parameters, also of the noise, under the same priors."""
    data = pellets(TWO)
    model = po.build(LAW, data, pool={"pellet": "none"}, priors=PRIORS | NOISE)
    assert free(model) == {"conductivity_ref", "E_a", "noise"}
    level, energy, noise = np.array([1.3e-3, 8e-4]), np.array([0.4, 0.45]), np.array([0.02, 0.07])
    found = density(model, conductivity_ref=level, E_a=energy, noise=noise)
    expected = (
        lognormal(level, -7, 2)
        + lognormal(energy, -1, 0.5)
        + lognormal(noise, -3, 0.5)
        + likelihood(data, *(np.repeat(values, 6) for values in (level, energy, noise)))
    )
    assert found == pytest.approx(expected, rel=1e-8)


def test_density_of_pellets_within_separate_materials_is_written_out() -> None:
    data = pellets({"p": 0.38, "q": 0.44, "r": 0.40})
    material = np.repeat(["LPS", "LGPS", "LPS"], 6)
    data = data.assign_coords(material=("point", material))
    pool: Pool = {"material": "none", "pellet": "partial"}
    model = po.build(LAW, data, pool=pool, priors=PRIORS | SPREADS | NOISE)
    values: dict[str, Any] = {
        "conductivity_ref_mean": np.array([2e-3, 5e-4]),
        "conductivity_ref_spread": 0.4,
        "conductivity_ref_offset": np.array([-0.6, 0.3, 1.2]),
        "E_a_mean": np.array([0.42, 0.36]),
        "E_a_spread": 0.1,
        "E_a_offset": np.array([0.4, -1.1, 0.7]),
        "noise": np.array([0.05, 0.09]),
    }
    of_pellet = np.array([0, 1, 0])
    level = values["conductivity_ref_mean"][of_pellet] * np.exp(
        0.4 * values["conductivity_ref_offset"]
    )
    energy = values["E_a_mean"][of_pellet] * np.exp(0.1 * values["E_a_offset"])
    expected = (
        lognormal(values["conductivity_ref_mean"], -7, 2)
        + stats.halfnorm(scale=0.7).logpdf(0.4)
        + stats.norm.logpdf(values["conductivity_ref_offset"]).sum()
        + lognormal(values["E_a_mean"], -1, 0.5)
        + stats.halfnorm(scale=0.2).logpdf(0.1)
        + stats.norm.logpdf(values["E_a_offset"]).sum()
        + lognormal(values["noise"], -3, 0.5)
        + likelihood(
            data,
            np.repeat(level, 6),
            np.repeat(energy, 6),
            np.repeat(values["noise"][of_pellet], 6),
        )
    )
    assert density(model, **values) == pytest.approx(expected, rel=1e-8)
    assert model.named_vars_to_dims["E_a_mean"] == ("material",)
    assert model.named_vars_to_dims["E_a"] == ("pellet",)
    assert model.named_vars_to_dims["noise"] == ("material",)


CROSSED: Pool = {"lab": "partial", "batch": "partial"}


def crossed() -> xr.Dataset:
    data = pellets({"a": 0.38, "b": 0.44, "c": 0.40, "d": 0.42})
    return data.drop_vars("pellet").assign_coords(
        lab=("point", np.repeat(["x", "x", "y", "y"], 6)),
        batch=("point", np.repeat(["1", "2", "1", "2"], 6)),
    )


def test_effects_of_crossed_groups_add_up() -> None:
    data = crossed()
    model = po.build(LAW, data, pool=CROSSED, priors=PRIORS | NOISE)
    names = [
        f"{name}_{kind}_{group}"
        for name in ("conductivity_ref", "E_a")
        for kind in ("spread", "offset")
        for group in ("lab", "batch")
    ]
    assert free(model) == {*names, "conductivity_ref_mean", "E_a_mean", "noise"}
    rng = np.random.default_rng(1)
    values: dict[str, Any] = {
        name: rng.normal(size=2) if "offset" in name else abs(rng.normal()) for name in names
    } | {"conductivity_ref_mean": 1e-3, "E_a_mean": 0.4, "noise": 0.05}
    lab, batch = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])

    def of_cell(name: str) -> Any:
        shift = sum(
            values[f"{name}_spread_{group}"] * values[f"{name}_offset_{group}"][members]
            for group, members in (("lab", lab), ("batch", batch))
        )
        return np.repeat(values[f"{name}_mean"] * np.exp(shift), 6)

    expected = (
        lognormal(1e-3, -7, 2)
        + lognormal(0.4, -1, 0.5)
        + lognormal(0.05, -3, 0.5)
        + sum(stats.norm.logpdf(values[n]).sum() for n in names if "offset" in n)
        + sum(stats.halfnorm(scale=3.0).logpdf(values[n]) for n in names if "ref_spread" in n)
        + sum(stats.halfnorm(scale=0.5).logpdf(values[n]) for n in names if "a_spread" in n)
        + likelihood(data, of_cell("conductivity_ref"), of_cell("E_a"), 0.05)
    )
    assert density(model, **values) == pytest.approx(float(expected), rel=1e-8)


@pytest.mark.parametrize("order", [("sample", "pellet"), ("pellet", "sample")])
def test_the_finest_label_can_be_centred_whatever_the_order_of_the_pool(
    order: tuple[str, str],
) -> None:
    data = pellets({"p": 0.38, "q": 0.44, "r": 0.40})
    data = data.assign_coords(sample=("point", np.repeat(["x", "y", "x"], 6)))
    pool: Pool = {name: "partial" for name in order}
    model = po.build(LAW, data, pool=pool)
    assert {"E_a_offset_sample", "E_a_offset_pellet"} <= free(model)
    centrings = {v.name for v in model.data_vars if "_centring" in v.name}
    names = ("E_a_centring", "conductivity_ref_centring")
    assert centrings == {f"{n}_{g}" for n in names for g in ("sample", "pellet")}
    assert model.named_vars_to_dims["E_a_centring_pellet"] == ("pellet",)


# --- Simulation -----------------------------------------------------------------------------


def test_simulated_groups_scatter_around_their_mean_with_their_spread() -> None:
    data = pellets({name: 0.4 for name in "abcdefgh"})
    model = po.build(LAW, data, pool="pellet", priors=PRIORS | SPREADS | NOISE)
    draws, points = simulate_prior(model, 3000, seed=1)
    assert np.isfinite(points).all()
    for name, scale in (("conductivity_ref", 0.7), ("E_a", 0.2)):
        mean, spread = draws[f"{name}_mean"], draws[f"{name}_spread"]
        assert stats.kstest(spread, stats.halfnorm(scale=scale).cdf).pvalue > 1e-3
        assert draws[name].shape == (3000, 8)
        z = np.log(draws[name] / mean[:, None]) / spread[:, None]
        for place in (0, 7):
            assert stats.kstest(z[:, place], "norm").pvalue > 1e-3
        assert np.abs(np.corrcoef(z.T) - np.eye(8)).max() < 4.5 / np.sqrt(3000)
    assert stats.kstest(np.log(draws["conductivity_ref_mean"]), stats.norm(-7, 2).cdf).pvalue > 1e-3


def test_simulated_data_take_the_parameters_of_their_group() -> None:
    data = pellets({"p": 0.4, "q": 0.4, "r": 0.4}).isel(
        point=np.random.default_rng(3).permutation(18)
    )
    model = po.build(LAW, data, pool="pellet", priors=PRIORS | SPREADS | NOISE)
    draws, _ = simulate_prior(model, 2000, seed=2)
    names = list(dict.fromkeys(data["pellet"].values.tolist()))
    of_point = np.array([names.index(name) for name in data["pellet"].values])
    A, E_a = draws["A"][:, of_point], draws["E_a"][:, of_point]
    mean = np.log(A) - E_a / (K * data["temperature"].values)
    z = (np.log(draws["conductivity"]) - mean) / draws["noise"][:, None]
    for place in range(18):
        assert stats.kstest(z[:, place], "norm").pvalue > 1e-4


def test_every_support_is_pooled_on_its_own_scale() -> None:
    """Energies on the log scale, fractions on the logit scale, a named real one as it is."""
    data = pellets({"p": 0.4, "q": 0.4})
    law = po.VTF("sigma")
    draws, _ = simulate_prior(po.build(law, data, pool="pellet"), 2000, seed=3)
    mean, spread = draws["T_0_fraction_mean"], draws["T_0_fraction_spread"]
    shift = (special.logit(draws["T_0_fraction"]) - special.logit(mean)[:, None]) / spread[:, None]
    assert stats.kstest(shift[:, 1], "norm").pvalue > 1e-3
    assert (draws["T_0"] < T.min()).all()
    priors = {"T_0": "Normal(200, 10)", "T_0_spread": "HalfNormal(5)"}
    draws, _ = simulate_prior(po.build(law, data, pool="pellet", priors=priors), 2000, seed=3)
    shift = (draws["T_0"] - draws["T_0_mean"][:, None]) / draws["T_0_spread"][:, None]
    assert stats.kstest(shift[:, 0], "norm").pvalue > 1e-3
    assert abs(draws["T_0_mean"].mean() - 200) < 1


def test_names_of_pooled_priors_are_checked() -> None:
    data = pellets(TWO)
    with pytest.raises(PosterionError, match="did you mean E_a_spread"):
        po.build(LAW, data, pool="pellet", priors={"E_a_spred": "HalfNormal(1)"})
    with pytest.raises(PosterionError, match="'E_a_spread', which the model lacks"):
        po.build(LAW, data, priors={"E_a_spread": "HalfNormal(1)"})
    with pytest.raises(PosterionError, match="reaches below zero"):
        po.build(LAW, data, pool="pellet", priors={"E_a_spread": "Normal(0, 1)"})


# --- Other data in the same model -----------------------------------------------------------


def equal_densities(model: Any, fresh: Any) -> None:
    function, expected = (m.compile_logp(mode=interpreted()) for m in (model, fresh))
    rng = np.random.default_rng(4)
    for _ in range(3):
        point = {k: v + 0.3 * rng.normal(size=v.shape) for k, v in fresh.initial_point().items()}
        assert float(function(point)) == pytest.approx(float(expected(point)), rel=1e-11)


def test_other_points_of_as_many_groups_take_the_place_of_the_first() -> None:
    first = pellets(TWO)
    second = pellets({"s": 0.3, "t": 0.5}, seed=1).isel(point=[11, 0, 6, 3, 4, 5, 8])
    model = po.build(LAW, first, pool="pellet", priors=PRIORS)
    set_data(model, LAW, second, "pellet")
    assert model["pellet_of_point"].get_value().tolist() == [0, 1, 0, 1, 1, 1, 0]
    equal_densities(model, po.build(LAW, second, pool="pellet", priors=PRIORS))


def test_other_members_of_nested_groups_take_the_place_of_the_first() -> None:
    energies = {"p": 0.38, "q": 0.44, "r": 0.40}
    first, second = pellets(energies), pellets(energies, seed=1)
    first = first.assign_coords(sample=("point", np.repeat(["x", "y", "x"], 6)))
    second = second.assign_coords(sample=("point", np.repeat(["v", "v", "u"], 6)))
    pool: Pool = {"sample": "partial", "pellet": "partial"}
    model = po.build(LAW, first, pool=pool, priors=PRIORS)
    set_data(model, LAW, second, pool)
    assert model["sample_of_pellet"].get_value().tolist() == [0, 0, 1]
    equal_densities(model, po.build(LAW, second, pool=pool, priors=PRIORS))


def test_labels_of_the_groups_are_replaced_with_the_data() -> None:
    model = po.build(LAW, pellets(TWO), pool="pellet")
    set_data(model, LAW, pellets({"s": 0.4, "t": 0.4}), "pellet")
    assert model.coords["pellet"] == ("s", "t")


def test_other_temperatures_bring_their_own_errors() -> None:
    first, second = (
        pellets(TWO, seed=seed).assign(temperature_sd=("point", np.full(12, sd)))
        for seed, sd in ((0, 1.0), (1, 3.0))
    )
    model = po.build(LAW, first, priors=PRIORS)
    set_data(model, LAW, second)
    assert (model["measured_temperature_sd"].get_value() == 3).all()
    equal_densities(model, po.build(LAW, second, priors=PRIORS))


def test_negative_errors_are_refused_in_a_built_model_too() -> None:
    data = pellets(TWO).assign(temperature_sd=("point", np.ones(12)))
    model = po.build(LAW, data)
    with pytest.raises(PosterionError, match="temperature_sd"):
        set_data(model, LAW, data.assign(temperature_sd=-data["temperature_sd"]))


# --- Fits -----------------------------------------------------------------------------------

ENERGIES = {"a": 0.36, "b": 0.40, "c": 0.43, "d": 0.39, "e": 0.41}
# Wide, but without the spreads near zero at which the offsets of well measured groups form a
# funnel: the sampler has tests of its own.
SCATTER = {"noise": "LogNormal(-2.3, 0.4)"}
FIRM = SCATTER | {
    "E_a_spread": "LogNormal(-2.3, 0.7)",
    "conductivity_ref_spread": "LogNormal(-1.2, 0.7)",
}
LEVELS = {"a": 1e-3, "b": 1.6e-3, "c": 0.7e-3, "d": 1.2e-3, "e": 0.9e-3}


@pytest.fixture(scope="module")
def separate() -> xr.DataTree:
    return po.fit(LAW, five(), pool={"pellet": "none"}, priors=SCATTER, seed=1)


@pytest.fixture(scope="module")
def partial() -> xr.DataTree:
    return po.fit(LAW, five(), pool="pellet", priors=FIRM, seed=1)


def five() -> xr.Dataset:
    """Return five pellets, of which the last was measured at two near temperatures only."""
    near = {"e": np.array([345.0, 350.0])}
    return pellets(ENERGIES, LEVELS, noise=0.1, temperatures=near, seed=2)


def test_separate_groups_are_as_if_fitted_alone(separate: xr.DataTree) -> None:
    assert po.Verdict.of(separate).passed
    found = separate["posterior"]
    assert found["E_a"].dims == ("chain", "draw", "pellet")
    assert found["noise"].dims == ("chain", "draw", "pellet")
    assert found["pellet"].values.tolist() == list("abcde")
    data = five()
    for name in ("a", "c"):
        own_data = data.isel(point=data["pellet"].values == name)
        alone = po.fit(LAW, own_data, priors=SCATTER, seed=1)["posterior"]
        for parameter in ("E_a", "log10_A", "conductivity_25C"):
            own = found[parameter].sel(pellet=name)
            error = float(alone[parameter].std()) / 20
            assert float(own.median()) == pytest.approx(
                float(alone[parameter].median()), abs=4 * error
            )
            low, high = (np.quantile(own, q) for q in (0.1, 0.9))
            lower, higher = (np.quantile(alone[parameter], q) for q in (0.1, 0.9))
            assert high - low == pytest.approx(higher - lower, rel=0.15)


def test_pooling_draws_a_poorly_measured_pellet_toward_the_others(
    separate: xr.DataTree, partial: xr.DataTree
) -> None:
    assert po.Verdict.of(partial).passed
    alone, pooled = (tree["posterior"]["E_a"].sel(pellet="e") for tree in (separate, partial))
    assert float(pooled.std()) < 0.5 * float(alone.std())
    others = np.mean([ENERGIES[name] for name in "abcd"])
    assert abs(float(pooled.mean()) - others) < 2 * float(pooled.std())
    # Well measured ones stay where they are.
    for name in "abcd":
        draws = partial["posterior"]["E_a"].sel(pellet=name)
        assert abs(float(draws.mean()) - ENERGIES[name]) < 3.5 * float(draws.std())
        assert float(draws.std()) < 0.03


def test_what_the_pellets_share_is_recovered(partial: xr.DataTree) -> None:
    """The spread of five values is uncertain, and its interval holds the spread they have."""
    posterior = partial["posterior"]
    for name, values in (("E_a", ENERGIES), ("conductivity_ref", LEVELS)):
        logs = np.log(list(values.values()))
        spread = posterior[f"{name}_spread"]
        low, high = np.quantile(spread, [0.03, 0.97])
        assert low < logs.std(ddof=1) < high
        typical = np.log(posterior[f"{name}_mean"])
        assert abs(float(typical.mean()) - logs.mean()) < 3 * float(typical.std())


def test_results_of_groups_carry_labels_units_and_names(partial: xr.DataTree) -> None:
    posterior, prior = partial["posterior"], partial["prior"]
    for tree in (posterior, prior):
        assert tree["pellet"].values.tolist() == list("abcde")
        assert tree["A"].dims[-1] == tree["conductivity_25C"].dims[-1] == "pellet"
        assert tree["E_a_mean"].attrs["units"] == "eV"
        assert tree["E_a_mean"].attrs["long_name"] == "activation energy, typical value"
        assert tree["E_a_spread"].attrs["units"] == ""
        assert tree["E_a_spread"].attrs["long_name"] == (
            "standard deviation of the logarithm of E_a between one pellet and another"
        )
        assert tree["conductivity_ref_mean"].attrs["units"] == "S/cm"
        assert "log" in tree["conductivity_ref_spread"].attrs["long_name"]
    assert "E_a_mean" in partial.attrs["priors"] and "E_a_spread" in partial.attrs["priors"]
    assert "pellet" in partial.attrs["pool"]
    np.testing.assert_array_equal(
        partial["constant_data"]["pellet_of_point"].values, np.repeat(range(5), [6, 6, 6, 6, 2])
    )


@pytest.fixture(scope="module")
def second(partial: xr.DataTree) -> tuple[xr.DataTree, list[Any]]:
    """Fit other pellets right after the first, and tell which samplers were there before."""
    before = list(fitting._cache.samplers.values())
    other = pellets(
        {name: 0.5 * ratio for name, ratio in zip("vwxyz", (0.95, 1, 1.04, 1.1, 0.9), strict=True)},
        dict(zip("vwxyz", LEVELS.values(), strict=True)),
        noise=0.1,
        seed=5,
    )
    return po.fit(LAW, other, pool="pellet", priors=FIRM, seed=1), before


def test_as_many_other_groups_are_fitted_without_compiling(
    second: tuple[xr.DataTree, list[Any]],
) -> None:
    post, before = second
    assert list(fitting._cache.samplers.values())[-1] in before
    assert po.Verdict.of(post).passed
    energy = post["posterior"]["E_a"]
    truth = 0.5 * np.array([0.95, 1, 1.04, 1.1, 0.9])
    found, error = energy.mean(["chain", "draw"]).values, energy.std(["chain", "draw"]).values
    assert (np.abs(found - truth) < 4 * error).all() and error.max() < 0.04
    assert post["observed_data"]["conductivity"].size == 30


def test_labels_of_a_second_fit_are_its_own(second: tuple[xr.DataTree, list[Any]]) -> None:
    assert second[0]["posterior"]["pellet"].values.tolist() == list("vwxyz")


def test_another_number_of_groups_is_another_model() -> None:
    def key(pool: Pool | None, data: xr.Dataset) -> Any:
        return fitting._cache.sampler(LAW, {}, po.Relative(), data, pool)

    two, three = pellets(TWO), pellets({"a": 0.4, "b": 0.4, "c": 0.4})
    first = key("pellet", two)
    assert key("pellet", pellets({"x": 0.3, "y": 0.3}, seed=9)) is first
    assert key("pellet", three) is not first
    assert key({"pellet": "none"}, two) is not first
    assert key(None, two) is not first
    uncertain = two.assign(temperature_sd=("point", np.ones(12)))
    assert key("pellet", uncertain) is not first
    assert key("pellet", uncertain) is key(
        "pellet", uncertain.assign(conductivity=2 * two.conductivity)
    )
