"""``posterion fit drt``: the answer, the document, the page, and what it refuses."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from posterion import cli


@pytest.fixture
def command(monkeypatch, capsys):
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["posterion", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def spectrum_file(tmp_path_factory) -> Path:
    """Arcs of 300 Ω at 20 µs and 200 Ω at 5 ms behind 40 Ω, with noise of 0.2 %."""
    f = np.logspace(6, 0, 50)
    omega = 2j * np.pi * f
    Z = 40 + 300 / (1 + (omega * 2e-5) ** 0.9) + 200 / (1 + (omega * 5e-3) ** 0.85)
    scatter = np.random.default_rng(4).normal(size=(2, f.size))
    Z = Z + 0.002 * abs(Z) * (scatter[0] + 1j * scatter[1])
    rows = [f"{a!r},{z.real!r},{z.imag!r}" for a, z in zip(f.tolist(), Z.tolist(), strict=True)]
    path = tmp_path_factory.mktemp("drt") / "two_arcs.csv"
    path.write_text("frequency_Hz,Zre_ohm,Zim_ohm\n" + "\n".join(rows) + "\n")
    return path


def test_document_holds_the_resistance_and_the_peaks(command, spectrum_file) -> None:
    status, out, err = command("fit", "drt", spectrum_file, "--seed", 1, "--json")
    assert status == 0, err
    document = json.loads(out)
    total = document["derived"]["R_total"]
    assert total["q03"] < 540 < total["q97"] and total["unit"] == "ohm"
    assert [set(peak) for peak in document["peaks"]] == [
        {"tau", "resistance", "probability", "doubtful"}
    ] * 2
    for peak, tau, ohm in zip(document["peaks"], (2e-5, 5e-3), (300, 200), strict=True):
        assert abs(np.log10(peak["tau"]["median"] / tau)) < 0.15 and peak["tau"]["unit"] == "s"
        assert peak["resistance"]["q03"] < ohm < peak["resistance"]["q97"]
        assert peak["resistance"]["unit"] == "ohm"
        assert 0.9 < peak["probability"] <= 1 and peak["doubtful"] is False


def test_answer_comes_first_and_stands_on_the_page(command, spectrum_file, tmp_path) -> None:
    status, out, _ = command("fit", "drt", spectrum_file, "--seed", 1, "--out", tmp_path)
    assert status == 0
    assert out.splitlines()[1].startswith("Two peaks: ")
    page = (tmp_path / "report.html").read_text()
    assert "Two peaks: " in page and "<h2>Peaks</h2>" in page
    figures = ("Nyquist plot:", "Distribution of relaxation times with its band", "Bode plot:")
    places = [page.index(f'alt="{figure}') for figure in figures]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--noise", "white"), "--noise white knows no distribution of relaxation times"),
        (("--tail", "DRT2"), "can hold one DRT"),
        (("--tail", "p(CPE"), "^"),
    ],
)
def test_what_it_cannot_fit_is_said_at_once(command, spectrum_file, options, said) -> None:
    status, _, err = command("fit", "drt", spectrum_file, *options)
    assert status == 2 and said in err
