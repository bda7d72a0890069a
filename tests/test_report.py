"""The report: what it says, what it keeps back, and that it needs nothing but itself."""

import base64
import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import posterion as po
from posterion.report.figures import nyquist as nyquist_figures
from posterion.report.figures import posterior as posterior_figures
from posterion.report.figures import spectrum as spectrum_figures
from posterion.report.numbers import axis_scale, interval, number, quantity, scale_of
from posterion.report.pages import page

_spec = importlib.util.spec_from_file_location(
    "synthetic", Path(__file__).with_name("synthetic.py")
)
synthetic = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(synthetic)
result = synthetic.result

PELLET = {"R1": 120.0, "CPE1_Q": 2e-9, "CPE2_Q": 5e-5, "CPE2_n": 0.88}
FAILED = {"passed": False, "max_r_hat": 1.2, "messages": ["The chains disagree: R-hat is 1.2."]}
TRUSTED_FIGURES = (
    nyquist_figures.nyquist,
    spectrum_figures.bode,
    spectrum_figures.residuals,
    posterior_figures.marginals,
    posterior_figures.pairs,
    posterior_figures.ranks,
)


@pytest.fixture(scope="module")
def good():
    return result()


@pytest.fixture(scope="module")
def pellet():
    return result("p(R1,CPE1)-CPE2", PELLET, f_min=0.01, f_max=7e6, n=60)


@pytest.fixture(scope="module")
def bad():
    """Return the draws of `good` as those of a run that failed its checks."""
    return result(**FAILED)


@pytest.fixture(scope="module")
def geometry(good):
    return po.conductivity(good, thickness="450 um ± 5 um", diameter="10 mm")


@pytest.fixture(scope="module")
def good_page(good, geometry):
    return page.render(good, geometry)


@pytest.fixture(scope="module")
def bad_page(bad):
    return page.render(bad)


class Page(HTMLParser):
    """What stands in a page: its words, headings, and every attribute."""

    def __init__(self, text):
        super().__init__()
        self.attributes, self.words, self.headings, self.tags = [], [], [], []
        self.feed(text)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.words.append(" ")
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        inside = self.tags[-1] if self.tags else ""
        if inside != "style":
            self.words.append(data)
        if inside == "h2":
            self.headings.append(data.strip())


def test_page_has_all_sections_in_order(good_page):
    headings = [h for h in Page(good_page).headings if h]
    assert headings == [
        "Results",
        "Cautions",
        "Data and model",
        "Methods, ready to paste",
        "Checks of the model",
        "Parameters",
        "What was assumed",
        "What was checked",
        "To repeat it",
    ]


def test_what_is_not_the_answer_is_folded(good_page):
    open_part = re.sub(r"<details>.*?</details>", "", good_page, flags=re.DOTALL)
    assert good_page.count("<details>") == good_page.count("</details>") == 5
    headings = [h for h in Page(open_part).headings if h]
    assert headings == ["Results", "Cautions", "Data and model", "Methods, ready to paste"]
    assert "R-hat" not in re.sub(r'<p class="paste">.*?</p>', "", open_part, flags=re.DOTALL)


def test_headline_gives_resistances_and_conductivity(good, good_page):
    text = Page(good_page).text
    head = text[text.index("Results") : text.index("Cautions")]
    for name in ("R0", "R1", "R_total", "conductivity"):
        assert name in head
    median = float(good["posterior"]["R1"].median())
    assert re.search(rf"R1 .*{median:.1f}", head)
    assert "mS/cm" in head or "µS/cm" in head
    assert "probability of 94 %" in head


def test_untrusted_page_shows_no_interval(good, bad, good_page, bad_page):
    rows = page.content(good)["rows"]
    numbers = {row["median"] for row in rows}
    numbers |= {end for row in rows for end in row["interval"].split(" to ")}
    telling = {text for text in numbers if len(re.sub(r"\D", "", text).lstrip("0")) >= 3}
    assert len(telling) > 15
    shown, hidden = Page(good_page).text, Page(bad_page).text
    assert all(text in shown for text in telling)  # or the test could not fail
    assert not [text for text in telling if text in hidden]
    draws = bad["posterior"]["R1"].values
    for value in (draws.mean(), np.median(draws), *np.quantile(draws, [0.03, 0.97])):
        assert f"{value:.1f}" not in hidden
    assert "94 % interval" not in hidden.split("Methods")[0]
    assert "Refused:" in hidden and FAILED["messages"][0] in hidden


def test_untrusted_figures_hold_only_data(good, bad):
    for draw in (nyquist_figures.nyquist, spectrum_figures.bode):
        for axes in draw(bad).axes:
            assert not axes.collections and not axes.patches
            assert all(line.get_linestyle() == "None" for line in axes.lines)
        assert any(axes.patches or axes.collections for axes in draw(good).axes)
    for draw in (posterior_figures.marginals, posterior_figures.pairs):
        with pytest.raises(po.PosterionError, match="checks"):
            draw(bad)
    figures = page.content(bad)["figures"]
    assert set(figures) == {"nyquist", "bode", "ranks", "traces"}


def test_names_from_files_are_escaped(good):
    tree = good.copy()
    tree.attrs = dict(good.attrs) | {
        "source": "<script>alert(1)</script>.csv",
        "messages": '<img src="x" onerror="alert(2)">\nsecond line',
    }
    text = page.render(tree)
    parsed = Page(text)
    assert "script" not in parsed.tags and "<script" not in text
    assert all(not name.startswith("on") for _, name, _ in parsed.attributes)
    assert "<script>alert(1)</script>.csv" in parsed.text  # as words
    assert "second line" in parsed.text


def test_page_needs_nothing_else(good_page):
    text = good_page
    parsed = Page(text)
    ids = {value for _, name, value in parsed.attributes if name == "id"}
    for tag, name, value in parsed.attributes:
        if name in ("src", "href", "srcset", "data", "action", "poster"):
            within = tag == "a" and value.removeprefix("#") in ids
            assert value.startswith("data:") or within, (tag, name, value[:80])
    assert not {"script", "link", "iframe", "object"} & set(parsed.tags)
    assert "http://" not in text and "https://" not in text
    assert "@import" not in text and "url(" not in text
    assert ("meta", "http-equiv", "Content-Security-Policy") in parsed.attributes
    assert len(text.encode()) < 2e6
    ids = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))


def test_drawings_inside_images_load_nothing(good):
    for address in page.content(good)["figures"].values():
        kind, _, code = address.partition(";base64,")
        if kind == "data:image/svg+xml":
            svg = base64.b64decode(code).decode()
            assert "<script" not in svg and "<image" not in svg
            assert all(h.startswith("#") for h in re.findall(r'href="([^"]*)"', svg))


def test_same_result_gives_the_same_page(good, geometry, good_page):
    assert page.render(good, geometry) == good_page


def test_simulated_data_are_labelled(good, good_page):
    assert "Simulated data" not in Page(good_page).text
    tree = good.copy()
    tree.attrs = dict(good.attrs) | {"source": "simulated-7uL-55C"}
    assert "Simulated data" in Page(page.render(tree)).text


def test_given_priors_are_told_from_defaults(good, good_page):
    tree = good.copy()
    tree.attrs = dict(good.attrs) | {"priors_given": '["R1"]'}
    text = Page(page.render(tree)).text
    assert re.search(r"R1 LogNormal\(mu=3, sigma=4\) \S+ \S+ to \S+ \S+ user", text)
    assert "Those of R1 were chosen for this sample; the others are weakly" in text
    assert "user" not in Page(good_page).text


def test_cautions_stand_in_the_page_and_mark_their_rows():
    tau = 1 / (2 * np.pi * 4e6)
    text = Page(page.render(result(truth={"CPE1_Q": tau**0.85 / 300}))).text
    assert "lies above the highest measured frequency (1 MHz)" in text
    assert "resistance of R1 see Cautions" in text
    assert "resistance of R0 see Cautions" not in text


def test_checks_show_limit_and_value(bad_page):
    text = Page(bad_page).text
    assert re.search(r"R-hat, largest .* 1\.200 at most 1\.01 no", text)
    assert re.search(r"ESS, least .* 900 at least 400 yes", text)


def test_methods_paragraph(good_page, bad_page):
    text = Page(good_page).text.split("Methods, ready to paste")[1]
    for part in ("50 frequencies from 1 MHz to 100 mHz", "R0-p(R1,CPE1)", "nutpie 0.16", "seed 1"):
        assert part in text
    assert f"4 chains of {synthetic.DRAWS} draws" in text and "LogNormal(mu=3, sigma=4)" in text
    assert "no interval is reported" in Page(bad_page).text


def test_killed_write_leaves_the_old_file(good, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def killed(self, text, encoding):
        with self.open("w", encoding=encoding) as file:
            file.write(text[:1000])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        po.write_report(good, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_write_report_replaces_the_file(good, geometry, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    po.write_report(good, path, extra=geometry)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_missing_folder_is_told(good, tmp_path):
    with pytest.raises(po.PosterionError, match="cannot write"):
        po.write_report(good, tmp_path / "none" / "report.html")


@pytest.mark.parametrize("which", ["good", "pellet"])
def test_nyquist_has_equal_scales_and_minus_imaginary_up(which, request):
    tree = request.getfixturevalue(which)
    measured = tree["observed_data"]["Z"].transpose("part", "frequency").values
    figure = nyquist_figures.nyquist(tree)
    assert len(figure.axes) == (2 if which == "pellet" else 1)
    for axes in figure.axes:
        assert axes.get_aspect() == 1.0
        assert axes.get_ylabel().startswith("−Z″ (") and axes.get_xlabel().startswith("Z′ (")
        factor = {"Ω": 1.0, "kΩ": 1e3}[axes.get_xlabel().split("(")[1].rstrip(")")]
        data = next(line for line in axes.lines if line.get_label() == "measured")
        np.testing.assert_allclose(data.get_xdata() * factor, measured[0])
        np.testing.assert_allclose(data.get_ydata() * factor, -measured[1])
        # The panel has the shape of its limits, so equal scales leave no empty margin.
        figure.draw_without_rendering()
        box = axes.get_window_extent()
        ratio = np.ptp(axes.get_ylim()) / np.ptp(axes.get_xlim())
        assert box.height / box.width == pytest.approx(ratio, rel=1e-3)


def test_arcs_hidden_by_a_blocking_tail_get_a_panel(pellet):
    whole, arcs = nyquist_figures.nyquist(pellet).axes
    assert whole.get_xlabel() == "Z′ (kΩ)" and arcs.get_xlabel() == "Z′ (Ω)"
    assert 120 < arcs.get_xlim()[1] < 400


def test_bands_hold_their_share_of_the_data(pellet):
    _, residuals = spectrum_figures.standardized_residuals(pellet)
    figure = spectrum_figures.residuals(pellet)
    inside = sum(int(axes.get_title(loc="left").split(" ")[1]) for axes in figure.axes)
    assert inside == np.sum(np.abs(residuals) <= 1.8808)
    assert inside > 0.87 * residuals.size


@pytest.mark.parametrize("draw", TRUSTED_FIGURES, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("which", ["good", "pellet"])
def test_every_axis_is_labelled_with_its_unit(draw, which, request):
    tree = request.getfixturevalue(which)
    units = {name: value.attrs["units"] for name, value in tree["posterior"].items()}
    figure = draw(tree)
    densities = draw is posterior_figures.marginals
    for axes in figure.axes:
        labels = []
        for axis in "xy":
            shared = getattr(axes, f"get_shared_{axis}_axes")().get_siblings(axes)
            found = {getattr(other, f"get_{axis}label")() for other in shared} - {""}
            if axis == "y" and densities:
                assert axes.get_yticks().size == 0  # a density needs no scale
                continue
            assert found, f"the {axis} axis of a panel has no label"
            labels += found
        for label in labels:
            name = label.split(" ")[0]
            if name in units:
                assert ("(" in label) or not units[name], label
            else:
                assert "(" in label or "\n(" in label, label


@pytest.mark.parametrize("draw", TRUSTED_FIGURES, ids=lambda draw: draw.__name__)
def test_no_text_is_cut(draw, pellet):
    figure = draw(pellet)
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1


def test_prior_that_did_not_move_is_seen():
    rng = np.random.default_rng(0)
    shape = (synthetic.CHAINS, synthetic.DRAWS)
    tree = result(replace={"R0": 20 * np.exp(4 * rng.normal(size=shape))})
    figure = posterior_figures.marginals(tree)
    panels = {axes.get_xlabel().split(" ")[0]: axes for axes in figure.axes}
    posterior, prior = (line.get_ydata() for line in panels["R0"].lines)
    assert np.corrcoef(posterior, prior)[0, 1] > 0.95
    assert panels["R0"].get_title(loc="right") == "as wide as its prior"
    _, prior = (line.get_ydata() for line in panels["R1"].lines)
    assert prior.max() < 0.05


def test_density_is_that_of_the_draws():
    rng = np.random.default_rng(0)
    at = np.linspace(-4, 4, 161)
    found = posterior_figures.density(rng.normal(size=4000), at, (-np.inf, np.inf))
    np.testing.assert_allclose(found, np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi), atol=0.03)
    at = np.linspace(0, 1, 101)
    flat = posterior_figures.density(rng.uniform(size=4000), at, (0.0, 1.0))
    np.testing.assert_allclose(flat, 1, atol=0.25)  # also at the walls


def test_pairs_show_the_worst_correlated():
    rng = np.random.default_rng(2)
    shift = 5 * rng.normal(size=(synthetic.CHAINS, synthetic.DRAWS))
    two = {"R2": 100.0, "CPE2_Q": 1e-4, "CPE2_n": 0.8}
    replace = {"R1": 300 + shift, "R2": 100 - shift}
    figure = posterior_figures.pairs(result("R0-p(R1,CPE1)-p(R2,CPE2)", two, replace=replace))
    labels = {axes.get_xlabel() for axes in figure.axes} | {a.get_ylabel() for a in figure.axes}
    assert {"R1 (Ω)", "R2 (Ω)"} <= labels
    assert any(float(a.get_title()[4:].replace("−", "-")) < -0.95 for a in figure.axes)


def test_ranks_of_a_stuck_chain_stand_out():
    rng = np.random.default_rng(2)
    draws = 300 * np.exp(0.01 * rng.normal(size=(synthetic.CHAINS, synthetic.DRAWS)))
    draws[0] += 10
    figure = posterior_figures.ranks(result(replace={"R1": draws}, **FAILED))
    assert figure.axes[0].get_title(loc="left") == "R1"
    stairs = figure.axes[0].patches
    assert max(step.get_data().values.max() for step in stairs if hasattr(step, "get_data")) > 300


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((47.21313, 47.05513, 47.37598, "ohm"), ("47.213", "47.055", "47.376", "Ω")),
        ((145101.9, 122961.3, 171903.6, "ohm"), ("145", "123", "172", "kΩ")),
        ((3.957e-9, 3.714e-9, 4.218e-9, "S*s^n"), ("3.96", "3.71", "4.22", "×10⁻⁹ S·sⁿ")),
        ((3311.4, 799.1, 382945.9, "s"), ("3300", "800", "3.8×10⁵", "s")),
        ((4.59e-4, 4.5e-4, 4.7e-4, "S/cm"), ("459.0", "450.0", "470.0", "µS/cm")),
        ((0.92056, 0.9168, 0.92435, ""), ("0.9206", "0.9168", "0.9244", "")),
        ((-0.5, -0.6, -0.4, ""), ("−0.500", "−0.600", "−0.400", "")),
        ((1.0, 1.0, 1.0, "cm"), ("1", "1", "1", "cm")),
        ((999.96, 999.0, 1001.0, "ohm"), ("999.96", "999.00", "1001.00", "Ω")),
    ],
)
def test_interval_is_rounded_by_its_width(arguments, expected):
    assert interval(*arguments) == expected


def test_numbers_and_units():
    assert number(0.0) == "0" and number(float("nan")) == "–"
    assert number(12345.0, 2) == "12000" and number(1.5e-7, 2) == "1.5×10⁻⁷"
    assert quantity(7e6, "Hz") == "7 MHz" and quantity(0.0031623, "Hz") == "3.16 mHz"
    assert scale_of([3300.0], "s").unit == "s" and scale_of([5e3], "ohm").unit == "kΩ"
    assert scale_of([0.0], "ohm").divisor == 1.0
    assert axis_scale([4e-9], "S*s^n").label("Q") == "Q (10⁻⁹ S·sⁿ)"
    assert axis_scale([0.5], "").label("n") == "n"


def test_report_of_a_fit(tmp_path):
    spectrum = po.simulated_pellet()
    tree = po.fit(
        po.Circuit.parse(spectrum.attrs["circuit"]),
        spectrum,
        noise=po.Proportional(),
        seed=1,
        draws=500,
    )
    geometry = {name: spectrum.attrs[name] for name in ("thickness", "diameter")}
    path = tmp_path / "report.html"
    po.write_report(tree, path, extra=po.conductivity(tree, **geometry))
    text = Page(path.read_text(encoding="utf-8")).text
    assert "Simulated data" in text and "Trusted:" in text
    assert json.loads(tree.attrs["versions"])["nutpie"] in text
    assert str(tree.attrs["sha256"]) in text
