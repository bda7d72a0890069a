"""A result is doubted where its model does not describe its data, and the doubt goes along."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import least_squares

import posterion as po
from posterion.inference.caution.general import Caution
from posterion.inference.checks import kramers_kronig as relations
from posterion.inference.checks.one_check import GRAVE
from posterion.inference.checks.posterior_checks import TEST_QUANTITIES, posterior_checks
from posterion.inference.discrepancy import Portion
from posterion.inference.doubts.cycles import cannot_rise
from posterion.inference.doubts.inherited import brought, of_fits
from posterion.inference.doubts.judge import judge
from posterion.inference.doubts.spectrum import left_out, loud_noise, needless, unparted
from posterion.inference.engine.independence import WALKED, early
from posterion.inference.hidden import EXPONENT, SMALL, UNSEEN, unseen
from posterion.inference.moves import moves
from posterion.inference.partly import accept_total
from posterion.inference.unstack import _own_doubts
from posterion.report.compared_models import ComparedModels
from posterion.report.concerns import concerns
from posterion.report.numbers import interval
from posterion.report.pages.methods import methods
from posterion.report.pages.page import render
from posterion.report.tables import as_json, summary

_spec = importlib.util.spec_from_file_location(
    "synthetic", Path(__file__).with_name("synthetic.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)

FREQUENCY = np.geomspace(1e5, 0.1, 40)
ONE, TWO = (po.Circuit.parse(text) for text in ("R0-p(R1,CPE1)", "R0-p(R1,CPE1)-p(R2,CPE2)"))
GEOMETRY = {"thickness": "1 mm", "diameter": "10 mm"}


def spectrum(second: float = 0.0, seed: int = 0, scale: float = 1.0) -> xr.Dataset:
    """Return one arc, and a second one of `second` ohm that one arc does not describe."""
    s = 2j * np.pi * FREQUENCY
    Z = 20 + 300 / (1 + 300 * 2e-5 * s**0.85) + second / (1 + second * 2e-3 * s**0.9)
    scatter = 0.005 * abs(Z) * np.random.default_rng(seed).normal(size=(2, Z.size))
    parts = scale * (np.stack([Z.real, Z.imag]) + scatter)
    return xr.Dataset(
        {"Z": (("part", "frequency"), parts, {"units": "ohm"})},
        coords={"part": ["real", "imag"], "frequency": FREQUENCY},
        attrs={"source": f"spectrum {seed}", "temperature_c": 25.0 + 20 * seed},
    )


def fitted(data: xr.Dataset, circuit: po.Circuit = ONE) -> xr.DataTree:
    tree = po.fit(circuit, data, noise=po.Proportional(), seed=1, draws=400)
    assert po.Verdict.of(tree).passed, po.Verdict.of(tree)
    return tree


@pytest.fixture(scope="module")
def right() -> xr.DataTree:
    return fitted(spectrum())


@pytest.fixture(scope="module")
def wrong() -> xr.DataTree:
    return fitted(spectrum(second=40.0))


# --- The word ---------------------------------------------------------------------------------

SAMPLED = po.Verdict(True, 0, 1.0, 1000.0, 0.9, 1, (), compared=True, headline=("R_total",))


def doubted(*doubts: po.Doubt, **changes) -> po.Verdict:
    return replace(SAMPLED, doubts=doubts, **changes)


def test_a_doubt_about_everything_or_the_headline_makes_a_result_doubtful() -> None:
    whole, total = po.Doubt("The noise is loud."), po.Doubt("Drift.", ("R_total", "R1"))
    assert SAMPLED.word == "trusted" and SAMPLED.trusts("R1") and SAMPLED.described is True
    assert doubted(whole).word == "doubtful" and not doubted(whole).trusts("R0")
    assert doubted(total).word == "doubtful" and doubted(total).trusts("R0")
    assert "The noise is loud." in str(doubted(whole)) and doubted(whole).described is False


def test_a_doubt_about_the_parting_of_arcs_leaves_the_total_trusted() -> None:
    verdict = doubted(po.Doubt("Only the sum of the two arcs is known.", ("R1", "R2")))
    assert verdict.word == "trusted" and verdict.trusts("R_total")
    assert not verdict.trusts("R1") and not verdict.trusts("R2")
    assert str(verdict) == "Trusted, but for R1 and R2: Only the sum of the two arcs is known."
    # Where there is no total, nothing is left to trust.
    assert replace(verdict, headline=()).word == "doubtful"


def test_a_label_is_one_of_its_quantity() -> None:
    verdict = doubted(po.Doubt("One spectrum.", ("E_a[bulk]",)), headline=())
    assert not verdict.trusts("E_a[bulk]") and verdict.trusts("E_a[boundary]")
    assert not verdict.trusts("E_a")  # all of them
    assert not doubted(po.Doubt("All.", ("E_a",))).trusts("E_a[bulk]")


def test_what_was_not_sampled_is_refused_whatever_else() -> None:
    verdict = replace(SAMPLED, passed=False, messages=("The chains disagree.",))
    assert verdict.word == "refused" and not verdict.trusts("R_total")
    assert verdict.described is None and str(verdict).startswith("Refused: The chains disagree.")


def test_a_verdict_is_the_same_after_its_text(right: xr.DataTree) -> None:
    verdict = doubted(po.Doubt("a", ("R1",), "left out"), po.Doubt("b"))
    tree = right.copy()
    tree.attrs["verdict"] = verdict.text
    assert po.Verdict.of(tree) == verdict


def test_a_verdict_of_an_earlier_version_is_read(right: xr.DataTree) -> None:
    tree = right.copy()
    tree.attrs["verdict"] = json.dumps(synthetic.VERDICT)
    verdict = po.Verdict.of(tree)
    assert verdict.word == "trusted" and verdict.described is None
    assert "was not asked" in str(verdict)


# --- What raises one --------------------------------------------------------------------------


def test_a_right_circuit_is_trusted_and_a_wrong_one_doubtful(right, wrong) -> None:
    assert po.Verdict.of(right).word == "trusted" and po.Verdict.of(right).doubts == ()
    verdict = po.Verdict.of(wrong)
    assert verdict.word == "doubtful" and verdict.passed
    assert "residual autocorrelation" in {each.name for each in verdict.doubts}
    assert all(each.about == "all" for each in verdict.doubts)
    assert not verdict.trusts("R_total")


def test_only_sampling_is_known_of_a_plain_model(right: xr.DataTree) -> None:
    import pymc as pm

    with pm.Model() as model:
        pm.Normal("x", pm.Normal("mu", 0, 1), 1, observed=[0.1, 0.4])
    verdict = po.Verdict.of(po.sample(model, seed=1, draws=500))
    assert verdict.word == "trusted" and verdict.described is None


def test_doubts_are_at_the_level_that_all_checks_share(right, wrong) -> None:
    for tree in (right, wrong):
        low = {each.check.name for each in po.check(tree).predictive if each.check.p_value <= GRAVE}
        assert low == {each.name for each in po.Verdict.of(tree).doubts}


def test_simulated_quantities_are_computed_once(wrong, monkeypatch, tmp_path) -> None:
    def never(tree):
        raise AssertionError("computed again")

    before = po.check(wrong).table
    po.save(wrong, tmp_path / "wrong.nc")
    monkeypatch.setattr("posterion.inference.checks.posterior_checks.replicas_of", never)
    loaded = po.load(tmp_path / "wrong.nc")
    assert po.check(loaded).table.equals(before)
    assert po.Verdict.of(loaded) == po.Verdict.of(wrong)
    assert loaded[TEST_QUANTITIES]["replicas"].sizes["test_quantity"] == 5


@pytest.mark.parametrize(("ohm", "words"), [(20.0, None), (60.0, "leaves out 20 % of R_total")])
def test_a_circuit_that_leaves_out_much_is_doubted(ohm: float, words: str | None) -> None:
    """As the discrepancy of the noise says, with its sign."""
    tree = synthetic.result()
    ones = np.ones((4, 300))
    posterior = tree["posterior"].to_dataset()
    values = {"R_total": 300 * ones, "R_left_out": -ohm * ones}
    drawn = {name: (("chain", "draw"), value) for name, value in values.items()}
    tree["posterior"] = xr.DataTree(posterior.assign(drawn))
    texts = [each.text for each in left_out(tree)]
    assert (words is None and not texts) or (words in texts[0] and len(texts) == 1)
    assert not [*left_out(synthetic.result())]


@pytest.mark.parametrize(("noise", "loud"), [(0.05, False), (0.2, True)])
def test_noise_of_a_tenth_of_the_impedance_is_doubted(noise: float, loud: bool) -> None:
    found = [*loud_noise(synthetic.result(noise=noise))]
    assert bool(found) == loud and all(f"{100 * noise:.0f} % of |Z|" in d.text for d in found)


def test_pooled_spectra_are_tested_one_by_one(monkeypatch) -> None:
    """Sorted into one they scatter by what they differ, and pass at anything."""
    one = synthetic.result(f_min=0.01, noise=0.002)
    Z = one["observed_data"]["Z"].values
    broken = one.copy()
    broken["observed_data"] = xr.DataTree(
        one["observed_data"].to_dataset().assign(Z=(("part", "frequency"), Z * [[1.0], [1.05]]))
    )
    monkeypatch.setattr(relations, "unstack", lambda tree: {"a": one, "b": broken})
    sound, bad = relations.relations_of(one)
    assert sound.consistent and not bad.consistent and bad.label == "b"
    assert relations.worst((sound, bad)) is bad
    assert bad.sentence.startswith("The spectrum b breaks the Kramers-Kronig relations")


def test_doubts_of_one_of_many_spectra_go_to_that_one() -> None:
    verdict = doubted(po.Doubt("x", ("R1[a]", "R_total[a]")), po.Doubt("y"))
    assert [each.about for each in _own_doubts(verdict, "a")] == [("R1", "R_total"), "all"]
    assert [each.about for each in _own_doubts(verdict, "b")] == ["all"]


# --- Where it goes ----------------------------------------------------------------------------


def test_conductivities_and_predictions_carry_it(right, wrong) -> None:
    for tree, word in ((right, "trusted"), (wrong, "doubtful")):
        sigma = po.conductivity(tree, **GEOMETRY)
        new = po.predict(tree, frequency=[1.0])
        assert sigma.attrs["verdict"] == new.attrs["verdict"] == word
        assert sigma["conductivity"].attrs["doubtful"] == int(word == "doubtful")
        assert ("doubts" in new.attrs) == (word == "doubtful")


def test_tables_mark_what_is_doubtful(right: xr.DataTree) -> None:
    tree = right.copy()
    verdict = replace(po.Verdict.of(right), doubts=(po.Doubt("Only the sum.", ("R1",)),))
    tree.attrs["verdict"] = verdict.text
    table = summary(tree, po.conductivity(tree, **GEOMETRY))
    assert {*table.index[table["doubtful"]]} == {"R1", "conductivity_R1"}
    document = as_json(tree, table)
    assert document["diagnostics"]["verdict"] == "trusted"
    assert document["diagnostics"]["doubts"] == [{"text": "Only the sum.", "about": ["R1"]}]
    assert document["parameters"]["R1"]["doubtful"] is True
    assert document["derived"]["R_total"]["doubtful"] is False
    page = render(tree)
    assert "does not hang on what is doubtful: R1" in page and "Doubt about R1" in page


def test_a_page_of_a_doubtful_fit_promises_nothing(right, wrong) -> None:
    sound, page = render(right), render(wrong)
    assert "holds the true value with a probability of 94 %" in sound
    assert "holds the true value" not in page and "probability of 94 %" not in page
    assert "Results that hold only if the model does" in page and "<strong>Trusted" not in page
    answer, list_of_doubts = page.index("R_total"), page.index("<h2>Doubts and cautions</h2>")
    assert answer < list_of_doubts < page.index('<h2 id="data">')
    assert page.count(po.Verdict.of(wrong).doubts[0].text.split(":")[0]) == 1  # told once


def test_an_activation_energy_from_a_doubtful_spectrum_is_doubtful(right, wrong) -> None:
    third = fitted(spectrum(seed=2, scale=0.5))
    sound = po.conductivity_series(
        [right, third], temperatures_c=[25, 65], paths={"b": "R1"}, **GEOMETRY
    )
    assert "doubts" not in sound.attrs
    series = po.conductivity_series(
        [right, wrong, third], temperatures_c=[25, 45, 65], paths={"b": "R1", "all": "R_total"},
        **GEOMETRY,
    )  # fmt: skip
    law = po.fit(po.Arrhenius("sigmaT"), series, pool={"path": "none"}, seed=1, draws=400)
    verdict = po.Verdict.of(law)
    assert verdict.word == "doubtful" and not verdict.trusts("E_a[b]")
    text = verdict.doubts[0].text
    assert text.startswith("1 of 3 spectra is not described by R0-p(R1,CPE1)")
    assert "residual autocorrelation: spectrum 0" in text


def test_only_what_stands_on_a_doubtful_resistance_is_doubtful(right: xr.DataTree) -> None:
    tree = right.copy()
    verdict = replace(po.Verdict.of(right), doubts=(po.Doubt("x", ("R1",), "parting"),))
    tree.attrs["verdict"] = verdict.text
    paths = {"bulk": ["R1"], "total": ["R_total"]}
    data = xr.Dataset(attrs=of_fits([tree], paths))
    law = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset(
                {"E_a": (("chain", "draw", "path"), np.ones((2, 2, 2)))},
                coords={"path": ["bulk", "total"]},
            ),
            "constant_data": xr.Dataset({"path_of_point": ("point", [0, 1])}),
        }
    )
    (doubt,) = brought(data, law)
    assert doubt.about == ("E_a[bulk]",) and "(bulk)" in doubt.text


def test_a_comparison_of_doubtful_fits_is_doubtful(right, wrong) -> None:
    options = {"seed": 1, "draws": 400, "spread": "10%"}
    sound = po.compare({"a": right, "b": "310 ohm"}, "R1", **options)
    assert po.Verdict.of(sound).word == "trusted"
    assert float(sound["posterior"]["level"].sel(group="a").median()) == pytest.approx(
        300, rel=0.05
    )
    found = po.Verdict.of(po.compare({"a": wrong, "b": "310 ohm"}, "R1", **options))
    assert found.word == "doubtful" and "Of the group a 1 fit is doubtful" in found.doubts[0].text


def test_a_comparison_of_models_says_which_do_not_describe_the_data(wrong: xr.DataTree) -> None:
    richer = fitted(spectrum(second=40.0), TWO)
    compared = ComparedModels.of({"one": wrong, "two": richer})
    assert compared.word == "trusted"  # the preferred one describes them
    assert any(note.startswith("one does not describe the data") for note in compared.notes)
    document = compared.document()
    assert {each["name"]: each["verdict"] for each in document["models"]} == {
        "one": "doubtful", "two": "trusted"
    }  # fmt: skip
    assert {each["model"] for each in document["diagnostics"]["doubts"]} == {"one"}
    both = ComparedModels.of({"one": wrong, "again": wrong.copy()})
    assert both.word == "doubtful"
    assert any("none of the models describes" in note for note in both.notes)


def test_one_list_the_gravest_first_and_each_thing_once() -> None:
    verdict = doubted(po.Doubt("b", ("R1",)), messages=("a",))
    told = concerns(verdict, [Caution("prior", (), "c"), Caution("prior", (), "b")], None)
    assert [(each.kind, each.text, each.subject) for each in told] == [
        ("Failed", "a", ""), ("Doubt", "b", "R1"), ("Caution", "c", "")
    ]  # fmt: skip


# --- Laws -------------------------------------------------------------------------------------


def line(sigma: np.ndarray, T: np.ndarray) -> po.Verdict:
    data = xr.Dataset(
        {"conductivity": ("point", sigma, {"units": "S/cm"})},
        coords={"temperature": ("point", T, {"units": "K"})},
    )
    return po.Verdict.of(po.fit(po.Arrhenius("sigmaT"), data, seed=1, draws=400))


def test_a_bent_line_and_a_jump_are_doubted_and_a_straight_line_is_not() -> None:
    T = np.linspace(298.0, 393.0, 16)
    scatter = np.exp(0.02 * np.random.default_rng(0).normal(size=T.size))
    straight = 500 / T * np.exp(-0.35 / (8.617333e-5 * T)) * scatter
    assert line(straight, T).word == "trusted"
    bent = line(0.2 * np.exp(-800 / (T - 200)) * scatter, T)
    assert bent.word == "doubtful" and "bend" in {each.name for each in bent.doubts}
    jump = line(straight * np.where(T > 340, 30.0, 1.0), T)
    assert jump.word == "doubtful", jump


def cells(value: np.ndarray) -> xr.Dataset:
    cycle = np.arange(1.0, value.size + 1)
    return xr.Dataset(
        {"capacity": ("point", value, {"units": "Ah"})}, coords={"cycle": ("point", cycle)}
    )


def test_a_capacity_that_rises_first_is_doubted_under_a_law_that_falls() -> None:
    n = np.arange(1.0, 101.0)
    scatter = 1 + 1e-3 * np.random.default_rng(1).normal(size=n.size)
    rising = po.fit(
        po.PowerFade(), cells((1 - 5e-4 * n + 0.03 * (1 - np.exp(-n / 8))) * scatter), seed=1
    )
    verdict = po.Verdict.of(rising)
    assert verdict.word == "doubtful" and "rise at first" in {d.name for d in verdict.doubts}
    assert po.retention(rising, [100]).attrs["verdict"] == "doubtful"
    falling = po.fit(po.PowerFade(), cells((1 - 0.05 * (n / 100) ** 0.7) * scatter), seed=1)
    assert po.Verdict.of(falling).word == "trusted", po.Verdict.of(falling)
    assert not [*cannot_rise(falling)]


# --- Rates ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_right_circuits_are_seldom_doubted_and_wrong_ones_mostly() -> None:
    quiet = [po.Verdict.of(fitted(spectrum(seed=100 + k))) for k in range(60)]
    alarms = [[each.name for each in verdict.doubts] for verdict in quiet if verdict.doubts]
    missing = [po.Verdict.of(fitted(spectrum(15.0, 200 + k))).word for k in range(20)]
    print("doubted of 60 right:", alarms, "of 20 that miss 5 %:", missing.count("doubtful"))
    assert len(alarms) <= 3 and missing.count("doubtful") >= 15


# --- Between which arcs resistance parts --------------------------------------------------------


def of_arcs(circuit: str, *shifts: float) -> xr.DataTree:
    """Return a result whose arcs are skewed by so many standard deviations."""
    normal = np.random.default_rng(0).normal(size=(len(shifts), 4, 500))
    skews = {
        f"CPE{place + 1}_skew": (("chain", "draw"), 0.05 * (shift + normal[place]))
        for place, shift in enumerate(shifts)
    }
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(skews)})
    tree.attrs["model"] = circuit
    return tree


def test_arcs_that_are_skewed_leave_open_how_resistance_parts() -> None:
    circuit = "R0-p(R1,CPE1)-p(R2,CPE2)"
    assert not [*unparted(of_arcs(circuit, 1.0, -1.0))]
    (doubt,) = unparted(of_arcs(circuit, 0.0, -5.0))
    assert doubt.about == ("R1", "R2") and "CPE2 is skewed" in doubt.text
    (both,) = unparted(of_arcs(circuit, 5.0, -5.0))
    assert "CPE1 and CPE2 are skewed" in both.text
    # Of a single arc all that is left is its own; and without skews nothing is known of them.
    assert not [*unparted(of_arcs("R0-p(R1,CPE1)", -5.0))]
    assert not [*unparted(of_arcs(circuit))]


def test_a_process_that_the_arcs_leave_out_leaves_it_open_too() -> None:
    tree = of_arcs("R0-p(R1,CPE1)-p(R2,CPE2)", 0.5, -0.5)
    drawn = np.abs(np.random.default_rng(1).normal(size=(4, 500)))
    for name, scale in (("posterior", 1e-2), ("prior", 1e-4)):
        values = xr.Dataset({"discrepancy": (("chain", "draw"), scale * (1 + drawn))})
        known = tree.children[name].to_dataset() if name in tree.children else xr.Dataset()
        tree[name] = xr.DataTree(known.assign(values))
    (doubt,) = unparted(tree)
    assert doubt.about == ("R1", "R2") and "leave out a process" in doubt.text
    tree["posterior"]["discrepancy"] = tree["prior"]["discrepancy"]
    assert not [*unparted(tree)]


PELLET = po.Circuit.parse("R0-p(R1,CPE1)-p(R2,CPE2)")
VALUES = {"R0": 1e3, "R1": 1e5, "CPE1_Q": 1e-10, "CPE1_n": 0.85, "R2": 1e6, "CPE2_Q": 1e-9,
          "CPE2_n": 0.9, "R_total": 1.101e6}  # fmt: skip


@pytest.mark.parametrize("noise", [0.01, 1e-4])
def test_what_is_not_seen_is_what_a_refit_takes_up(noise: float) -> None:
    """Beside least squares with the process in the data."""
    frequency = np.geomspace(1e6, 0.1, 50)
    values = {name: np.array([[value]]) for name, value in VALUES.items()}
    Z = PELLET.response({"frequency": frequency}, values)
    sigma = noise * np.broadcast_to(np.hypot(Z[:, :1], Z[:, 1:]), Z.shape)
    part = Portion(slice(0, 1), Z, sigma, np.empty(0), np.empty(0), values)
    moved = moves(PELLET, (), part, frequency)
    at = np.array([3e3])
    shares, changes = unseen(part, moved, frequency, at)
    arc = 1 / (1 + (1j * frequency / at) ** EXPONENT)
    more = shares[0, 0] * VALUES["R_total"] * np.stack([arc.real, arc.imag])
    names = [p.name for p in PELLET.parameters]

    def left(logs: np.ndarray) -> np.ndarray:
        own = {name: np.array([[v]]) for name, v in zip(names, np.exp(logs), strict=True)}
        return ((PELLET.response({"frequency": frequency}, own) - Z - more) / sigma).ravel()

    start = np.log([VALUES[name] for name in names])
    found = least_squares(left, start, x_scale=0.1)
    # R0 is hardly known, and held by how far parameters may move.
    change = np.expm1(found.x - start)[1:]
    np.testing.assert_allclose(change, changes[0, 1:, 0], atol=0.25 * np.abs(change).max())
    assert shares[0, 0] < SMALL  # and what is larger would be seen
    assert 2 * found.cost == pytest.approx(UNSEEN**2, rel=0.3)


@pytest.fixture(scope="module")
def stepped() -> dict[str, xr.DataTree]:
    """Return fits of a spectrum with a step of 0.03 %, with discrepancies and without."""
    s = 2j * np.pi * FREQUENCY
    Z = 20 + 300 / (1 + 300 * 2e-5 * s**0.85)
    Z = Z * (1 + 3e-4 * (FREQUENCY > 1e3))
    Z = Z + 1e-5 * abs(Z) * (np.array([1, 1j]) @ np.random.default_rng(0).normal(size=(2, Z.size)))
    data = spectrum().assign(Z=(("part", "frequency"), np.stack([Z.real, Z.imag])))
    noises = {"default": None, "plain": po.Proportional()}
    return {name: po.fit(ONE, data, noise=each, seed=1, draws=400) for name, each in noises.items()}


def test_a_misfit_below_what_resistances_are_uncertain_by_is_no_doubt(stepped) -> None:
    """It changes no interval, and is said all the same."""
    checks = [each.check for each in posterior_checks(stepped["default"])]
    assert any("no interval depends on it" in check.sentence for check in checks)
    assert not any(check.grave for check in checks)
    assert po.Verdict.of(stepped["default"]).word == "trusted"
    assert any(each.check.grave for each in posterior_checks(stepped["plain"]))


def test_methods_name_the_sampler_that_drew(stepped) -> None:
    said = {name: methods(tree, po.Verdict.of(tree)) for name, tree in stepped.items()}
    assert "Metropolis-Hastings" in said["default"] and "E-BFMI" not in said["default"]
    assert "No-U-Turn Sampler (nutpie" in said["plain"] and "E-BFMI" in said["plain"]


def walked(tree: xr.DataTree, grew: float, factor: np.ndarray | float = 1.0) -> po.Verdict:
    """Return the verdict of a walk that did not weigh its explanations, with R_total times that."""
    tree = tree.copy()
    failed = replace(po.Verdict.of(tree), passed=False, messages=("Runs differ.",), doubts=())
    tree.attrs |= {"verdict": failed.text, "sampler": WALKED, "grew": grew}
    tree["posterior"]["R_total"] = tree["posterior"]["R_total"] * factor
    accept_total(tree)
    judge(tree, spectrum())
    return po.Verdict.of(tree)


def test_a_total_that_all_explanations_agree_on_is_trusted_alone(right: xr.DataTree) -> None:
    verdict = walked(right, 0.2)
    assert verdict.word == "trusted" and verdict.trusts("R_total")
    assert not any(map(verdict.trusts, ("R0", "R1", "CPE1_n", "noise")))
    assert "Runs differ" in str(verdict)
    chain, draw = (right["posterior"].sizes[dim] for dim in ("chain", "draw"))
    apart = xr.DataArray([1.0] * (chain - 1) + [1.2], dims="chain")
    assert walked(right, 0.2, apart).word == "refused"  # one chain says otherwise
    late = xr.DataArray(np.where(early(draw), 1.0, 1.05), dims="draw")
    assert walked(right, 0.2, late).word == "refused"  # they have not forgotten where they began
    wide = xr.DataArray(np.where(np.arange(draw) % 3, 1.0, 2.0), dims="draw")
    assert walked(right, 0.2, wide).word == "refused"  # explanations differ
    assert walked(right, 1.0).word == "refused"  # too much was found late


def small(tree: xr.DataTree, low: float, high: float) -> list[po.Doubt]:
    """Return doubts where the second arc carries from one share of R_total to another."""
    share = np.geomspace(low, high, 2000).reshape(4, 500)
    swapped = np.arange(2000).reshape(4, 500) % 3 == 0
    first = 300 * np.where(swapped, share, 1 - share)
    values = {"R1": first, "R2": 300 - first, "R_total": np.full((4, 500), 300.0)}
    tree["posterior"] = xr.Dataset({name: (("chain", "draw"), v) for name, v in values.items()})
    return [*needless(tree)]


def test_an_arc_that_the_data_do_not_need_is_said_with_its_probability() -> None:
    tree = of_arcs(str(TWO))
    (doubt,) = small(tree, 1e-4, 0.1)
    assert doubt.about == ("R1", "R2")
    part = np.log(0.1 / 0.02) / np.log(0.1 / 1e-4)
    assert "no second arc" in doubt.text and f"probability {part:.2f}" in doubt.text
    assert "R0-p(R1,CPE1)" in doubt.text
    assert "p(R2,CPE2)" not in doubt.text
    assert not small(tree, 0.018, 0.021)  # small, and known
    assert not small(tree, 0.01, 0.5)  # mostly there


def test_a_page_says_of_what_a_fit_knows_in_part(stepped) -> None:
    tree = stepped["default"].copy()
    found = replace(
        po.Verdict.of(tree), partly=("R_total",), doubts=(po.Doubt("Others.", ("R1",)),)
    )
    tree.attrs["verdict"] = found.text
    assert "sampled well as to R_total alone; all else is doubtful" in " ".join(
        render(tree).split()
    )


def test_the_unit_of_what_may_be_zero_is_that_of_its_interval() -> None:
    assert interval(-1e-9, -0.31, 0.22, "ohm") == ("0", "−310", "220", "mΩ")
