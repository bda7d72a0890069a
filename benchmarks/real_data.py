"""Measured spectra against the values that their authors published.

Run ``uv run python benchmarks/real_data.py DATA`` where DATA is the folder that holds
``eisfitpython``, ``impedance_py`` and ``autoeis``. What it printed stands in docs/real_data.md.
"""

import argparse
import json
import re
from pathlib import Path

import posterion as po

PELLET = "p(R1,CPE1)-p(R2,CPE2)-CPE3"
NAMES = ("R1", "CPE1_Q", "CPE1_n", "R2", "CPE2_Q", "CPE2_n", "CPE3_Q", "CPE3_n")


def published(report: Path) -> dict[int, list[tuple[float, float]]]:
    """Read value and standard error of the eight parameters at each temperature in K."""
    result = {}
    for block in re.split(r"Data_(?=\d+K)", report.read_text(encoding="utf-8"))[1:]:
        rows = re.findall(r"^\w+ = +(\S+) +(\S+)", block, flags=re.MULTILINE)[: len(NAMES)]
        result[int(block[:3])] = [(float(value), float(error)) for value, error in rows]
    return result


def verdict_of(post: object) -> str:
    """Return the verdict in a few words."""
    verdict = po.Verdict.of(post)  # type: ignore[arg-type]
    return "trusted" if verdict.passed else "refused: " + " ".join(verdict.messages)


def pellet(data: Path) -> None:
    """Fit one pellet at seven temperatures; deviations in published standard errors."""
    circuit = po.Circuit.parse(PELLET)
    for kelvin, values in published(data / "reference_Batch_EISfit_Report.txt").items():
        spectrum = po.read_spectrum(data / f"s04147-{kelvin - 273}deg.txt")
        post = po.fit(circuit, spectrum, noise=po.Proportional(), seed=1)
        print(f"{kelvin - 273} degC: {verdict_of(post)}")
        if not po.Verdict.of(post).passed:
            continue
        for name, (value, error) in zip(NAMES, values, strict=True):
            draws = post["posterior"][name]
            mean, sd = float(draws.mean()), float(draws.std())
            print(
                f"  {name:7} {mean:11.4g} ± {sd:9.2g}   published {value:11.4g} ± {error:9.2g}"
                f"   off by {(mean - value) / error:+.2f} errors, sd ratio {sd / error:.2f}"
            )


def cells(data: Path) -> None:
    """Fit the lithium-ion cell and the dummy cell of impedance.py."""
    cell = po.read_spectrum(data / "exampleData.csv")
    cell = cell.isel(frequency=cell["Z"].sel(part="imag").values < 0)
    dummy = [po.read_spectrum(data / f"Circuit1_EIS_{number}.z") for number in (1, 2)]
    for text, spectrum in (
        ("R0-p(R1,C1)-p(R2-Wo1,C2)", cell),
        ("R0-p(R1-Wo1,C1)", cell),
        ("R0-p(R1,CPE1)-p(R2,CPE2)-Wo1", cell),
        ("R0-p(R1,C1)", dummy[0]),
        ("R0-p(R1,C1)", dummy[1]),
    ):
        circuit = po.Circuit.parse(text)
        post = po.fit(circuit, spectrum, noise=po.Proportional(), seed=1)
        print(f"{spectrum.attrs['source']}, {text}: {verdict_of(post)}")
        names = [parameter.name for parameter in circuit.parameters]
        if po.Verdict.of(post).passed:
            for name in (*names, "noise"):
                draws = post["posterior"][name]
                print(f"  {name:8} {float(draws.mean()):11.4g} ± {float(draws.std()):.2g}")


def instruments(data: Path) -> None:
    """Fit one arc to the example file of each instrument; nothing is published of these."""
    circuit = po.Circuit.parse("R0-p(R1,CPE1)")
    for name in (
        "exampleDataZPlot.z",
        "exampleDataGamry.DTA",
        "exampleDataBioLogic.mpt",
        "exampleDataVersaStudio.par",
        "exampleDataPowersuite.txt",
    ):
        spectrum = po.read_spectrum(data / name)
        post = po.fit(circuit, spectrum, noise=po.Proportional(), seed=1)
        print(f"{name}, {spectrum.sizes['frequency']} points, {circuit}: {verdict_of(post)}")
        if po.Verdict.of(post).passed:
            for quantity in ("R0", "R1", "noise"):
                draws = post["posterior"][quantity]
                print(f"  {quantity:8} {float(draws.mean()):11.4g} ± {float(draws.std()):.2g}")


def ageing_cell(data: Path) -> None:
    """Fit 65 spectra of one coin cell over its life with one fixed circuit."""
    circuit = po.Circuit.parse("R0-p(R1,CPE1)-p(R2,CPE2)-CPE3")
    trusted = twice = 0
    for label, spectrum in po.read_spectra(data / "battery_data_even_index.csv").items():
        post = po.fit(circuit, spectrum, noise=po.Proportional(), seed=1)
        verdict = po.Verdict.of(post)
        trusted += verdict.passed
        twice += any("twice" in note for note in verdict.notes)
        if not verdict.passed:
            print(f"  {label}: {verdict_of(post)} {json.loads(post.attrs['timing'])}")
    print(f"coin cell, {circuit}: {trusted} of 65 trusted, {twice} of them sampled twice")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    pellet(folder / "eisfitpython")
    cells(folder / "impedance_py")
    instruments(folder / "impedance_py")
    ageing_cell(folder / "autoeis")
