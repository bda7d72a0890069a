"""Spectra from text tables and instrument files, and what bad files answer."""

import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from impedance import preprocessing

from posterion.datasets.schemas.spectrum import read_spectra, read_spectrum
from posterion.datasets.schemas.spectrum_titles import recognise, unit_factor
from posterion.datasets.tables import text as file_text
from posterion.errors import PosterionError


def points(spectrum):
    """Return (frequency, Z', Z'') of each point."""
    return np.column_stack([spectrum["frequency"].values, spectrum["Z"].values]).tolist()


def refused(path, *words, **options):
    """Check that a file is refused in one line that holds the words."""
    with pytest.raises(PosterionError) as caught:
        read_spectra(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path.parent) not in message or "no such file" in message
    for word in words:
        assert word in message, message


# A resistor of 100 ohm in parallel with 1 uF, 10 ohm in series: Z'' = -50 at 1/(2 pi RC) Hz.
RC = [(10000.0, 10.24742, -4.96791), (1591.549, 60.0, -50.0), (100.0, 109.60739, -6.25768)]
PLAIN = "freq_Hz,Zre_ohm,Zim_ohm\n10000,10.5,-5\n1000,60,-50.25\n10,110,-0.5\n"
PLAIN_POINTS = [[10000.0, 10.5, -5.0], [1000.0, 60.0, -50.25], [10.0, 110.0, -0.5]]


# Measured files


ORACLES = [
    ("Circuit1_EIS_1.z", "ZPlot", preprocessing.readZPlot),
    ("Circuit1_EIS_2.z", "ZPlot", preprocessing.readZPlot),
    ("exampleData.csv", "text", preprocessing.readCSV),
    ("exampleDataBioLogic.mpt", "BioLogic", preprocessing.readBioLogic),
    ("exampleDataGamry.DTA", "Gamry", preprocessing.readGamry),
    ("exampleDataGamryABORT.DTA", "Gamry", preprocessing.readGamry),
    ("exampleDataPowersuite.txt", "text", preprocessing.readPowerSuite),
    ("exampleDataVersaStudio.par", "VersaStudio", preprocessing.readVersaStudio),
    ("exampleDataZPlot.z", "ZPlot", preprocessing.readZPlot),
]


@pytest.mark.parametrize(("name", "format", "oracle"), ORACLES)
def test_same_values_as_impedance_py(shared_data, name, format, oracle):
    path = shared_data("impedance_py", name)
    spectrum = read_spectrum(path)
    f, Z = oracle(str(path))
    order = np.argsort(-f)
    assert spectrum.attrs["format"] == format
    np.testing.assert_array_equal(spectrum["frequency"], f[order])
    np.testing.assert_array_equal(spectrum["Z"][:, 0], Z.real[order])
    np.testing.assert_array_equal(spectrum["Z"][:, 1], Z.imag[order])


# File, number of points, and one point as printed in it.
LITERALS = [
    (("eisfitpython", "s04147-140deg.txt"), "text", 42, (429570.0, 50266.8, -94351.5)),
    (("eisfitpython", "s04147-200deg.txt"), "text", 40, (0.069838, 235592.0, -137609.0)),
    (("autoeis", "test_data.txt"), "text", 67, (9.9990517e-4, 5170240.5, -2345775.5)),
    (
        ("bayes_drt", "PDAC_COM3_02109_Contact10_2065C_500C.txt"),
        "Gamry",
        106,
        (0.1359484, 8638094.0, -3859126.0),
    ),
    (
        ("hybrid_drt", "PEIS_LPSCl_IonBlocking_-25C.txt"),
        "BioLogic",
        79,
        (7000018.5, 359.24146, -290.92038),
    ),
    (("impedance_analyzer", "calce-data-41.csv"), "text", 34, (409.6, 0.026113264, -0.010509357)),
    (("pydrttools", "LIB_data.txt"), "text", 107, (1.11926901, 0.129718065, -0.00827507582)),
    (("pydrttools", "LIB_data.txt"), "text", 107, (999.040405, 0.112362966, 0.00318273902)),
    (("gamry_parser", "eispot_data.dta"), "Gamry", 10, (500.1, 225.5566, -5.513721)),
    (("gamry_parser", "eispot_data.dta"), "Gamry", 10, (0.5, 226.885, -7.053867)),
    (("impedance_py", "Circuit1_EIS_1.z"), "ZPlot", 48, (31547.87, 29.071, 0.10648)),
    (("impedance_py", "exampleDataPowersuite.txt"), "text", 30, (2e6, -470.54113, -1397.7358)),
    (
        ("impedance_py", "exampleDataBioLogic.mpt"),
        "BioLogic",
        43,
        (592.91284, 63.786083, 0.49220982),
    ),
]


@pytest.mark.parametrize(("parts", "format", "n", "point"), LITERALS)
def test_values_printed_in_the_file(shared_data, parts, format, n, point):
    path = shared_data(*parts)
    spectrum = read_spectrum(path)
    assert spectrum.attrs["format"] == format
    assert spectrum.attrs["source"] == parts[-1]
    assert spectrum.attrs["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert spectrum.sizes == {"frequency": n, "part": 2}
    assert np.all(np.diff(spectrum["frequency"]) < 0)
    np.testing.assert_allclose(spectrum["Z"].sel(frequency=point[0]).values, point[1:], rtol=1e-14)


def test_every_measured_table_is_known_to_be_signed(shared_data):
    """SOURCE.md of each folder says signed: auto keeps it, also with the column negated."""
    for folder, name, delimiter, skip in (
        ("impedance_py", "exampleData.csv", ",", 0),
        ("impedance_analyzer", "calce-data-41.csv", ",", 0),
        ("pydrttools", "LIB_data.txt", None, 0),
        ("eisfitpython", "s04147-170deg.txt", None, 3),
    ):
        path = shared_data(folder, name)
        table = np.loadtxt(path, delimiter=delimiter, skiprows=skip)
        order = np.argsort(-table[:, 0])
        np.testing.assert_array_equal(read_spectrum(path)["Z"], table[order, 1:])


def test_index_column_parts_a_table_into_spectra(shared_data):
    path = shared_data("autoeis", "battery_data_even_index.csv")
    spectra = read_spectra(path)
    assert list(spectra) == [str(index) for index in range(0, 130, 2)]
    assert {spectrum.sizes["frequency"] for spectrum in spectra.values()} == {57}
    first = [9904.999, 0.17385177, -0.034207743]
    assert points(spectra["64"])[0] == first
    assert points(read_spectrum(path, which="64"))[0] == first
    assert points(read_spectrum(path, which=64))[0] == first
    with pytest.raises(PosterionError, match="holds 65 spectra; choose one with which='0'"):
        read_spectrum(path)
    with pytest.raises(PosterionError, match="no spectrum 3 among its 65"):
        read_spectrum(path, which=3)


def test_two_index_columns_and_the_temperature(shared_data):
    path = shared_data("madap", "impedance_spectra.csv")
    spectra = read_spectra(path)
    assert len(spectra) == 19
    cold = spectra["PYA_25082021_BM169_1, -20"]
    assert cold.attrs["temperature_c"] == -20
    assert points(cold)[0] == [20000.0, 3027.80785458682, -426.635566107178]
    assert cold.sizes["frequency"] == 50
    zero = read_spectrum(path, which="PYA_25082021_BM169_1, 0")
    assert points(zero)[0] == [20000.0, 1951.97074517709, -370.465349877269]
    # These labels are no integers: an integer counts.
    assert read_spectrum(path, which=0).attrs["temperature_c"] == -20
    assert list(spectra)[-1] == "WOC_02112021_BM241_3, 60"
    assert "spectrum 19 of 19" in list(spectra.values())[-1].attrs["messages"]


def test_aborted_gamry_run_is_told(shared_data):
    whole = read_spectrum(shared_data("impedance_py", "exampleDataGamry.DTA"))
    aborted = read_spectrum(shared_data("impedance_py", "exampleDataGamryABORT.DTA"))
    assert "aborted" in aborted.attrs["messages"]
    assert "aborted" not in whole.attrs["messages"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (("gamry_parser", "ocp_data.dta"), ("Gamry file without impedance", "CURVE", "EIS")),
        (("hybrid_drt", "PEIS_SSB.mpr"), ("binary BioLogic", ".mpt")),
        (("madap", "conductivity_vs_temperature.csv"), ("'resistance_ohm'", "frequency")),
        (("madap", "for_test_arr.csv"), ("line 1", "'temp', 'cond'", "frequency")),
        (("eisfitpython", "reference_Batch_EISfit_Report.txt"), ("no impedance table",)),
        (("cellpy", "20160805_test001_45_cc_01.res"), ("'Test_Time(s)'", "impedance table")),
        (("newarenda", "test_2.ndax"), ("ZIP",)),
        (("cellpy", "maccor_two.txt"), ("9 columns of numbers without a header",)),
        (("nist_strd", "BoxBOD.dat"), ("2 columns of numbers without a header",)),
    ],
)
def test_measured_files_without_a_readable_spectrum(shared_data, parts, words):
    refused(shared_data(*parts), parts[-1], *words)


# Text tables


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "   "),
        PLAIN.replace(".", "#").replace(",", ";").replace("#", ","),
        PLAIN.replace(".", "#").replace(",", "\t").replace("#", ","),
        PLAIN.replace(".", "#").replace(",", " ").replace("#", ","),
        PLAIN.replace("\n", ",\n"),
        "\n".join(PLAIN.splitlines()[1:]),
        "\n".join(PLAIN.splitlines()[1:]).replace(",", " "),
        "sep=,\n\nmeasured, by, a, person\n" + PLAIN,
        "# a comment, first\n# freq,Re(Z),Im(Z)\n" + "\n".join(PLAIN.splitlines()[1:]),
        '"Frequency (Hz)","Z\' (Ω)","Z\'\' (Ω)"\n' + "\n".join(PLAIN.splitlines()[1:]),
        "note,freq_Hz,comment,Zre_ohm,Zim_ohm\na,10000,,10.5,-5\nb,1000,x,60,-50.25\nc,10,,110,-.5",
        ",f,re,im\n0,10000,10.5,-5\n1,1000,60,-50.25\n2,10,110,-0.5",
        "f,re,im\nHz,Ohm,Ohm\n1.0E+004,10.5,-5\n1e3,60,-50.25\n1.0D1,110,-0.5",
        "f,re,im\n10000,10.5,−5\n1000,60,−50.25\n10,110,−0.5",
        "10000;10,5;-5\n1000;60;-50,25\n10;110;-0,5",
        "f / Hz; Z' / Ω; Z'' / Ω; ; \n10000;10,5;-5\n1000;60;-50,25\n10;110;-0,5;;\n\n\n",
        "ZCURVE\tTABLE\n\tPt\tTime\tFreq\tZreal\tZimag\n\t#\ts\tHz\tohm\tohm\n"
        "\t0\t1\t10000\t10.5\t-5\n\t1\t2\t1000\t60\t-50.25\n\t2\t3\t10\t110\t-.5\n",
    ],
)
def test_one_spectrum_in_many_dialects(write, content):
    assert points(read_spectrum(write(content))) == PLAIN_POINTS


def test_impedance_py_writes_what_is_read_here(tmp_path):
    f, zr, zi = np.array(RC).T
    preprocessing.saveCSV(str(tmp_path / "saved.csv"), f, zr + 1j * zi)
    np.testing.assert_array_equal(points(read_spectrum(tmp_path / "saved.csv")), RC)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]
)
def test_encodings(write, encoding):
    content = "Probe: Größe 5 µm\nFrequenz (Hz);Z' (ohm);-Z'' (ohm)\n10;1,5;2\n1;2,5;3\n"
    path = write(content, encoding=encoding)
    assert points(read_spectrum(path)) == [[10.0, 1.5, -2.0], [1.0, 2.5, -3.0]]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Freq [kHz],Z' [mOhm],Z'' [mOhm]", [7000.0, 0.003, -0.005]),
        ("Freq [MHz],Z' [MOhm],Z'' [MOhm]", [7e6, 3e6, -5e6]),
        ("Freq [mHz],Z' [MΩ],Z'' [kΩ]", [7e-3, 3e6, -5000.0]),
        ("Freq/kHz,Z'/mΩ,Z''/kOhm", [7000.0, 0.003, -5000.0]),
        ("f_kHz,Zre_mohm,Zim_kohm", [7000.0, 0.003, -5000.0]),
        ("f (GHz),Z real (µΩ),Z imag (uohm)", [7e9, 3e-6, -5e-6]),
        ("omega (rad/s),Re,Im", [7 / (2 * np.pi), 3.0, -5.0]),
        ("ω [1/s],Re(Z),Im(Z)", [7 / (2 * np.pi), 3.0, -5.0]),
    ],
)
def test_units_in_the_header(write, header, expected):
    spectrum = read_spectrum(write(f"{header}\n7,3,-5\n1,4,-6\n"))
    np.testing.assert_allclose(points(spectrum)[0], expected, rtol=1e-15)
    if "omega" not in header and "ω" not in header:
        assert "converted from" in spectrum.attrs["messages"]


@pytest.mark.parametrize(
    ("phases", "header"),
    [
        (("-30", "-60"), "Phase(Z)/deg"),
        (("30", "60"), "-Phase (°)"),
        (("-0.5235987755982988", "-1.0471975511965976"), "theta [rad]"),
        (("-30", "-60"), "Zphz"),
    ],
)
def test_modulus_and_phase(write, phases, header):
    path = write(f"freq/Hz,|Z|/kOhm,{header}\n10,2,{phases[0]}\n1,2,{phases[1]}\n")
    expected = [[10, 2000 * np.sqrt(3) / 2, -1000], [1, 1000, -2000 * np.sqrt(3) / 2]]
    np.testing.assert_allclose(points(read_spectrum(path)), expected, rtol=1e-12)


def test_real_and_imaginary_part_win_over_modulus_and_phase(write):
    path = write("f,|Z|,phase,re,im\n10,99,-9,1,-2\n1,99,-9,3,-4\n")
    assert points(read_spectrum(path)) == [[10, 1, -2], [1, 3, -4]]


@pytest.mark.parametrize(
    ("header", "role", "unit", "negated"),
    [
        ("Freq.[Hz]", "frequency", "Hz", False),
        ("Zs''[ohm]", "imag", "ohm", False),
        ("-Im(Z)/Ohm", "imag", "Ohm", True),
        ("−Z″ (Ω)", "imag", "Ω", True),
        ("Z''(b)", "imag", "", False),
        ("Z'(a)", "real", "", False),
        ("-Z'' / kOhm", "imag", "kOhm", True),
        ("minus_Zimag", "imag", "", True),
        ("Z′ [Ohm]", "real", "Ohm", False),
        ("Re(Z), ohm", "real", "ohm", False),
        ("|Z|/Ohm", "modulus", "Ohm", False),
        ("Phase(Z)/deg", "phase", "deg", False),
        ("cycle number", "index", "", False),
        ("temperature_degC", "temperature", "degC", False),
        ("T (K)", "temperature", "K", False),
        ("Z' (ohm cm2)", "real", "ohm cm2", False),
    ],
)
def test_headers_that_are_recognised(header, role, unit, negated):
    column = recognise(header)
    assert column is not None
    assert (column.role, column.unit, column.negated) == (role, unit, negated)


@pytest.mark.parametrize(
    "header",
    ["time/s", "t/s", "T", "t (K)", "Zreal_fit", "cell_voltage", "cycle time (s)", "Ewe/V", ""]
    + ["Cs/µF", "log10(Y)", "R", "freq_mhz", "-freq", "Index", "Z2 Real", "f" * 100],
)
def test_headers_that_are_not(header):
    assert recognise(header) is None


@pytest.mark.parametrize(
    ("unit", "role", "factor"),
    [
        ("mHz", "frequency", 1e-3),
        ("MHz", "frequency", 1e6),
        ("mhz", "frequency", None),
        ("MHZ", "frequency", None),
        ("KHZ", "frequency", 1e3),
        ("mohm", "real", 1e-3),
        ("Mohm", "real", 1e6),
        ("MOHM", "real", None),
        ("Ω", "real", 1.0),
        ("\u2126", "real", 1.0),
        ("ohm cm²", "real", None),
        ("Hz", "real", None),
        ("S", "imag", None),
    ],
)
def test_units(unit, role, factor):
    assert unit_factor(unit, role) == factor


# The sign of Z''


def table(rows, header="freq_Hz,Zre_ohm,Zim_ohm"):
    return "\n".join([header, *(",".join(repr(float(x)) for x in row) for row in rows)])


def test_header_that_says_minus(write):
    spectrum = read_spectrum(write(table([(10, 1, 2), (1, 3, 4)], "f,Re(Z)/Ohm,-Im(Z)/Ohm")))
    assert points(spectrum) == [[10, 1, -2], [1, 3, -4]]
    assert "Z'' column '-Im(Z)/Ohm' negated: its header says minus" in spectrum.attrs["messages"]
    assert "unusual" not in spectrum.attrs["messages"]


def test_header_that_says_minus_of_data_that_gainsay_it(write):
    spectrum = read_spectrum(write(table([(10, 1, -2), (1, 3, -4)], "f,Z',-Z''")))
    assert points(spectrum) == [[10, 1, 2], [1, 3, 4]]
    assert "2 of 2 values are positive, unusual" in spectrum.attrs["messages"]


def test_positive_column_is_taken_as_minus(write):
    flipped = [(f, real, -imag) for f, real, imag in RC]
    spectrum = read_spectrum(write(table(flipped)))
    assert points(spectrum) == [list(point) for point in RC]
    assert "'Zim_ohm' negated: 3 of 3 values are positive" in spectrum.attrs["messages"]
    kept = read_spectrum(write(table(RC)))
    assert points(kept) == [list(point) for point in RC]
    assert "taken as written: 3 of 3 values are negative" in kept.attrs["messages"]


@pytest.mark.parametrize("header", ["f,re,im", "f,re,-im"])
def test_sign_given_overrides_header_and_data(write, header):
    path = write(table(RC, header))
    as_written = read_spectrum(path, sign="as_written")
    negated = read_spectrum(path, sign="negated")
    assert points(as_written) == [list(point) for point in RC]
    np.testing.assert_array_equal(negated["Z"][:, 1], -as_written["Z"][:, 1])
    assert "because sign='negated' was given" in negated.attrs["messages"]


@pytest.mark.parametrize("flip", [1, -1])
def test_mostly_inductive_sweep_keeps_its_sign_by_the_slope_of_the_real_part(write, flip):
    """0.02 ohm + 1 uH + (0.1 ohm parallel to 1 F): 21 of 30 points are inductive."""
    f = np.concatenate([np.geomspace(0.1, 50, 9), np.geomspace(1e3, 1e5, 21)])
    Z = 0.02 + 2j * np.pi * f * 1e-6 + 0.1 / (1 + 2j * np.pi * f * 0.1)
    assert np.sum(Z.imag > 0) == 21
    path = write(table(np.column_stack([f, Z.real, flip * Z.imag])))
    spectrum = read_spectrum(path)
    np.testing.assert_array_equal(spectrum["Z"][:, 1], Z.imag[::-1])
    assert "ambiguous" in spectrum.attrs["messages"]


def test_undecided_sweep_says_so(write):
    rows = [(1000, 5, 2), (100, 5, 1), (10, 5, -1), (1, 5, -2), (0.1, 5, -3)]
    spectrum = read_spectrum(write(table(rows)))
    assert points(spectrum) == [list(row) for row in rows]
    assert "3 of 5 values are negative; ambiguous" in spectrum.attrs["messages"]


def test_one_file_has_one_sign(write):
    """The second sweep is inductive throughout; the column is decided as a whole."""
    rows = [(1, *point) for point in RC * 1] + [(2, 1e5, 1.0, 0.5), (2, 1e6, 1.0, 5.0)]
    spectra = read_spectra(write(table(rows, "cycle,f,re,im")))
    assert points(spectra["2"]) == [[1e6, 1.0, 5.0], [1e5, 1.0, 0.5]]
    assert "3 of 5 values" in spectra["2"].attrs["messages"]


def test_wrong_sign_argument(write):
    refused(write(PLAIN), "sign='plus'", "as_written", sign="plus")


# Several spectra


def test_cycles_and_choice(write):
    rows = [(1.0, 10, 1, -2), (1.0, 1, 3, -4), (2.0, 10, 5, -6), (2.0, 1, 7, -8)]
    path = write(table(rows, "cycle number,f,re,im"))
    assert list(read_spectra(path)) == ["1", "2"]
    assert points(read_spectrum(path, which=2)) == [[10, 5, -6], [1, 7, -8]]
    assert points(read_spectrum(path, which="1")) == [[10, 1, -2], [1, 3, -4]]
    with pytest.raises(PosterionError, match="2 spectra; choose one with which='1'"):
        read_spectrum(path)
    with pytest.raises(PosterionError, match="no spectrum 0"):
        read_spectrum(path, which=0)


def test_one_spectrum_can_be_chosen_by_the_stem_of_its_file(write):
    path = write(PLAIN, "pellet.txt")
    assert list(read_spectra(path)) == ["pellet"]
    assert points(read_spectrum(path, which="pellet")) == PLAIN_POINTS
    assert points(read_spectrum(path, which=0)) == PLAIN_POINTS
    with pytest.raises(PosterionError, match="no spectrum 1"):
        read_spectrum(path, which=1)


def test_constant_and_counting_columns_part_nothing(write):
    rows = [(7, 1, 10, 1, -2), (7, 2, 1, 3, -4)]
    spectra = read_spectra(write(table(rows, "cell,measurement,f,re,im")))
    assert list(spectra) == ["cell"]  # the stem of cell.csv
    assert points(spectra["cell"]) == [[10, 1, -2], [1, 3, -4]]


def test_logged_temperature_is_no_index(write):
    rows = [(298.15, 100, 1, -2), (298.15, 10, 1, -2), (299.15, 1, 3, -4), (300.15, 0.1, 3, -4)]
    spectrum = read_spectrum(write(table(rows, "T/K,f,re,im")))
    assert spectrum.sizes["frequency"] == 4
    assert spectrum.attrs["temperature_c"] == 25.5
    assert "logged from 25 to 27 degC" in spectrum.attrs["messages"]


def test_temperature_of_one_sweep_parts_nothing(write):
    """No frequency recurs, or one does but a temperature stands for too few points."""
    halves = [(t, f, t, -f) for t, fs in ((20, (6, 5, 4)), (21, (3, 2, 1))) for f in fs]
    assert points(read_spectrum(write(table(halves, "T/°C,f,re,im"))))[-1] == [1, 21, -1]
    drift = [(20, 3, 1, -1), (20, 2, 1, -2), (20, 1, 1, -3), (21, 1, 1, -3)]
    spectrum = read_spectrum(write(table(drift, "T/°C,f,re,im")))
    assert points(spectrum) == [[3, 1, -1], [2, 1, -2], [1, 1, -3]]


def test_temperature_parts_where_frequencies_recur(write):
    rows = [(t, f, t, -f) for t in (20, 40) for f in (100, 10, 1)]
    spectra = read_spectra(write(table(rows, "Temperature (°C),f,re,im")))
    assert list(spectra) == ["20", "40"]
    assert spectra["40"].attrs["temperature_c"] == 40


# Instrument files


BIOLOGIC = (
    "EC-Lab ASCII FILE\nNb header lines : 5\n\nµ settings\n"
    "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\tcycle number\t\n"
)
GAMRY = (
    "EXPLAIN\nTAG\tEISPOT\nZCURVE\tTABLE\n\tPt\tTime\tFreq\tZreal\tZimag\n\t#\ts\tHz\tohm\tohm\n"
    "\t0\t1\t100\t10.5\t-2.5\n\t1\t2\t10\t20\t-3\n"
)
ZPLOT = (
    "ZPLOT2 ASCII\n  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\nEnd Comments\n"
    "100\t0.1\t0\t1\t10.5\t-2.5\t0\n10\t0.1\t0\t1\t20\t-3\t0\n"
)
VERSASTUDIO = (
    "<Application>\nName=VersaStudio\n</Application>\nSegments=0\nSegments=1\n<Segment1>\nType=2\n"
    "Definition=Segment #, Point #, E(V), I(A), Elapsed Time(s), ADC Sync Input(V), Current Range,"
    " Status, E Applied(V), Frequency(Hz), E Real, E Imag, I Real, I Imag, Z Real, Z Imag\n"
    "0,0,0,0,1,0,5,53,0,100,0,0,0,0,10.5,-2.5\n0,1,0,0,1,0,5,53,0,10,0,0,0,0,20,-3\n</Segment1>\n"
)
INSTRUMENT_POINTS = [[100.0, 10.5, -2.5], [10.0, 20.0, -3.0]]


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (BIOLOGIC + "1E2\t10.5\t2.5\t1\n1E1\t20\t3\t1\n", "BioLogic"),
        (BIOLOGIC + "1E2\t10,5\t2,5\t1\n1E1\t20\t3\t1\n", "BioLogic"),
        (BIOLOGIC + "0\t0\t0\t1\n1E2\t10.5\t2.5\t1\n1E1\t20\t3\t1\n", "BioLogic"),
        (GAMRY, "Gamry"),
        (GAMRY.replace("10.5\t-2.5", "10,5\t-2,5"), "Gamry"),
        (GAMRY + "FRACURVE\tTABLE\n\tPt\tT\n\t0\t1\n", "Gamry"),
        (ZPLOT, "ZPlot"),
        (ZPLOT.replace("\t", ", "), "ZPlot"),
        (ZPLOT.replace("\t", ","), "ZPlot"),
        (VERSASTUDIO, "VersaStudio"),
    ],
)
def test_instrument_files_in_small(write, content, format):
    for ending, encoding in ((".dat", "utf-8"), (".txt", "latin-1")):
        spectrum = read_spectrum(write(content, "cell" + ending, encoding))
        assert spectrum.attrs["format"] == format
        assert points(spectrum) == INSTRUMENT_POINTS
        assert f"the convention of {format} files" in spectrum.attrs["messages"]
        if "10,5" in content:
            assert "decimal commas" in spectrum.attrs["messages"]
        if "0\t0\t0\t1\n1E2" in content:
            assert "1 row(s) at 0 Hz dropped" in spectrum.attrs["messages"]


@pytest.mark.parametrize(
    ("content", "factor"),
    [
        (GAMRY.replace("ohm", "kohm"), 1000.0),
        (GAMRY.replace("Zimag", "-Zimag").replace("-2.5", "2.5").replace("-3", "3"), 1.0),
        (
            ZPLOT.replace("Z'(a)\tZ''(b)", "Z''(b)\tZ'(a)")
            .replace("10.5\t-2.5", "-2.5\t10.5")
            .replace("20\t-3", "-3\t20"),
            1.0,
        ),
    ],
)
def test_titles_of_an_instrument_say_unit_sign_and_order(write, content, factor):
    found = points(read_spectrum(write(content)))
    assert found == [[f, factor * real, factor * imag] for f, real, imag in INSTRUMENT_POINTS]


def test_instruments_do_not_guess_the_sign(write):
    inductive = GAMRY.replace("-2.5", "2.5").replace("-3", "3")
    assert points(read_spectrum(write(inductive))) == [[100, 10.5, 2.5], [10, 20, 3]]
    given_sign = read_spectrum(write(inductive), sign="negated")
    assert points(given_sign) == INSTRUMENT_POINTS


def test_cycles_of_a_biologic_file(write):
    rows = "1E2\t10.5\t2.5\t{0}\n1E1\t20\t3\t{0}\n1E2\t11\t4\t{1}\n1E1\t21\t5\t{1}\n"
    path = write(BIOLOGIC + rows.format("1.0E+000", "2.0E+000"), "cell.mpt", "latin-1")
    spectra = read_spectra(path)
    assert list(spectra) == ["1", "2"]
    assert points(spectra["1"]) == INSTRUMENT_POINTS
    assert points(read_spectrum(path, which=2)) == [[100, 11, -4], [10, 21, -5]]


def test_several_curves_of_a_gamry_file(write):
    again = GAMRY[GAMRY.index("ZCURVE") :].replace("10.5", "11")
    spectra = read_spectra(write(GAMRY + again))
    assert list(spectra) == ["ZCURVE", "ZCURVE (2)"]
    assert points(spectra["ZCURVE"]) == INSTRUMENT_POINTS
    assert points(spectra["ZCURVE (2)"])[0] == [100, 11, -2.5]


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (BIOLOGIC + "1E2\t10.5\t2.5\t1\n1E1\t20\t3\t1\n1E0\t30", "line 8"),
        (GAMRY + "\t2\t3\t1\t3", "line 8"),
        (ZPLOT + "1\t0.1\t0\t", "line 6"),
        (VERSASTUDIO.replace("</Segment1>\n", "0,2,0,0,1,0,5,53,0,1,0,0"), "line 11"),
        ("f,re,im\n100,10.5,-2.5\n10,20,-3\n1,3", "line 4"),
        ("100 10.5 -2.5\n10 20 -3\n1", "line 3"),
    ],
)
def test_incomplete_last_line_is_dropped_and_told(write, content, end):
    spectrum = read_spectrum(write(content))
    assert points(spectrum) == INSTRUMENT_POINTS
    assert f"incomplete last {end} dropped" in spectrum.attrs["messages"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BIOLOGIC[:40], ("cut off within the header",)),
        (BIOLOGIC.replace(": 5", ": 99"), ("cut off within the header",)),
        (BIOLOGIC, ("without rows", "truncated")),
        (BIOLOGIC.replace("-Im(Z)", "Ewe"), ("holds no impedance", "'Ewe/Ohm'")),
        (BIOLOGIC + "1E2\t10.5\tx\t1\n1\t2\t3\t4\n", ("line 6", "column 3", "'-Im(Z)/Ohm'", "'x'")),
        (BIOLOGIC + "1E2\t10.5\t1\t1\n1\tNaN\t3\t1\n", ("line 7", "Z' is nan")),
        (GAMRY[: GAMRY.index("\t0\t1")], ("without rows", "truncated")),
        (GAMRY[: GAMRY.index("\t#")], ("holds no impedance",)),
        (GAMRY.replace("Freq", "Omega"), ("unit 'Hz'", "'Omega (Hz)'")),
        (GAMRY.replace("\t10\t20\t-3", "\t10\tabc\t-3"), ("line 7", "'abc' is not a number")),
        (GAMRY.replace("\t10\t20", "\t100\t20"), ("line 6 and 7", "two different")),
        (VERSASTUDIO[: VERSASTUDIO.index("<Segment1>")], ("without a measured segment",)),
    ],
)
def test_damaged_instrument_files(write, content, words):
    refused(write(content), "cell.csv", *words)


# Bad input


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("is empty",)),
        (" \n\n", ("is empty",)),
        ("\ufeff", ("is empty",)),
        (b"f,re,im\n1,2,\x00\n", ("binary file",)),
        (b"\x89PNG\r\n\x1a\n\x00\x01", ("binary file",)),
        (b"\x7fELF\x02\x01\x01garbage\xff\xfe", ("binary file",)),
        (b"\xff\xfef\x00,\x00x", ("UTF-16",)),
        (b"PK\x03\x04 anything", ("Excel", "CSV")),
        ("1\n2\n3\n", ("one column", "frequency, Z', Z''")),
        ("1,2\n2,3\n3,4\n", ("2 columns", "header")),
        ("1,2,3,4\n2,3,4,5\n", ("4 columns", "header")),
        ("just some words\nand more of them\n", ("no impedance table",)),
        ("time,voltage,current\n1,2,3\n2,3,4\n", ("line 1", "'time', 'voltage', 'current'")),
        ("# time,voltage,current\n1,2,3\n2,3,4\n", ("line 1", "'time', 'voltage', 'current'")),
        ("freq,Zreal\n1,2\n2,3\n", ("'freq', 'Zreal'", "Zim_ohm")),
        ("freq_mhz,Zre,Zim\n1,2,3\n2,3,4\n", ("'freq_mhz'", "frequency")),
        ("f [mhz],Zre,Zim\n1,2,3\n2,3,4\n", ("unit 'mhz'", "mHz", "MHz")),
        ("f,Z' (ohm cm2),Z'' (ohm cm2)\n1,2,3\n2,3,4\n", ("unit 'ohm cm2'", "area")),
        ("f,Z',Zreal,Z''\n1,2,3,4\n2,3,4,5\n", ("'Z'', 'Zreal'", "real", "keep one")),
        ("f,re,im\n", ("no row",)),
        ("f,re,im\n1,2,-3\n", ("has 1 point",)),
        ("f,re,im\n1,2,-3\n2,x,-3\n3,4,-5\n", ("line 3", "column 2 ('re')", "'x' is not a number")),
        ("f,re,im\r\r\n1,2,-3\r\r\n2,x,-3\r\r\n", ("line 3", "'x' is not a number")),
        ("f,re,im\n1,2,-3\n2,,-3\n3,4,-5\n", ("line 3", "column 2 ('re')", "missing")),
        ("f,re,im\n1,2,-3\n2,3\n3,4,-5\n", ("line 3", "2 cells", "3 columns")),
        ("f,re,im\n1,2,-3\n2,3,-4,5\n3,4,-5\n", ("line 3", "4 cells", "3 columns")),
        ("f re im\n1 2 -3\n2 3\n3 4 -5\n", ("line 3", "2 cells", "3 columns")),
        ("1,5,2,3\n2,5,3,4\n", ("4 columns",)),
        ("f,re,im\n1,5,2,5,-3,5\n2,5,2,5,-3,5\n", ("line 2", "6 cells")),
        ("1 2 -3\n2 3 -4\nx 4 -5\n", ("line 3", "column 1 ('frequency')", "'x'")),
        ("x 2 -3\n2 3 -4\n3 4 -5\n", ("line 1", "column 1 ('frequency')", "'x'")),
        ("f,re,im\n1,2,-3\n2,nan,-3\n", ("line 3", "Z' is nan")),
        ("f,re,im\n1,2,-3\n2,3,-inf\n", ("line 3", "Z'' is -inf")),
        ("f,re,im\n1,2,-3\n2,3,1e999\n", ("line 3", "Z'' is", "inf")),
        ("f,re,im\n1,2,-3\n-2,3,-1\n", ("line 3", "-2 Hz", "positive")),
        ("f,re,im\n1,2,-3\n3,3,-4\n1,3,-1\n", ("line 2 and 4", "two different", "'spectrum'")),
        ("f,re,im\n1,2,-3\n2,__import__('os'),-1\n", ("line 3", "is not a number")),
        ("f,re,im\n1,1_0,-3\n2,3,-1\n", ("line 2", "'1_0' is not a number")),
        ("f,re,im\n1," + "9" * 200_000 + "x,-3\n2,3,-1\n", ("line 2", "200006 characters")),
        ("f,re,im\n1," + "9" * 90_000 + "x,-3\n2,3,-1\n", ("line 2", "is not a number")),
        (" " * 90_000 + "x\n", ("no impedance table",)),
        ("f,Z [Mohm],phase\n1,1e308,-3\n2,3,-1\n", ("line 2", "Z' is inf")),
        ("f,Z,phase\n1,inf,-3\n2,3,-1\n", ("line 2", "Z' is inf")),
    ],
)
def test_bad_files_are_refused_in_one_clear_sentence(write, content, words):
    path = write(content)
    refused(path, "cell.csv", *words)


def test_missing_file_and_directory(tmp_path):
    refused(tmp_path / "absent.csv", "absent.csv", "no such file")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "folder is a directory")


def test_too_large_a_file_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(file_text, "MAX_BYTES", 50)
    refused(write(PLAIN), f"has {len(PLAIN)} bytes", "limit of 50")
    monkeypatch.setattr(file_text, "MAX_BYTES", len(PLAIN))
    assert points(read_spectrum(write(PLAIN))) == PLAIN_POINTS


def test_exact_duplicates_are_told(write):
    spectrum = read_spectrum(write(PLAIN + "1000,60,-50.25\n"))
    assert points(spectrum) == PLAIN_POINTS
    assert "exact duplicates dropped: 1 point(s)" in spectrum.attrs["messages"]


# A random spectrum in a random dialect comes back


FREQUENCY = {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "mHz": 1e-3}
OHM = {"ohm": 1.0, "Ohm": 1.0, "Ω": 1.0, "kΩ": 1e3, "mohm": 1e-3, "MOhm": 1e6}
SPELLINGS = [
    ("freq", "Zreal", "Zimag"),
    ("Frequency", "Z'", "Z''"),
    ("f", "Re(Z)", "Im(Z)"),
    ("Freq.", "Zs'", "Zs''"),
]


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**9).map(lambda k: k / 1000),
            st.floats(1e-6, 1e9),
            st.floats(1e-6, 1e9),
        ),
        min_size=2,
        max_size=12,
        unique_by=lambda point: point[0],
    ),
    st.sampled_from(["\t", ";", ",", "  "]),
    st.booleans(),
    st.sampled_from(SPELLINGS),
    st.sampled_from(sorted(FREQUENCY)),
    st.sampled_from(sorted(OHM)),
    st.sampled_from(["{} [{}]", "{} ({})", "{}/{}", "{}_{}"]),
    st.sampled_from(["plain", "says minus", "flipped"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_round_trip_through_any_dialect(
    write, sweep, delimiter, comma, names, hz, ohm, style, sign, encoding, end, title
):
    names = [*names[:2], "-" + names[2]] if sign == "says minus" else names
    units = (hz, ohm, ohm)
    comma = comma and delimiter != ","
    lines = ["a title with 3 words; and, punctuation"] if title else []
    lines.append(delimiter.join(style.format(*pair) for pair in zip(names, units, strict=True)))
    for f, real, imag in sweep:
        cells = [repr(f / 1000), repr(real), repr(-imag if sign == "plain" else imag)]
        lines.append(delimiter.join(cells).replace(".", "," if comma else "."))
    spectrum = read_spectrum(
        write(end.join([*lines, ""]), encoding=encoding),
        sign={"plain": "as_written", "says minus": "auto", "flipped": "negated"}[sign],
    )
    expected = sorted(
        ((f / 1000 * FREQUENCY[hz], real * OHM[ohm], -imag * OHM[ohm]) for f, real, imag in sweep),
        reverse=True,
    )
    np.testing.assert_allclose(points(spectrum), expected, rtol=1e-14)
