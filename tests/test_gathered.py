"""Spectra of folders, patterns and files with many sweeps, with their temperatures."""

import pytest

from posterion import PosterionError
from posterion.datasets.gathered import files_of, gathered
from posterion.datasets.schemas.samples import Sample, geometry_of, samples_of

SWEEP = "f,re,im\n1000,1,-1\n100,2,-2\n10,3,-1\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pellet_25C.csv").write_text(SWEEP)
    (tmp_path / "pellet_40C.csv").write_text(SWEEP.replace("2,-2", "5,-2"))
    (tmp_path / "notes.txt").write_text("no spectrum here\n")
    (tmp_path / ".hidden.csv").write_text(SWEEP)
    return tmp_path


def test_a_folder_and_a_pattern(folder):
    spectra, left = gathered([folder])
    assert list(spectra) == ["pellet_25C", "pellet_40C"]
    assert [each.attrs["temperature_c"] for each in spectra.values()] == [25, 40]
    assert len(left) == 1 and left[0].startswith("notes.txt is left out")
    found = files_of([folder / "pellet_*.csv", folder / "pellet_25C.csv"])
    assert [path.name for path in found] == ["pellet_25C.csv", "pellet_40C.csv"]
    with pytest.raises(PosterionError, match="has no file"):
        files_of([folder / "nothing_*.csv"])
    with pytest.raises(PosterionError, match="no impedance table"):
        gathered([folder / "notes.txt"])


def test_one_file_with_many_sweeps(folder):
    text = "".join(f"T = {t} C\n{SWEEP}\n" for t in (25, 40, 60))
    path = folder / "all.csv"
    path.write_text(text)
    spectra, _ = gathered([path])
    assert list(spectra) == ["all, T = 25 C", "all, T = 40 C", "all, T = 60 C"]
    assert [each.attrs["temperature_c"] for each in spectra.values()] == [25, 40, 60]


def test_a_table_of_samples(folder):
    table = folder / "samples.csv"
    table.write_text("file,pellet,temperature (K)\npellet_25C.csv,A,300.15\npellet_40C,A,320.15\n")
    known = samples_of(table)
    spectra, _ = gathered([folder / "pellet_*.csv"], samples=known)
    found = [each.attrs["temperature_c"] for each in spectra.values()]
    assert found == pytest.approx([27, 47])
    table.write_text("file,temperature (C)\na.csv,25\na.csv,30\n")
    with pytest.raises(PosterionError, match="line 3: the file 'a.csv' is missing or stands twice"):
        samples_of(table)
    table.write_text("file,temperature\na.csv,25\n")
    with pytest.raises(PosterionError, match="temperatures with a unit"):
        samples_of(table)


def test_a_table_of_samples_with_pellets_and_sizes(folder):
    table = folder / "samples.csv"
    table.write_text(
        "file;T (°C);pellet;thickness (mm);diameter\n"
        "a.csv;25,5;A;2,10 ± 0,02;8 mm\nb.csv;40;A;2,10 ± 0,02;8 mm\nc.csv;40;B;1,5 ± 0,02;8 mm\n"
    )
    samples = samples_of(table)
    assert samples["a.csv"] == Sample(25.5, "A", "2.1 mm ± 0.02 mm", "8.0 mm")
    first, second, other = (folder / name for name in ("a.csv", "b.csv", "c.csv"))
    assert geometry_of(samples, [first, second]) == ("2.1 mm ± 0.02 mm", "8.0 mm")
    with pytest.raises(PosterionError, match="2 pellets"):
        geometry_of(samples, [first, other])
    with pytest.raises(PosterionError, match="2 sizes"):
        geometry_of(samples, [first, folder / "unknown.csv"])
    table.write_text("file,thickness,diameter (mm)\na.csv,2.1,8\n")
    with pytest.raises(PosterionError, match="the thickness has no unit of length"):
        samples_of(table)
