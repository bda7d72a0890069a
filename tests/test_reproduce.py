"""The claims of the seed paper: numbers by hand, verdicts that can turn, and what is printed."""

import csv
import json
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from posterion import cli
from posterion.analyses import audit as audits
from posterion.analyses.audit import VERDICTS, Audit, Row, audited, figures, seed_paper
from posterion.analyses.audit import page as page_module
from posterion.analyses.audit.fits import Fits
from posterion.analyses.audit.inputs import Inputs, Numbers
from posterion.analyses.audit.inputs import altered as reprinted
from posterion.analyses.audit.page import json_text, render, write
from posterion.analyses.audit.systems import rank_probabilities
from posterion.analyses.audit.verdict import verdict_of_number, verdict_of_statement

PAPER = seed_paper()
CLAIMS = PAPER.claims
BY_ID = {claim.id: claim for claim in CLAIMS}
K = 8.617333262e-5

# Tables of settings, of spectra without claims on batteries, and of what others found: the claims
# rest on these only where a row uses them.
BACKGROUND = {
    "na3sbs4-preparation",
    "na3sbs4-measurement",
    "na3sbs4-spectroscopy",
    "na3sbs4-literature",
}

S, N, C = VERDICTS

# For each claim with a verdict: other printed numbers that turn it round.
TURNED: dict[str, tuple[dict[str, str], str]] = {
    "sigma-bare": ({"resistance_bare": "275.4"}, N),
    "sigma-7ul-rt": ({"thickness_7ul_rt": "550"}, N),
    "sigma-10ul-rt": ({"resistance_10ul_rt": "549.15"}, S),
    "sigma-10ul-55c": ({"thickness_10ul_55c": "450"}, S),
    "sigma-7ul-55c": ({"thickness_7ul_55c": "470"}, S),
    "area": ({"pellet_area": "0.503"}, N),
    "sigma-places": ({"conductivity_7ul_55c_text": "3.33e-4"}, N),
    "coating-lowers-7ul": ({"resistance_7ul_rt": "60"}, N),
    "coating-lowers-10ul": ({"resistance_10ul_rt": "60"}, N),
    "coating-slightly": ({"conductivity_7ul_25c_text": "2.8e-4"}, C),
    "no-increase": ({"conductivity_7ul_80c_text": "4.12e-3"}, N),
    "coating-lowers-55c": ({"resistance_7ul_55c": "30.2"}, N),
    "heat-7ul": ({"resistance_7ul_55c": "367"}, N),
    "heat-10ul": ({"resistance_10ul_55c": "468.6"}, N),
    "ea-bare-sigma": ({"conductivity_bare_80c_text": "1.92e-3"}, N),
    "ea-bare-sigmaT": ({"activation_energy_bare": "0.24"}, S),
    "ea-coated-sigma": ({"activation_energy_7ul": "0.27"}, S),
    "ea-coated-sigmaT": ({"activation_energy_7ul": "0.27"}, N),
    "ea-one-law": ({"activation_energy_7ul": "0.27"}, S),
    "ea-coated-three-sigma": ({"activation_energy_7ul": "0.50"}, N),
    "ea-coated-three-sigmaT": ({"activation_energy_7ul": "0.50"}, N),
    "activated-bare": ({"conductivity_bare_80c_text": "1.12e-4"}, N),
    "activated-coated": ({"conductivity_7ul_80c_text": "1.12e-4"}, N),
    "transference": ({"transference_iss": "37.4"}, S),
    "transference-high": ({"transference_iss": "16"}, N),
    "transference-current": ({"transference_i0": "262"}, S),
    "overpotential-coated": ({"overpotential_7ul": "0.16"}, N),
    "bare-polarizes": ({"overpotential_bare_final": "0.025"}, N),
    "rs-slightly": ({"rs_7ul_later": "757"}, N),
    "cv-bare": ({"cv_current_bare_cycle5": "-0.137"}, N),
    "cv-coated-stable": ({"cv_current_7ul_cycle5": "0.312"}, S),
    "r2-bare": ({"cv_r2_bare_cycle1": "723.9"}, S),
    "r3-bare": ({"cv_r3_bare_cycle4": "4226"}, N),
    "sum-bare": ({"cv_r3_bare_cycle5": "3870"}, N),
    "r1-coated": ({"cv_r1_7ul_cycle5": "35.38"}, N),
    "r2-coated": ({"cv_r2_7ul_cycle5": "655.77"}, N),
    "r3-coated": ({"cv_r3_7ul_cycle5": "926.75"}, N),
    "sum-coated": ({"cv_r3_7ul_cycle5": "926.75"}, N),
    "intercept-bare": ({"intercept_bare_55c": "52.3"}, N),
    "intercept-coated": ({"intercept_7ul_55c": "94"}, N),
    "contact": ({"cell_resistance_7ul_before": "30"}, S),
    "growth-bare": ({"charge_transfer_bare_after": "150"}, N),
    "growth-coated": ({"cell_resistance_7ul_after": "5950"}, N),
    "growth-mitigated": ({"cell_resistance_7ul_after": "9500000"}, N),
    "capacity-places": ({"discharge_capacity_7ul_results": "147.4"}, N),
    "capacity-higher": ({"discharge_capacity_7ul_results": "40.2"}, N),
    "currents-unified": ({}, S),
    "fes2-capacity": ({"table3_pyr_capacity": "299.8"}, S),
    "voltage-higher": ({"cycling_voltage_high": "2.1"}, N),
}

# Claims that the numbers cannot tell, and numbers that would tell them.
TOLD: dict[str, tuple[dict[str, str], str]] = {
    "ea-higher-sigma": ({"conductivity_7ul_25c_text": "1.56e-5"}, S),
    "ea-higher-sigmaT": ({"conductivity_7ul_25c_text": "7.56e-4"}, N),
    "arrhenius-coated": ({"conductivity_7ul_55c_text": "4.12e-5"}, N),
    "critical-higher": ({"critical_current_bare": "0.15"}, S),
    "intercept-higher": ({"intercept_7ul_rt": "700.1"}, S),
    "efficiency-average": ({"coulombic_efficiency_7ul": "99.96"}, N),
    "competitive-charge": ({"table3_aam950_capacity": "399.7"}, S),
    "competitive-current": ({"table3_ppp_capacity": "75.0"}, S),
    "competitive-discharge": ({"discharge_capacity_7ul_results": "40.1"}, N),
    "ppp-slightly": ({"literature_conductivity_ppp": "0.9e-4"}, N),
}


@pytest.fixture(scope="module")
def done() -> Audit:
    return audited(PAPER, seed=1)


@pytest.fixture(scope="module")
def by_id(done: Audit) -> dict[str, Row]:
    return {row.id: row for row in done.rows}


def altered(changes: dict[str, str]) -> Numbers:
    numbers = PAPER.numbers
    for key, printed in changes.items():
        numbers = reprinted(numbers, key, printed)
    return numbers


def check(claim: str, numbers: Numbers, fits: Fits, seed: int = 1) -> Row:
    return BY_ID[claim].check(PAPER.shared, numbers, seed, fits)


def test_each_claim_has_one_row_with_a_reason(done: Audit) -> None:
    assert len({row.id for row in done.rows}) == len(done.rows) == len(CLAIMS)
    for row in done.rows:
        assert row.verdict in VERDICTS
        assert row.why.endswith(".") and row.claim
        assert (row.median is None) == (row.q03 is None) == (row.q97 is None)
        if row.median is not None:
            assert row.q03 <= row.median <= row.q97
            assert row.quantity


# By hand: L/(R·A) with A = 0.785 cm², in mS/cm.
@pytest.mark.parametrize(
    ("claim", "value", "verdict"),
    [
        ("sigma-bare", 0.0430 / (175.4 * 0.785) * 1e3, S),
        ("sigma-7ul-rt", 0.0450 / (367 * 0.785) * 1e3, S),
        ("sigma-10ul-rt", 0.0470 / (469.15 * 0.785) * 1e3, N),
        ("sigma-10ul-55c", 0.0470 / (208.6 * 0.785) * 1e3, N),
        ("sigma-7ul-55c", 0.0450 / (172.2 * 0.785) * 1e3, N),
        ("ea-bare-sigma", K * np.log(1.12e-3 / 3.11e-4) / (1 / 298.15 - 1 / 353.15), S),
        ("ea-coated-sigma", K * np.log(8.17 / 1.56) / (1 / 298.15 - 1 / 353.15), N),
        (
            "ea-bare-sigmaT",
            K * np.log(1.12e-3 * 353.15 / (3.11e-4 * 298.15)) / (1 / 298.15 - 1 / 353.15),
            N,
        ),
        (
            "ea-coated-sigmaT",
            K * np.log(8.17 * 353.15 / (1.56 * 298.15)) / (1 / 298.15 - 1 / 353.15),
            S,
        ),
        ("transference", 36 / 47.8 * (0.5 - 47.8e-6 * 1342) / (0.5 - 36e-6 * 1041), N),
        ("sum-coated", (45.97 + 549.3 + 891.03) / (45.94 + 519.87 + 943.33), S),
        ("r2-bare", 523.9 / 694.31, N),
        ("growth-coated", 950 / 550, S),
        ("capacity-higher", 137.4 / 83.59, S),
        ("efficiency-average", (50 * 99.56 - 100 * 137.4 / 149.7) / 49, C),
        ("efficiency-retention", 100 * 0.9956**49, C),
    ],
)
def test_medians_are_those_of_the_formulas(by_id, claim, value, verdict) -> None:
    row = by_id[claim]
    assert row.median == pytest.approx(value, rel=2e-3)
    assert row.verdict == verdict


def test_the_interval_of_a_formula_is_what_the_digits_allow(by_id) -> None:
    row = by_id["transference"]
    # I_ss stands for 35.5 to 36.5 µA, all else is known much better.
    low, high = (i / 47.8 * (0.5 - 47.8e-6 * 1342) / (0.5 - i * 1e-6 * 1041) for i in (35.5, 36.5))
    assert low < row.q03 < low + 0.05 * (high - low)
    assert high - 0.05 * (high - low) < row.q97 < high


def test_the_headline_comes_out_with_the_thickness_of_the_other_pellet(by_id) -> None:
    assert pytest.approx(3.477e-4, rel=1e-4) == 0.0470 / (172.2 * 0.785)
    assert "With 470 µm" in by_id["sigma-7ul-55c"].why
    assert "0.3477 mS/cm" in by_id["sigma-7ul-55c"].why
    assert pytest.approx(2.748e-4, rel=1e-4) == 0.0450 / (208.6 * 0.785)
    assert "With 450 µm" in by_id["sigma-10ul-55c"].why
    assert "164.7 Ω" in by_id["sigma-7ul-55c"].why
    coarse = by_id["sigma-7ul-55c"].sensitivity[1]
    assert coarse.assumption == "thickness known to 10 µm"
    assert coarse.q97 < 0.3475
    assert "the verdict would stay" in by_id["sigma-7ul-55c"].why


def test_the_probability_of_two_specimens_is_that_of_the_integral(by_id) -> None:
    """One pellet each, spread log-normal: the probability by quadrature."""
    ratio = np.log(0.0450 / 367 / (0.0430 / 175.4))

    def integrand(z: float) -> float:
        spread = 0.10 * np.exp(0.7 * z)
        return stats.norm.pdf(z) * stats.norm.cdf(-ratio / (np.sqrt(2) * spread))

    expected, _ = integrate.quad(integrand, -8, 8)
    assert by_id["coating-lowers-7ul"].probability == pytest.approx(expected, abs=5e-4)


def _both_medians(bare, coated, middle, width):
    """Return the probability that the second median is higher, by SciPy's quadrature."""

    def inside(step, median, scatter):
        low, high = ((np.log(end) - median) / scatter if end else -np.inf for end in step)
        return stats.norm.cdf(high) - stats.norm.cdf(low)

    prior = stats.norm(middle, width).pdf
    grid = np.linspace(middle - 6 * width, middle + 6 * width, 1201)

    def above(z: float) -> tuple[float, float]:
        scatter = 0.3 * np.exp(0.7 * z)
        weights = [prior(grid) * inside(step, grid, scatter) for step in (bare, coated)]
        below = integrate.cumulative_simpson(weights[0], x=grid, initial=0)
        all_of = [integrate.simpson(each, x=grid) for each in weights]
        return integrate.simpson(weights[1] * below, x=grid), all_of[0] * all_of[1]

    z = np.linspace(-5, 5, 201)
    both = np.array([above(each) for each in z]) * stats.norm.pdf(z)[:, None]
    higher, whole = integrate.simpson(both, x=z, axis=0)
    return higher / whole


def test_limits_of_one_cell_each_are_those_of_the_integral(by_id) -> None:
    """Critical currents within a step or beyond the range, and lifetimes."""
    cases = {case.assumption: case for case in by_id["critical-higher"].sensitivity}
    for size, width, label in (
        (0.05, 1.5, "0.05 mA/cm², medians known before to a factor of 17"),
        (0.1, 0.75, "0.1 mA/cm², medians known before to a factor of 4"),
    ):
        middle = np.mean(np.log([0.65 - size, 1.5]))
        expected = _both_medians((0.65 - size, 0.65), (1.5, np.inf), middle, width)
        found = cases[f"limits within steps of {label}"]
        assert found.probability == pytest.approx(expected, abs=1e-3)
        assert found.q03 < found.median < found.q97
    lifetime = by_id["lifetime"].sensitivity[0]
    expected = _both_medians((9, 10), (40, np.inf), np.mean(np.log([9, 40])), 2.0)
    assert lifetime.probability == pytest.approx(expected, abs=1e-3)
    # One cell of 10 % scatter between its like says no more than that of the median.
    narrow = by_id["critical-bare"].sensitivity[-1]
    half = 1.881 * np.hypot(0.10, np.log(0.65 / 0.55) / np.sqrt(12))
    assert np.log(narrow.q97 / narrow.q03) / 2 == pytest.approx(half, rel=0.05)
    assert narrow.median == pytest.approx(np.sqrt(0.55 * 0.65), rel=0.01)


def test_nothing_is_left_to_a_later_version(done: Audit) -> None:
    interfaces = [row for row in done.rows if row.topic == "Interfaces"]
    assert not any("not part of the package" in row.why for row in interfaces)


def test_scatter_widens_the_activation_energy_as_by_hand(by_id) -> None:
    case = by_id["ea-bare-sigma"].sensitivity[2]
    assert case.assumption == "each conductivity scatters by 10 %"
    half = 1.881 * np.sqrt(2) * 0.10 * K / (1 / 298.15 - 1 / 353.15)
    assert (case.q97 - case.q03) / 2 == pytest.approx(half, rel=0.03)


def test_the_same_scatter_by_the_sampler_gives_the_same_energy() -> None:
    """The closed form for two temperatures against a fit with the scatter as a stated error."""
    import xarray as xr

    import posterion as po

    sigma = np.array([3.11e-4, 1.12e-3])
    data = xr.Dataset(
        {
            "conductivity": ("point", sigma, {"units": "S/cm"}),
            "conductivity_sd": ("point", 0.1 * sigma),
            "temperature": ("point", [298.15, 353.15]),
        }
    )
    tree = po.fit(po.Arrhenius("sigma"), data, noise=po.Stated(), seed=1)
    assert po.Verdict.of(tree).passed
    energies = tree["posterior"]["E_a"].values
    by_hand = 0.1 * np.sqrt(2) * K / (1 / 298.15 - 1 / 353.15)
    assert energies.std() == pytest.approx(by_hand, rel=0.1)
    assert np.median(energies) == pytest.approx(0.2115, abs=0.1 * by_hand + 0.003)


def test_every_verdict_is_put_to_the_test(by_id) -> None:
    judged = {row.id for row in by_id.values() if row.verdict != C}
    assert set(TURNED) == judged
    assert all(by_id[claim].verdict == C for claim in TOLD)


@pytest.mark.parametrize("claim", [name for name in TURNED if name != "currents-unified"])
def test_other_numbers_turn_the_verdict(done, by_id, claim) -> None:
    changes, verdict = TURNED[claim]
    assert verdict != by_id[claim].verdict
    row = check(claim, altered(changes), done.fits)
    assert row.verdict == verdict, row.why
    assert set(changes) <= set(by_id[claim].inputs)


@pytest.mark.parametrize("claim", TOLD)
def test_other_numbers_tell_what_these_cannot(done, by_id, claim) -> None:
    changes, verdict = TOLD[claim]
    row = check(claim, altered(changes), done.fits)
    assert row.verdict == verdict, row.why
    assert set(changes) <= set(by_id[claim].inputs)


def test_one_unit_for_all_currents_would_be_supported(done) -> None:
    numbers = PAPER.numbers
    for key in PAPER.shared.series["systems_current"]:
        numbers = reprinted(numbers, key, numbers[key].printed, unit="A/g")
    assert check("currents-unified", numbers, done.fits).verdict == S


def test_slightly_would_be_supported_of_a_slight_fall(done) -> None:
    """The limit of 20 % leaves little room beside a spread of 10 %, so pellets must agree."""
    row = check("coating-slightly", altered({"conductivity_7ul_25c_text": "2.8e-4"}), done.fits)
    alone = row.sensitivity[0]
    assert alone.assumption.startswith("these two alone")
    assert alone.probability == 1.0


def test_expected_ranks_of_table_3_are_those_of_its_pairs(done) -> None:
    """The mean rank is one plus the probabilities that each other cell is ahead."""
    from posterion.inference.comparison.specimens import PELLETS

    inputs = Inputs(done.numbers, "test", 1, done.fits)
    keys = PAPER.shared.series["systems_capacity"]
    found = dict(zip(keys, rank_probabilities(inputs, keys), strict=True))
    values = {key: done.numbers[key].value for key in keys}
    arguments = dict(PELLETS.arguments)
    z = np.linspace(-6, 6, 2001)
    spread = np.exp(arguments["mu"] + arguments["sigma"] * z)
    for name, probabilities in found.items():
        assert probabilities.sum() == pytest.approx(1)
        expected = 1.0
        for other, value in values.items():
            ahead = stats.norm.cdf(np.log(value / values[name]) / (np.sqrt(2) * spread))
            if other != name:
                expected += integrate.simpson(ahead * stats.norm.pdf(z), x=z)
        assert probabilities @ np.arange(1, 9) == pytest.approx(expected, abs=0.05)
    assert sum(found.values()) == pytest.approx(np.ones(8))


def test_a_current_that_no_other_has_leaves_nothing_to_compare(done) -> None:
    row = check("competitive-current", altered({"table3_ppp_current": "50"}), done.fits)
    assert row.verdict == C and row.median is None
    assert "No other cell" in row.why


def test_what_no_number_can_tell_stays_unchecked(done) -> None:
    """Coating and temperature change together: whatever the numbers, no verdict."""
    changes = {"cv_current_7ul_cycle5": "0.330", "cv_r3_7ul_cycle5": "1.75"}
    for claim in ("cv-stabler", "growth-slower"):
        assert check(claim, altered(changes), done.fits).verdict == C


def test_rules_of_the_verdicts() -> None:
    printed = PAPER.numbers["transference_number"]  # 0.735 to 0.745
    assert verdict_of_number(0.70, 0.736, printed) == S
    assert verdict_of_number(0.70, 0.734, printed) == N
    assert verdict_of_number(0.746, 0.80, printed) == N
    assert verdict_of_number(0.10, 0.90, printed) == C  # wider than the number itself
    assert [verdict_of_statement(p) for p in (0.97, 0.96, 0.04, 0.03)] == [S, C, C, N]


def test_every_printed_number_of_a_claim_has_its_row(done: Audit) -> None:
    used = {key for row in done.rows for key in row.inputs}
    for name in set(PAPER.tables) - BACKGROUND:
        assert {row.key for row in PAPER.tables[name].rows} <= used, name
    assert used <= set(PAPER.numbers)


def test_json_keeps_the_contract(done: Audit) -> None:
    text = json_text(done.rows)
    document = json.loads(text)
    contract = {"id", "claim", "published", "unit", "median", "q03", "q97", "verdict", "why"}
    more = {"topic", "sensitivity", "quantity", "probability", "inputs"}
    for row in document:
        assert set(row) == contract | more
        assert row["published"] is None or isinstance(row["published"], float)
        assert not isinstance(row["median"], str)
    headline = next(row for row in document if row["id"] == "sigma-7ul-55c")
    assert headline["published"] == 0.348 and headline["unit"] == "mS/cm"


def test_verdicts_do_not_hang_on_the_seed(done, by_id) -> None:
    for claim in CLAIMS:
        row = check(claim.id, PAPER.numbers, done.fits, seed=2)
        assert row.verdict == by_id[claim.id].verdict, claim.id


def test_order_of_the_claims_does_not_matter(done, by_id) -> None:
    claim = "ea-higher-sigma"
    assert check(claim, done.numbers, Fits(1)) == by_id[claim]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def folder(done: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reproduce")
    write(done, path)
    return path


def test_the_page_says_everything_and_loads_nothing(done: Audit, folder: Path) -> None:
    page = _Page()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    text = " ".join(" ".join(page.text).split())
    for row in done.rows:
        assert " ".join(row.claim.split()) in text, row.id
        assert " ".join(row.why.split()) in text, row.id
    assert page.tags.count("img") == 6
    assert "script" not in page.tags
    outward = [a for a in page.addresses if not a.startswith(("#", "data:image/svg+xml;base64,"))]
    assert outward == ["https://doi.org/10.20517/energymater.2026.32"]
    assert "LogNormal" in text and "CC BY 4.0" in text


def test_the_page_escapes_what_it_is_given(done: Audit, monkeypatch) -> None:
    hostile = {"image": "data:,", "alt": "<hr>", "caption": "<i>"}
    monkeypatch.setattr(figures, "drawn_figures", lambda done: [hostile])
    row = replace(done.rows[0], claim="<script>alert(1)</script>", why="a < b & c.")
    html = render(replace(done, rows=(row,)))
    assert "<script>" not in html and "<hr>" not in html and "<i>" not in html
    assert "&lt;script&gt;" in html and "a &lt; b &amp; c." in html


def test_what_is_written(done: Audit, folder: Path) -> None:
    names = {"report.html", "claims.csv", "claims.json", "summary.png"}
    assert {path.name for path in folder.glob("[!.]*")} == names
    assert (folder / "claims.json").read_text(encoding="utf-8") == json_text(done.rows)
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["id"] for row in table] == [row.id for row in done.rows]
    assert float(table[0]["median"]) == done.rows[0].median
    assert (folder / "summary.png").read_bytes().startswith(b"\x89PNG")


def test_a_fit_that_fails_its_checks_draws_no_verdict(by_id, monkeypatch) -> None:
    from posterion.analyses.audit import fits

    failed = fits.SeriesFit(None, None, np.ones(3), "The chains disagree.")  # type: ignore[arg-type]
    monkeypatch.setattr(fits.Fits, "_fit", lambda self, form, points: failed)
    row = check("ea-coated-three-sigma", PAPER.numbers, Fits(1))
    assert row.verdict == C and row.median is None
    assert "The chains disagree." in row.why


def _command(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["posterion", "reproduce", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_command_prints_json_and_nothing_else(monkeypatch, capsys, done) -> None:
    """A second run, and the same to the last digit."""
    assert _command(monkeypatch, "--json", "--seed", "1") == 0
    output = capsys.readouterr()
    assert json.loads(output.out) == json.loads(json_text(done.rows))
    assert "Claim" in output.err or "Sampling" in output.err


def test_command_prints_a_screen_or_a_table_in_the_width(
    monkeypatch, capsys, done, tmp_path
) -> None:
    asked = []
    monkeypatch.setattr(audits, "audited", lambda paper, seed, say: done)
    monkeypatch.setattr(page_module, "write", lambda done, out: asked.append(out))
    assert _command(monkeypatch, "--seed", "1", "--out", str(tmp_path / "new")) == 0
    assert asked == [tmp_path / "new"] and asked[0].is_dir()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 12 and max(map(len, lines[:-1])) <= 80  # the path is not cut
    counts = [sum(row.verdict == verdict for row in done.rows) for verdict in VERDICTS]
    assert lines[1].startswith(f"{counts[0]} supported, {counts[1]} not supported")
    assert _command(monkeypatch, "--seed", "1", "--table") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    total = f"{len(done.rows)} claims: {counts[0]} supported  {counts[1]} not supported"
    assert any(line.startswith(total) for line in lines)
