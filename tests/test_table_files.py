"""Tables of conductivity against temperature, and what bad tables answer."""

import hashlib
import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from posterion.datasets.schemas.conductivity import read_table
from posterion.datasets.schemas.conductivity_points import conductivity_dataset
from posterion.datasets.schemas.conductivity_titles import conductivity_unit_of, meaning_of
from posterion.datasets.tables import text as file_text
from posterion.datasets.tables.numbers import Marks, last_digit
from posterion.errors import PosterionError


def points(table):
    """Return (K, S/cm) of each point."""
    return np.column_stack([table["temperature"], table["conductivity"]])


def holds(table, expected):
    np.testing.assert_allclose(points(table), expected, rtol=1e-12)


def refused(path, *words, **options):
    """Check that a file is refused in one line that holds the words."""
    with pytest.raises(PosterionError) as caught:
        read_table(path, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path.parent) not in message or "no such file" in message
    for word in words:
        assert word in message, message


# 25 °C and 0.31 mS/cm, 60 °C and 1.5 mS/cm.
POINTS = [[298.15, 0.31e-3], [333.15, 1.5e-3]]


# Measured tables


def test_two_electrolytes_of_madap(shared_data):
    path = shared_data("madap", "conductivity_vs_temperature.csv")
    table = read_table(path)
    assert table.sizes == {"point": 19}
    assert set(table.data_vars) == {"conductivity", "conductivity_step"}
    assert set(table.coords) == {"temperature", "experimentID"}
    assert table.attrs["source"] == "conductivity_vs_temperature.csv"
    assert table.attrs["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table["conductivity"].attrs["units"] == "S/cm"
    assert table["temperature"].attrs["units"] == "kelvin"
    # Rows 1, 10 and 19 as printed.
    holds(
        table.isel(point=[0, 9, 18]),
        [
            [253.15, 0.0015416114177471503],
            [243.15, 0.0003899114196791956],
            [333.15, 0.010553556385942933],
        ],
    )
    first, second = "PYA_25082021_BM169_1", "WOC_02112021_BM241_3"
    assert table["experimentID"].values.tolist() == [first] * 9 + [second] * 10
    assert "'temperature_degC' converted from degC to K" in table.attrs["messages"]
    assert "not used: 'resistance_ohm', 'cell_constant_per_cm'" in table.attrs["messages"]


def test_bare_table_of_madap_needs_both_units(shared_data):
    path = shared_data("madap", "for_test_arr.csv")
    refused(path, "'temp' has no unit", "temperature_unit='C' or temperature_unit='K'")
    refused(path, "'cond' has no unit", "conductivity_unit='S/cm'", temperature_unit="C")
    table = read_table(path, temperature_unit="C", conductivity_unit="S/cm")
    whole = read_table(shared_data("madap", "conductivity_vs_temperature.csv"))
    np.testing.assert_allclose(points(table), points(whole)[:9], rtol=1e-13)
    assert set(table.coords) == {"temperature"}


def test_series_from_the_literature(shared_data):
    path = shared_data("obelix", "liverpool_multi_temperature_a.csv")
    target = {"conductivity": "target"}
    refused(path, "line 1", "'temperature', 'target', 'log_target'", "columns=")
    refused(path, "'temperature' has no unit", "temperature_unit='C'", columns=target)
    table = read_table(path, temperature_unit="C", conductivity_unit="S/cm", columns=target)
    assert table.sizes["point"] == 180
    labels = {"ID", "composition", "source", "family", "ChemicalFamily"}
    assert set(table.coords) == {"temperature", *labels}
    series = set(zip(table["composition"].values, table["source"].values, strict=True))
    assert len(series) == 45
    garnet = table.isel(point=(table["ID"] == "87"))  # 200.0,0.00761
    holds(garnet, [[473.15, 0.00761]])
    np.testing.assert_allclose(garnet["conductivity_step"], [1e-5])
    assert garnet["composition"].item() == "Li6.25Ba1.25La1.75Ta2O12"
    assert garnet["ChemicalFamily"].item() == "blank"

    logs = read_table(
        path,
        temperature_unit="C",
        conductivity_unit="S/cm",
        columns={"conductivity": "log_target"},
    )
    np.testing.assert_allclose(logs["conductivity"], table["conductivity"], rtol=4e-3)
    assert "'log_target' is taken as log10" in logs.attrs["messages"]


def test_spectra_are_no_table_of_conductivities(shared_data):
    path = shared_data("madap", "impedance_spectra.csv")
    refused(path, "'freq_Hz', 'Zre_ohm', 'Zim_ohm'", "needs a column of temperatures")


# Dialects


PLAIN = "temperature_degC,conductivity_mS_per_cm\n25.0,0.31\n60.0,1.5\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace(",", "  "),
        PLAIN.replace(",", ";").replace(".", ","),
        PLAIN.replace(",", "\t").replace(".", ","),
        PLAIN + "\n\n  \n",
        PLAIN.replace("\n", ",,\n"),
        "\ufeff" + PLAIN,
        "# pellet 3, pressed at 370 MPa\n#\n" + PLAIN,
        "# " + PLAIN,
        PLAIN.replace("\n60", "\n# a comment\n60"),
        "Temperature dependence of conductivity\n" + PLAIN,
        "Temperature, conductivity, and more\n" + PLAIN,
        '"T (°C)","σ (mS cm⁻¹)"\n"25.0","0.31"\n"60.0","1.5"\n',
        "T (°C)   sigma (mS cm-1)\n25.0   0.31\n60.0   1.5\n",
        "T,sigma\n°C,mS/cm\n25.0,0.31\n60.0,1.5\n",
        "T;sigma\n[°C];[mS/cm]\n25,0;0,31\n60,0;1,5\n",
        "T (°C),sigma\n,mS/cm\n25.0,0.31\n60.0,1.5\n",
        "conductivity [mS/cm],n,T [°C]\n0.31,1,25\n1.5,2,60\n",
        "1000/T;sigma\n1/K;mS/cm\n3.354016434680530;0.31\n3.001650907999400;1.5\n",
    ],
)
def test_one_table_in_many_dialects(write, content):
    holds(read_table(write(content)), POINTS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(write, encoding):
    path = write("Größe;T (°C);Leitfähigkeit (µS/cm)\na;25,0;310\nb;60;1500\n", encoding=encoding)
    table = read_table(path)
    holds(table, POINTS)
    assert table["Größe"].values.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("header", "value", "kelvin"),
    [
        ("T [K]", "300", 300.0),
        ("T/K", "300", 300.0),
        ("T / K", "300", 300.0),
        ("temperature_K", "300", 300.0),
        ("Temperature (kelvin)", "300", 300.0),
        ("T(°C)", "300", 573.15),
        ("T (ºC)", "300", 573.15),
        ("T (℃)", "300", 573.15),
        ("T/°C", "300", 573.15),
        ("t / °C", "300", 573.15),
        ("temperature_degC", "300", 573.15),
        ("temp [degC]", "300", 573.15),
        ("Temperature (C)", "300", 573.15),
        ("Temperature in °C", "300", 573.15),
        (r"T ($^\circ$C)", "300", 573.15),
        ("temperature_degC", "-20", 253.15),
        ("1000/T (1/K)", "2.5", 400.0),
        ("1000/T (K⁻¹)", "2.5", 400.0),
        ("1000/T [K^-1]", "2.5", 400.0),
        ("1000/T (K$^{-1}$)", "2.5", 400.0),
        ("1000 K / T", "2.5", 400.0),
        ("10³/T / K^-1", "2.5", 400.0),
        ("1000/(T/K)", "2.5", 400.0),
        ("T⁻¹ (10⁻³ K⁻¹)", "2.5", 400.0),
        ("1/T (1/K)", "0.0025", 400.0),
        ("inverse temperature (1/K)", "0.0025", 400.0),
    ],
)
def test_temperature_by_its_header(write, header, value, kelvin):
    table = read_table(write(f"{header};sigma (S/cm)\n{value};0.5\n"))
    holds(table, [[kelvin, 0.5]])


@pytest.mark.parametrize(
    ("header", "value", "siemens_per_cm"),
    [
        ("conductivity_S_per_cm", "3.48e-4", 3.48e-4),
        ("sigma (mS cm⁻¹)", "0.31", 0.31e-3),
        ("sigma [mS/cm]", "0.31", 0.31e-3),
        ("sigma_mS_cm", "0.31", 0.31e-3),
        ("σ / S cm-1", "2", 2.0),
        ("σ (S·cm^-1)", "2", 2.0),
        ("σ [S.cm^{-1}]", "2", 2.0),
        ("σ/(S cm^(-1))", "2", 2.0),
        ("conductivity (µS/cm)", "2", 2e-6),
        ("conductivity (uS/cm)", "2", 2e-6),
        ("Ionic conductivity (S/m)", "2", 0.02),
        ("Total conductivity [mS/m]", "2", 2e-5),
        ("cond (dS/m)", "2", 2e-3),
        ("κ (Ω⁻¹ cm⁻¹)", "2", 2.0),
        ("σ [1/(Ω cm)]", "2", 2.0),
        ("sigma (ohm cm)^-1", "2", 2.0),
        ("log10(sigma / S cm-1)", "-3", 1e-3),
        ("log10(σ (mS/cm))", "-3", 1e-6),
        ("log σ [S/cm]", "-3.5", 3.1622776601683794e-4),
        ("lg(σ/(S·cm⁻¹))", "-3", 1e-3),
        ("ln(sigma) (S/cm)", "-2", 0.1353352832366127),
        ("log10_conductivity_S_per_cm", "-3", 1e-3),
        ("sigma T (S K cm-1)", "1", 2.5e-3),
        ("σT / S cm⁻¹ K", "1", 2.5e-3),
        ("σ·T (mS·K/cm)", "1", 2.5e-6),
        ("conductivity (K S/m)", "1", 2.5e-5),
        ("log10(σT / S K cm⁻¹)", "-1", 2.5e-4),
        ("ln(σT) (S K cm⁻¹)", "0", 2.5e-3),
    ],
)
def test_conductivity_by_its_header(write, header, value, siemens_per_cm):
    table = read_table(write(f"T (K);{header}\n400;{value}\n"))
    holds(table, [[400, siemens_per_cm]])
    messages = table.attrs["messages"]
    assert ("divided by the temperature" in messages) == (
        "K " in header or " K" in header or "·K" in header
    )
    assert ("taken as log10" in messages) == header.startswith(("log", "lg"))
    assert ("taken as ln" in messages) == header.startswith("ln")


def test_sigma_t_is_the_total_and_sigma_T_the_product(write):
    holds(read_table(write("T (K),sigma_t (S/cm)\n400,1\n")), [[400, 1.0]])
    refused(write("T (K),sigma_T (S/cm)\n400,1\n"), "'sigma_T (S/cm)'", "σT", "S K/cm")
    given = read_table(write("T (K),σT\n400,1\n"), conductivity_unit="S/cm")
    holds(given, [[400, 1 / 400]])


@pytest.mark.parametrize(
    "header",
    ["t (s)", "T-1", "electronic conductivity (S/cm)", "cell_constant_std_per_cm", "Ea (eV)"]
    + ["log_target", "login", "S cm-1", "% Error", "R", "PC_g", "target", "", "σ" * 100, "0.31"],
)
def test_headers_that_are_not_recognised(header):
    assert meaning_of(header) is None


@pytest.mark.parametrize(
    "unit", ["MS/cm", "Scm", "S", "cm", "S/cm2", "S cm2/mol", "K S K/cm", "/cm", "", "S/mm"]
)
def test_units_that_are_not_understood(unit):
    assert conductivity_unit_of(unit) is None


# What is never guessed


@pytest.mark.parametrize("header", ["T", "temp", "Temperature", "1000/T", "1/T"])
@pytest.mark.parametrize("values", [("25", "60"), ("298", "333"), ("3.35", "3.00")])
def test_temperature_without_unit_is_refused_whatever_its_size(write, header, values):
    path = write(f"{header},sigma (S/cm)\n{values[0]},0.1\n{values[1]},0.2\n")
    refused(
        path,
        "cell.csv",
        f"'{header}' has no unit",
        "temperature_unit='C' or temperature_unit='K'",
    )


def test_temperature_unit_that_is_given(write):
    path = write("T,sigma (S/cm)\n25,0.1\n")
    holds(read_table(path, temperature_unit="C"), [[298.15, 0.1]])
    holds(read_table(path, temperature_unit="degC"), [[298.15, 0.1]])
    holds(read_table(path, temperature_unit="K"), [[25, 0.1]])
    inverse = write("1000/T,sigma (S/cm)\n2.5,0.1\n")
    holds(read_table(inverse, temperature_unit="K"), [[400, 0.1]])
    refused(inverse, "'1000/T' is in K", "degC", temperature_unit="C")
    refused(path, "temperature_unit='F'", "'C' or 'K'", temperature_unit="F")


@pytest.mark.parametrize("values", ["0.31,1.5", "3.1e-4,1.5e-3", "310,1500"])
def test_conductivity_without_unit_is_refused_whatever_its_size(write, values):
    first, second = values.split(",")
    path = write(f"T (K),sigma\n300,{first}\n400,{second}\n")
    refused(path, "'sigma' has no unit", "conductivity_unit='S/cm'")
    table = read_table(path, conductivity_unit="mS/cm")
    holds(table, [[300, float(first) / 1000], [400, float(second) / 1000]])
    refused(path, "conductivity_unit='ohm'", "'S/cm'", conductivity_unit="ohm")


def test_units_that_contradict_each_other(write):
    path = write(PLAIN)
    refused(path, "'temperature_degC' is in degC", "given is K", temperature_unit="K")
    refused(path, "is in mS_per_cm", "another", conductivity_unit="S/cm")
    table = read_table(path, temperature_unit="C", conductivity_unit="mS cm-1")
    holds(table, POINTS)
    refused(write("σT (S K/cm),T (K)\n1,300\n"), "is in S K/cm", conductivity_unit="S/cm")


# Which column


def test_linear_column_wins_over_its_logarithm_and_product(write):
    path = write("T (K),log10(sigma / S cm-1),σT (S K/cm),sigma (S/cm)\n300,9,9,0.25\n")
    table = read_table(path)
    holds(table, [[300, 0.25]])
    assert (
        "conductivity: column 'sigma (S/cm)' taken, not 'σT (S K/cm)', 'log10(sigma / S cm-1)'"
        in table.attrs["messages"]
    )


def test_kelvin_celsius_and_inverse_side_by_side(write):
    table = read_table(write("1000/T (1/K),T (°C),T (K),sigma (S/cm)\n3.356,24.85,298,1\n"))
    holds(table, [[298, 1]])
    assert "'T (K)' taken, not 'T (°C)', '1000/T (1/K)'" in table.attrs["messages"]


def test_rivals_must_be_chosen(write):
    path = write("T (K),sigma_bulk (S/cm),sigma_total (S/cm)\n300,0.5,0.25\n")
    refused(path, "'sigma_bulk (S/cm)', 'sigma_total (S/cm)'", "columns={'conductivity'")
    columns = {"conductivity": "sigma_total (S/cm)"}
    holds(read_table(path, columns=columns), [[300, 0.25]])
    refused(write("T (K),temperature,sigma (S/cm)\n1,1,1\n"), "read as temperature", "columns=")
    holds(read_table(write("T (K),T_set (°C),sigma (S/cm)\n300,20,1\n")), [[300, 1]])


def test_columns_that_are_named(write):
    path = write("No.,theta (K),my value [mS/cm],spread\n7,300,0.5,0.1\n8,400,0.25,0.2\n")
    table = read_table(
        path,
        columns={
            "temperature": "theta (K)",
            "conductivity": "my value [mS/cm]",
            "conductivity_sd": "spread",
            "pellet": "No.",
        },
    )
    holds(table, [[300, 0.5e-3], [400, 0.25e-3]])
    np.testing.assert_allclose(table["conductivity_sd"], [1e-4, 2e-4])
    assert table["pellet"].values.tolist() == ["7", "8"]
    refused(path, "did you mean 'conductivity'", columns={"conductivty": "my value [mS/cm]"})
    refused(path, "'spread' twice", columns={"conductivity": "spread", "a": "spread"})
    refused(
        path,
        "'theta' as temperature",
        "did you mean 'theta (K)'",
        columns={"temperature": "theta", "conductivity": "my value [mS/cm]"},
    )


# Labels


def test_labels_of_text_and_of_numbers_that_are_names(write):
    path = write(
        "Sample ID,pellet,material,mass (mg),T (K),sigma (S/cm),note,cycle,void\n"
        "A-1,1.0,7,150,300,0.5,,3,\n"
        "A 2,2,7,151,300,0.25,first of the day,4,\n"
    )
    table = read_table(path)
    expected = {
        "Sample_ID": ["A-1", "A 2"],
        "pellet": ["1", "2"],
        "material": ["7", "7"],
        "note": ["blank", "first of the day"],
        "cycle": ["3", "4"],
    }
    labels = {name: table[name].values.tolist() for name in table.coords if name != "temperature"}
    assert labels == expected
    assert all(table[name].dims == ("point",) for name in expected)
    assert "columns not used: 'mass (mg)'" in table.attrs["messages"]


def test_labels_keep_clear_of_the_names_of_the_data(write):
    path = write("point,Sample-1,Sample 1,,T (K),sigma (S/cm)\nx,y,z,u,300,1\n")
    coords = {name: value.item() for name, value in read_table(path).coords.items()}
    assert coords == {
        "point_1": "x",
        "Sample_1": "y",
        "Sample_1_3": "z",
        "column_4": "u",
        "temperature": 300.0,
    }


def test_table_goes_to_netcdf_and_back(write, tmp_path):
    table = read_table(write("pellet;T (K);sigma (S/cm)\na;300;0.5\nb;300;0.25\n"))
    table.to_netcdf(tmp_path / "table.nc")
    with xr.open_dataset(tmp_path / "table.nc") as again:
        xr.testing.assert_identical(again.load(), table)


# Steps and errors


@pytest.mark.parametrize(
    ("text", "decimal", "step"),
    [
        ("0.31", ".", 0.01),
        ("0,31", ",", 0.01),
        ("3.48e-4", ".", 1e-6),
        ("3.48E+02", ".", 1.0),
        ("1.0D1", ".", 1.0),
        ("600", ".", 1.0),
        ("600.", ".", 1.0),
        ("600.0", ".", 0.1),
        (".5", ".", 0.1),
        ("-2.30", ".", 0.01),
        ("−2.3e−1", ".", 0.01),
        ("1e" + "9" * 5000, ".", math.inf),
    ],
)
def test_unit_in_the_last_digit(text, decimal, step):
    assert last_digit(text, Marks(decimal)) == step


@pytest.mark.parametrize(
    ("header", "value", "step"),
    [
        ("sigma (mS/cm)", "0.31", 0.01e-3),
        ("sigma (S/cm)", "3.48e-4", 1e-6),
        ("σT (S K/cm)", "0.40", 0.01 / 400),
        # One more in the last digit is 10^-2.9 or e^-1.9.
        ("log10(sigma / S cm-1)", "-3.0", 1e-3 * 0.1 * 2.302585092994046),
        ("ln(sigma / S cm-1)", "-2.0", 0.1353352832366127 * 0.1),
    ],
)
def test_step_of_a_conductivity(write, header, value, step):
    table = read_table(write(f"T (K);{header}\n400;{value}\n"))
    np.testing.assert_allclose(table["conductivity_step"], [step], rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "error", "numbers", "sd"),
    [
        ("sigma (mS/cm)", "sigma_sd (mS/cm)", "0.5;0.1", 1e-4),
        ("sigma (mS/cm)", "sigma_sd (S/cm)", "0.5;0.1", 0.1),
        ("sigma (mS/cm)", "sigma error", "0.5;0.1", 1e-4),
        ("sigma (mS/cm)", "Δσ (mS/cm)", "0.5;0.1", 1e-4),
        ("sigma (mS/cm)", "± σ (mS/cm)", "0.5;0.1", 1e-4),
        ("sigma (mS/cm)", "u(sigma)", "0.5;0.1", 1e-4),
        ("conductivity_S_per_cm", "conductivity_std_S_per_cm", "0.5;0.1", 0.1),
        ("Conductivity (S/cm)", "Error (S/cm)", "0.5;0.1", 0.1),
        ("sigma (mS/cm)", "sigma error (%)", "0.5;10", 0.5e-4),
        ("σT (S K/cm)", "σT sd (S K/cm)", "0.5;0.1", 0.1 / 400),
        ("σT (S K/cm)", "σT_err", "0.5;0.1", 0.1 / 400),
        ("log10(sigma / S cm-1)", "log10(sigma) error", "-3;0.1", 1e-3 * 0.1 * 2.302585092994046),
        ("ln(sigma / S cm-1)", "sd ln(sigma)", "-2;0.1", 0.1353352832366127 * 0.1),
        ("ln(sigma / S cm-1)", "sigma_sd (mS/cm)", "-2;0.1", 1e-4),
    ],
)
def test_error_of_the_conductivity(write, value, error, numbers, sd):
    table = read_table(write(f"T (K);{value};{error}\n400;{numbers}\n"))
    np.testing.assert_allclose(table["conductivity_sd"], [sd], rtol=1e-12)
    assert table["conductivity_sd"].attrs["units"] == "S/cm"
    assert f"conductivity_sd: column '{error}' is one standard" in table.attrs["messages"]


def test_error_without_a_clear_unit(write):
    path = write("T (K),log10(sigma / S cm-1),sigma_sd\n400,-3,0.1\n")
    refused(path, "'sigma_sd'", "without a unit")
    refused(write("1000/T (1/K),sigma (S/cm),T_sd\n3,1,0.1\n"), "'T_sd'", "not clear")
    refused(write("T (K),sigma (S/cm),T_sd (F)\n3,1,0.1\n"), "'T_sd (F)'", "not clear")


@pytest.mark.parametrize(
    "header", ["T_sd (K)", "T_err", "u(T) / K", "temperature_sd_degC", "dT (K)"]
)
def test_error_of_the_temperature(write, header):
    table = read_table(write(f"T (°C);sigma (S/cm);{header}\n25;1;0.5\n"))
    assert table["temperature_sd"].values.tolist() == [0.5]
    assert table["temperature_sd"].attrs["units"] == "kelvin"
    assert table["temperature"].values.tolist() == [298.15]


# Bad input


HEAD = "T (K),sigma (S/cm)\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ("is empty",)),
        ("\ufeff\n", ("is empty",)),
        (b"\x89PNG\r\n\x1a\n\x00\x01", ("binary file",)),
        (b"PK\x03\x04 anything", ("Excel", "CSV")),
        (HEAD, ("no row",)),
        (HEAD + "\n\n", ("no row",)),
        ("300,0.5\n310,0.6\n", ("2 columns of numbers without a header", "'temperature_degC'")),
        ("300,0.5,1\n310,0.6,2\n", ("3 columns of numbers without a header",)),
        ("just words\n", ("no table of conductivities",)),
        ("T (K),x\n300,1\n", ("line 1", "the columns found are 'T (K)', 'x'", "conductivities")),
        ("title\na,T (K),x\nb,300,1\n", ("line 2", "found are 'a', 'T (K)', 'x'")),
        ("A title, of two\na,T (K),x\nb,300,1\n", ("line 2", "found are 'a', 'T (K)', 'x'")),
        ("x,sigma (S/cm)\n300,1\n", ("'x', 'sigma (S/cm)'", "temperatures")),
        ("T (K),R (ohm)\n300,1\n", ("'R (ohm)' is a resistance", "geometry", "thickness")),
        ("T (F),sigma (S/cm)\n300,1\n", ("unit 'F'", "'T (F)'", "K or °C")),
        ("T (K),sigma (MS/cm)\n300,1\n", ("unit 'MS/cm'", "mS/cm")),
        ("1000/T (1/°C),sigma (S/cm)\n300,1\n", ("unit '1/°C'", "1/K")),
        ("T (K),T (K),sigma (S/cm)\n300,300,1\n", ("2 columns are called 'T(K)'",)),
        ("a,a,T (K),sigma (S/cm)\n1,2,300,1\n", ("2 columns are called 'a'",)),
        (HEAD + "300,0.5\n310,x\n", ("line 3, column 2 ('sigma (S/cm)')", "'x' is not a number")),
        (HEAD + "300,0.5\nroom,1\n", ("line 3, column 1 ('T (K)')", "'room' is not a number")),
        (HEAD + "300,0.5\n310,\n320,1\n", ("line 3, column 2", "a number is missing")),
        (HEAD + "300,0.5\n310,1_0\n", ("line 3", "'1_0' is not a number")),
        (HEAD + "300,0.5\n310,__import__('os')\n", ("line 3", "is not a number")),
        (HEAD + "room,n/a\n310,1\n", ("line 2, column 1", "'room' is not a number")),
        ("T (K),sigma (S/cm),note\n,,failed\n310,1,x\n", ("line 2, column 1", "missing")),
        ("T,sigma (S/cm),note\n,,failed\n310,1,x\n", ("line 2, column 1", "missing")),
        ("T (K),sigma\n°C,S/cm\n310,1\n", ("line 2, column 1", "'°C' is not a number")),
        ("T,sigma\nK,bad\n310,1\n", ("unit 'bad' of column 'sigma'",)),
        (HEAD + "300,0.5\n310\n", ("line 3", "1 cells", "2 columns")),
        (HEAD + "300,0.5\n310\n320,1\n", ("line 3", "1 cells", "2 columns")),
        (HEAD + "300,0.5\n310,0.6,7\n", ("line 3", "3 cells", "2 columns")),
        (HEAD + "300,0.5\n310,nan\n", ("line 3, column 2", "'nan'", "is nan", "positive finite")),
        (HEAD + "300,0.5\n310,inf\n", ("line 3, column 2", "'inf'", "is inf")),
        (HEAD + "300,0.5\n310,1e999\n", ("line 3, column 2", "is inf")),
        (HEAD + "300,0.5\n310,0\n", ("line 3, column 2", "'0'", "conductivity is 0 S/cm")),
        (HEAD + "300,0.5\n310,-0.2\n", ("line 3, column 2", "'-0.2'", "positive", "remove")),
        (HEAD + "300,0.5\nnan,1\n", ("line 3, column 1 ('T (K)')", "temperature is nan")),
        (HEAD + "300,0.5\ninf,1\n", ("line 3, column 1", "temperature is inf")),
        (HEAD + "300,0.5\n0,1\n", ("line 3, column 1", "0 K", "absolute zero")),
        (HEAD + "300,0.5\n-20,1\n", ("line 3, column 1", "-20 K", "unit of its column")),
        (HEAD + "300,0.5\n3300,1\n", ("line 3, column 1", "3300 K", "up to 3000 K")),
        ("T (°C),sigma (S/cm)\n-273.15,1\n", ("line 2, column 1", "'-273.15'", "0 K")),
        ("T (°C),sigma (S/cm)\n-300,1\n", ("'-300'", "-26.85 K", "-300 °C")),
        ("1000/T (1/K),sigma (S/cm)\n0,1\n", ("line 2, column 1", "'0'", "temperature is inf")),
        ("1000/T (1/K),sigma (S/cm)\n0.0033,1\n", ("line 2", "303030 K", "up to 3000 K")),
        ("T (K),log10(sigma / S cm-1)\n300,400\n", ("line 2, column 2", "'400'", "is inf")),
        ("T (K),log10(sigma / S cm-1)\n300,-400\n", ("line 2, column 2", "is 0 S/cm")),
        ("T (K),σT (S K/cm)\n0,1\n", ("line 2, column 1", "0 K")),
        ("T (K),sigma (S/cm),sigma_sd\n300,1,-0.1\n", ("column 3 ('sigma_sd')", "-0.1 S/cm")),
        ("T (K),sigma (S/cm),sigma_sd\n300,1,0\n", ("column 3", "conductivity_sd is 0")),
        ("T (K),sigma (S/cm),sigma_sd\n300,1,\n300,1,1\n", ("line 2, column 3", "missing")),
        ("T (K),sigma (S/cm),T_sd\n300,1,0\n", ("column 3 ('T_sd')", "temperature_sd is 0 K")),
        ("T (K),sigma (S/cm),T_sd\n300,1,-2\n", ("column 3", "temperature_sd is -2 K")),
        ("T (K);sigma (S/cm)\n3;0,5\n4;0.6\n5;0,7\n", ("line 3", "'0.6' is not a number")),
        (HEAD + "300," + "9" * 200_000 + "\n", ("line 2", "200004 characters")),
    ],
)
def test_bad_tables_are_refused_in_one_clear_sentence(write, content, words):
    refused(write(content), "cell.csv", *words)


def test_missing_file_and_too_large_a_file(write, tmp_path, monkeypatch):
    refused(tmp_path / "absent.csv", "absent.csv", "no such file")
    monkeypatch.setattr(file_text, "MAX_BYTES", 40)
    refused(write(PLAIN), f"has {len(PLAIN)} bytes", "limit of 40")


def test_replicates_keep_their_order(write):
    rows = [(310, 0.5), (300, 0.25), (300, 0.25), (300, 0.2)]
    content = HEAD + "".join(f"{kelvin},{sigma}\n" for kelvin, sigma in rows)
    holds(read_table(write(content)), rows)


# From arrays


def test_dataset_from_arrays():
    table = conductivity_dataset(
        [25, 60],
        [0.31, 1.5],
        temperature_unit="C",
        conductivity_unit="mS/cm",
        temperature_sd=[0.5, 0.5],
        conductivity_sd=[0.01, 0.02],
        conductivity_step=[0.01, 0.1],
        labels={"pellet": [1, 2]},
        source="notebook",
    )
    holds(table, POINTS)
    np.testing.assert_allclose(table["conductivity_sd"], [1e-5, 2e-5])
    np.testing.assert_allclose(table["conductivity_step"], [1e-5, 1e-4])
    assert table["temperature_sd"].values.tolist() == [0.5, 0.5]
    assert table["pellet"].values.tolist() == ["1", "2"]
    assert table.attrs["source"] == "notebook"
    assert len(table.attrs["sha256"]) == 64
    product = conductivity_dataset(
        [400], [1.0], temperature_unit="K", conductivity_unit="S K/cm", conductivity_sd=[0.1]
    )
    holds(product, [[400, 0.0025]])
    np.testing.assert_allclose(product["conductivity_sd"], [0.00025])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"temperature": [300.0]}, "temperature has the shape"),
        ({"temperature": [300.0, 0.0]}, "point 2: the temperature is 0 K"),
        ({"conductivity": [0.1, -0.1]}, "point 2: conductivity is -0.1 S/cm"),
        ({"conductivity": [], "temperature": []}, "shape (0,)"),
        ({"conductivity": 0.1}, "shape ()"),
        ({"conductivity": ["a", "b"]}, "conductivity has the type"),
        ({"conductivity_sd": [0.1, 0.0]}, "point 2: conductivity_sd is 0 S/cm"),
        ({"conductivity_sd": [0.1]}, "conductivity_sd has the shape"),
        ({"temperature_unit": "F"}, "expected 'C' or 'K'"),
        ({"conductivity_unit": "S"}, "conductivity_unit='S'"),
        ({"labels": {"pellet": ["a"]}}, "'pellet' needs 2 labels"),
        ({"labels": {"pellet": "ab"}}, "'pellet' needs 2 labels"),
        ({"labels": {"temperature": ["a", "b"]}}, "cannot be called 'temperature'"),
    ],
)
def test_arrays_that_cannot_be_used(arguments, words):
    usual = {"temperature": [300.0, 310.0], "conductivity": [0.1, 0.2]}
    units = {"temperature_unit": "K", "conductivity_unit": "S/cm"}
    with pytest.raises(PosterionError) as caught:
        conductivity_dataset(**{**usual, **units, **arguments})
    assert words in str(caught.value)


# A random table in a random dialect comes back


KELVIN = {
    "T [K]": lambda kelvin: kelvin,
    "temperature_degC": lambda kelvin: kelvin - 273.15,
    "Temperature (°C)": lambda kelvin: kelvin - 273.15,
    "1000/T (1/K)": lambda kelvin: 1000 / kelvin,
}
SIEMENS = {
    "conductivity_S_per_cm": lambda sigma, kelvin: sigma,
    "sigma [mS/cm]": lambda sigma, kelvin: sigma * 1000,
    "σ (µS cm⁻¹)": lambda sigma, kelvin: sigma * 1e6,
    "σ (S/m)": lambda sigma, kelvin: sigma * 100,
    "σT (S K/cm)": lambda sigma, kelvin: sigma * kelvin,
    "log10(sigma / S cm-1)": lambda sigma, kelvin: math.log10(sigma),
    "ln(σT / S K cm-1)": lambda sigma, kelvin: math.log(sigma * kelvin),
}


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.floats(10, 2500),
            st.floats(1e-15, 1e3),
            st.text("abcdefgh -+_()äΩ", min_size=1, max_size=8).map(str.strip).filter(bool),
        ),
        min_size=1,
        max_size=10,
    ),
    st.sampled_from(["\t", ";", ","]),
    st.booleans(),
    st.sampled_from(sorted(KELVIN)),
    st.sampled_from(sorted(SIEMENS)),
    st.permutations([0, 1, 2]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_round_trip_through_any_dialect(
    write, rows, delimiter, comma, t_header, s_header, order, encoding, end, title
):
    mark = "," if comma and delimiter != "," else "."
    lines = ["Conductivity of pellets, and their temperature"] if title else []

    def line(*cells):
        return delimiter.join(cells[k] for k in order)

    lines.append(line("sample", t_header, s_header))
    for kelvin, sigma, label in rows:
        numbers = (repr(KELVIN[t_header](kelvin)), repr(SIEMENS[s_header](sigma, kelvin)))
        lines.append(line(label, *(number.replace(".", mark) for number in numbers)))
    table = read_table(write(end.join([*lines, ""]), encoding=encoding))
    np.testing.assert_allclose(points(table), [row[:2] for row in rows], rtol=1e-11)
    assert table["sample"].values.tolist() == [row[2] for row in rows]
