"""Files that were once read wrongly: their numbers, or a refusal that names place and remedy."""

import numpy as np
import pytest

import posterion as po
from posterion import PosterionError


def spectrum(freq, real, imag):
    return np.column_stack([freq, real, imag])


def points(dataset):
    return np.column_stack([dataset["frequency"], dataset["Z"]])


def messages(dataset):
    return str(dataset.attrs["messages"])


def refused(read, path, *words, **options):
    with pytest.raises(PosterionError) as caught:
        read(path, **options)
    said = str(caught.value)
    assert "\n" not in said and said[-1] in ".?"
    for word in words:
        assert word in said, said


def written(values):
    return [tuple(f"{cell:.9g}" for cell in row) for row in values]


def arc(n=12):
    f = np.logspace(5, 0, n)
    Z = 10 + 90 / (1 + 1j * f / 300)
    return [(f"{a:.6g}", f"{z.real:.6g}", f"{z.imag:.6g}") for a, z in zip(f, Z, strict=True)]


def numbers(rows):
    return np.array([[float(cell) for cell in row] for row in rows])


def csv(header, rows, delimiter=",", end="\n"):
    return "\n".join([header, *(delimiter.join(row) for row in rows)]) + end


# Marks of decimals and thousands

THOUSANDS = [
    ("100,000", "1,515", "-1,489"),
    ("50,000", "2,092", "-2,706"),
    ("5,000", "11,019", "-4,257"),
]


def test_a_comma_before_three_digits_throughout_is_asked_for(write):
    path = write(csv("Frequency (Hz)\tZ' (ohm)\tZ'' (ohm)", THOUSANDS, "\t"))
    refused(
        po.read_spectrum, path, "'100,000' is 100 with decimal commas", "100000 with commas",
        "dialect=po.Dialect(decimal=',') or", "dialect=po.Dialect(decimal='.')",
    )  # fmt: skip
    large = po.read_spectrum(path, dialect=po.Dialect(decimal="."))
    np.testing.assert_array_equal(points(large)[0], [100000, 1515, -1489])
    assert "commas between thousands" in messages(large)
    np.testing.assert_array_equal(
        points(po.read_spectrum(path, dialect=po.Dialect(thousands=","))), points(large)
    )
    small = po.read_spectrum(path, dialect=po.Dialect(decimal=","))
    np.testing.assert_allclose(points(small)[0], [100, 1.515, -1.489])


@pytest.mark.parametrize(
    ("cell", "value", "other"),
    [("0,351", 0.351, 2.5), ("12,5", 12.5, 2.5), ("1234,567", 1234.567, 2.5)]
    + [("1,234,567", 1234567.0, 2500.0), ("1,234.5", 1234.5, 2500.0), ("1.234,5", 1234.5, 2.5)]
    + [("1,5e-3", 0.0015, 2.5), ("1 234,5", 1234.5, 2.5), ("1\u202f234,5", 1234.5, 2.5)]
    + [("0.5", 0.5, 2500.0), ("1’234,5", 1234.5, 2.5)],
)
def test_one_number_decides_for_the_whole_file(write, cell, value, other):
    """The ambiguous 2,500 is read as the other number says."""
    rows = [("1000", "2,500", "-2"), ("100", cell, "-3"), ("10", "3", "-4")]
    found = points(po.read_spectrum(write(csv("f (Hz);Zre (ohm);Zim (ohm)", rows, ";"))))
    assert found[:, 1].tolist() == [other, value, 3.0]


def test_apostrophes_between_thousands(write):
    rows = [("1'000", "2'500.5", "-2"), ("100", "12", "-3")]
    found = points(po.read_spectrum(write(csv("f;re;im", rows, ";"))))
    assert found[0].tolist() == [1000, 2500.5, -2]


def test_thousands_in_conductivities_and_capacities(write):
    sigma = csv("T (C)\tsigma (uS/cm)", [("25", "820"), ("40", "1,240"), ("55", "2,310")], "\t")
    refused(po.read_table, write(sigma), "'1,240' is 1.24", "decimal=")
    read = po.read_table(write(sigma), dialect=po.Dialect(thousands=","))
    np.testing.assert_allclose(read["conductivity"], [8.2e-4, 1.24e-3, 2.31e-3])
    fade = csv("cycle;capacity (mAh/g)", [("1", "1,000"), ("2", "994"), ("3", "990")], ";")
    refused(po.read_cycling, write(fade), "'1,000' is 1 with", "decimal=")


def test_a_decimal_point_with_three_digits_is_one(write):
    rows = [("100.000", "1.515", "-1.489"), ("50.000", "2.092", "-2.706")]
    found = points(po.read_spectrum(write(csv("f\tre\tim", rows, "\t"))))
    np.testing.assert_array_equal(found[0], [100, 1.515, -1.489])


@pytest.mark.parametrize("given", [{"decimal": ";"}, {"thousands": "x"}, {"delimiter": "?"}])
def test_a_dialect_that_is_none_is_refused(given):
    with pytest.raises(PosterionError, match="expected one of"):
        po.Dialect(**given)


def test_a_delimiter_can_be_said(write):
    path = write("f/Hz;re;im\n100,5;1;-2\n10,5;3;-4\n")
    found = po.read_spectrum(path, dialect=po.Dialect(delimiter="semicolon"))
    np.testing.assert_array_equal(points(found)[0], [100.5, 1, -2])
    refused(po.read_spectrum, path, dialect=po.Dialect(delimiter="tab"))


# Header and width


def test_a_header_in_one_pair_of_quotes(write):
    rows = [(*row, "0.0") for row in arc()]
    path = write(csv("\"  Freq(Hz)    Z'(a)    Z''(b)    GD\"", rows, ", "))
    np.testing.assert_array_equal(points(po.read_spectrum(path)), numbers(arc()))


def test_rows_narrower_than_the_header_are_refused(write):
    header = "Point,Frequency (Hz),Z real (ohm),Z imag (ohm),Phase (deg)"
    narrow = csv(header, [(*row, "-20.5") for row in arc()])
    refused(po.read_spectrum, write(narrow), "line 2: 4 cells where the table has 5 columns")
    rows = [(f, re, im, "9.5") for f, re, im in arc()]
    rows[6] = (rows[6][0], *rows[6][2:])
    ragged = csv("Frequency (Hz),Z real (ohm),Z imag (ohm),|Z| (ohm)", rows)
    refused(po.read_spectrum, write(ragged), "line 8: 3 cells where the table has 4 columns")


def test_a_row_may_lack_a_remark_at_its_end(write):
    rows = [(*row, "good") for row in arc()]
    rows[3] = rows[3][:3]
    found = po.read_spectrum(write(csv("f,Zre,Zim,remark", rows)))
    np.testing.assert_array_equal(points(found), numbers(arc()))


@pytest.mark.parametrize("first", [",no", "a,no"])
def test_a_short_first_row_of_limits(write, first):
    path = write(f"cell,cycles,running\n{first}\nb,120,no\nc,200,yes\n")
    refused(po.read_limits, path, "line 2: 2 cells where the table has 3 columns")


# Comments and units


def test_cells_that_begin_with_a_hash_are_rows(write):
    sigma = "pellet,temperature (C),conductivity (S/cm)\n" + "".join(
        f"{mark}{pellet},{t},{t}e-5\n" for mark in "#%" for pellet in (1, 2) for t in (25, 40)
    )
    read = po.read_table(write(sigma))
    assert read["pellet"].values.tolist() == [p for p in ("#1", "#2", "%1", "%2") for _ in range(2)]
    mixed = po.read_table(write(sigma.replace("#2", "B")))
    assert mixed.sizes["point"] == 8
    cells = "cell,cycle,capacity (Ah)\n#1,1,2.5\n#1,2,2.4\nC3,1,2.6\nC3,2,2.5\n"
    assert po.read_cycling(write(cells)).sizes["point"] == 4
    growth = "cell,cycle,resistance (ohm)\n#1,0,120.4\n#1,6,134.8\nb,0,111.0\n"
    assert po.read_growth(write(growth)).sizes["point"] == 3
    limits = "cell,cycles,running\n#1,120,no\n#2,200,yes\nC4,90,no\n"
    assert po.read_limits(write(limits)).sizes["point"] == 3
    compare = "pellet,coating,sigma (mS/cm)\n#1,bare,0.31\n#2,bare,0.29\nP4,7uL,0.42\n#6,7uL,0.24\n"
    values = po.read_replicates(write(compare), group="coating", value="sigma")
    assert values["value"].values.tolist() == [0.31, 0.29, 0.42, 0.24]


def test_a_lost_temperature_is_named(write):
    path = write("temperature (C),conductivity (S/cm)\n25,1.02e-4\n#N/A,3.4e-4\n85,9.6e-4\n")
    refused(po.read_table, path, "line 3, column 1 ('temperature (C)'): '#N/A' is not a number")


def test_comments_below_the_header_are_counted(write):
    rows = arc()
    lines = csv("f,re,im", rows).splitlines()
    lines[3:3] = ["# the cell was moved, here", "% and there"]
    found = po.read_spectrum(write("\n".join([*lines, ""])))
    np.testing.assert_array_equal(points(found), numbers(rows))
    assert "comments left out (lines 4 to 5)" in messages(found)


def test_a_first_row_of_text_is_no_row_of_units(write):
    refused(po.read_limits, write("cell,cycles,running\na,,no\nb,120,no\n"), "line 2", "missing")
    growth = "cell,cycle,R1 (ohm)\na,none,n.d.\na,10,20.5\na,20,21.0\n"
    refused(po.read_growth, write(growth), "line 2", "'none' is not a number")
    over = csv("freq (Hz),Zre (ohm),Zim (ohm)", [("OVF", "OVF", "OVF"), *arc()])
    refused(po.read_spectrum, write(over), "line 2", "'OVF' is not a number")


def test_a_row_of_units_is_one_and_said(write):
    found = po.read_spectrum(write(csv("f,Zre,Zim", [("kHz", "Ohm", "Ohm"), *arc()])))
    np.testing.assert_allclose(points(found)[:, 0], numbers(arc())[:, 0] * 1000)
    assert "line 2 taken as a row of units" in messages(found)


@pytest.mark.parametrize("unit", ["kohm", "kOhm", "kΩ"])
def test_kilo_in_a_header_in_brackets(write, unit):
    path = write(f"cycle,R ({unit})\n0,1.21\n10,1.33\n20,1.47\n")
    read = po.read_growth(path)
    np.testing.assert_allclose(read["resistance"], [1210, 1330, 1470])
    assert read["resistance"].attrs["units"] == "ohm"
    refused(po.read_growth, path, "the unit given is another", unit="ohm")
    bare = write("cycle,R (ct)\n0,1.21\n10,1.33\n")
    refused(po.read_growth, bare, "has no unit", "unit='ohm'")


# Ends


def test_a_number_that_was_cut_off_is_left_out_and_said(write):
    sigma = "T (C),sigma (S/cm)\n25,1.021e-04\n40,1.972e-04\n55,3.584e-04\n85,1.024"
    read = po.read_table(write(sigma))
    assert read.sizes["point"] == 3
    assert "last line 5 dropped: '1.024'" in messages(read)
    assert po.read_table(write(sigma + "e-03")).sizes["point"] == 4
    assert po.read_table(write(sigma + "e-0")).sizes["point"] == 3
    assert po.read_table(write(sigma + "\n")).sizes["point"] == 4  # the line is whole
    fade = "cycle,capacity (mAh/g)\n1,149.70\n5,149.33\n9,149.10\n57,147"
    assert "last line 5 dropped: '147'" in messages(po.read_cycling(write(fade)))
    count = "cycle,capacity (mAh)\n1,2940\n2,2911\n3,2900"
    assert "if a whole number is whole" in messages(po.read_cycling(write(count)))
    assert "whole" not in messages(po.read_cycling(write(count + "\n")))
    whole = po.read_spectrum(write(csv("f,re,im", arc(), end="")))
    assert whole.sizes["frequency"] == 12
    cut = csv("f,re,im", [*arc(), ("0.1", "99.9991", "-0.0")], end="")
    assert "dropped: '-0.0'" in messages(po.read_spectrum(write(cut)))


def test_a_file_cut_anywhere_is_never_read_with_another_number(write):
    """Each number of a cut file is one of the whole file."""
    whole = csv(
        "f (Hz),Zre (ohm),Zim (ohm)", [tuple(f"{float(c):.4e}" for c in row) for row in arc()]
    )
    known = {tuple(row) for row in points(po.read_spectrum(write(whole))).tolist()}
    for size in range(60, len(whole)):
        try:
            found = points(po.read_spectrum(write(whole[:size])))
        except PosterionError:
            continue
        assert {tuple(row) for row in found.tolist()} <= known, whole[:size][-30:]


# Values with more than a number


def test_errors_behind_a_number_are_read_in_every_row_or_refused(write):
    every = "coating,sigma (S/cm)\nbare,7.1e-5 ± 3e-6\nbare,6.8e-5 ± 3e-6\n7uL,5.2e-5 +/- 2e-6\n"
    read = po.read_replicates(write(every), group="coating", value="sigma")
    assert read["value"].values.tolist() == [7.1e-5, 6.8e-5, 5.2e-5]
    assert read["value_sd"].values.tolist() == [3e-6, 3e-6, 2e-6]
    some = every.replace("6.8e-5 ± 3e-6", "6.8e-5")
    refused(
        po.read_replicates, write(some), "line 2", "line 3 has none", group="coating", value="sigma"
    )
    table = po.read_table(write("T (K),sigma (mS/cm)\n300,0.31 ± 0.02\n320,0.52 ± 0.03\n"))
    np.testing.assert_allclose(table["conductivity_sd"], [2e-5, 3e-5])


def test_a_unit_in_the_cells_is_that_of_the_column(write):
    table = po.read_table(write("T;sigma\n25 °C;10^-4 S/cm\n50 °C;3×10^-4 S/cm\n"))
    np.testing.assert_allclose(table["conductivity"], [1e-4, 3e-4])
    np.testing.assert_allclose(table["temperature"], [298.15, 323.15])
    mixed = write("T (C);sigma\n25;0.1 S/m\n50;0.3 S/cm\n")
    refused(po.read_table, mixed, "line 2", "'0.1 S/m' is not a number")


# Spectra: names, phases, sweeps


def modulus(phases):
    f = np.logspace(5, 0, 12)
    Z = 10 + 90 / (1 + 1j * f / 300)
    return f, Z, written(np.column_stack([f, abs(Z), np.angle(Z, deg=phases == "deg")]))


def test_a_phase_without_unit_that_may_be_in_radians_is_asked_for(write):
    f, Z, rows = modulus("rad")
    path = write(csv("f,|Z|,phase", rows))
    refused(po.read_spectrum, path, "degrees or in radians", "columns={'phase': 'phase [rad]'}")
    found = po.read_spectrum(path, columns={"phase": "phase [rad]"})
    np.testing.assert_allclose(points(found), spectrum(f, Z.real, Z.imag), rtol=1e-5)
    wide = po.read_spectrum(write(csv("f,|Z|,phase", modulus("deg")[2])))
    np.testing.assert_allclose(points(wide), spectrum(f, Z.real, Z.imag), rtol=1e-5)
    assert "taken as degrees, as it reaches 5" in messages(wide)


F, MODEL, _ = modulus("deg")
MOD, DEG, RE, IM = abs(MODEL), np.angle(MODEL, deg=True), MODEL.real, MODEL.imag
Y = 1 / MODEL
SWEEP = spectrum(F, RE, IM)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Number\tFrequency/Hz\tImpedance/Ohm\tPhase/deg", [range(12), F, MOD, DEG]),
        ("频率(Hz)\t实部(Ω)\t虚部(Ω)", [F, RE, IM]),
        ("频率/Hz\tZ'/Ω\t-Z''/Ω", [F, RE, -IM]),
        ("Frequency\t|Z|\ttheta-z", [F, MOD, DEG]),
        ("log(freq/Hz)\tRe(Z)/Ohm\t-Im(Z)/Ohm", [np.log10(F), RE, -IM]),
        ("log10 f\tRe(Z)/Ohm\tIm(Z)/Ohm", [np.log10(F), RE, IM]),
        ("freq / Hz\tneg. Phase / °\tIdc / µA\tZ / Ω", [F, -DEG, 0 * F, MOD]),
        ("f (Hz)\tImpedance Magnitude (Ohms)\tImpedance Phase Degrees (')", [F, MOD, DEG]),
        ("frequencies [Hz]\tImpedance Real (Ohms)\tImpedance Imaginary", [F, RE, IM]),
        ("freq./Hz\tZ1/ohm\tZ2/ohm", [F, RE, IM]),
        ("f (Hz)\tY' (S)\tY'' (S)", [F, Y.real, Y.imag]),
        ("f (Hz)\tR (kohm)\tX (kohm)", [F, RE / 1000, IM / 1000]),
        ("Frequenz [kHz]\tRealteil [Ohm]\t-Imaginärteil [Ohm]", [F / 1000, RE, -IM]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_names_of_instruments_and_languages(write, header, values, encoding):
    if encoding == "gb18030" and not set("µä").isdisjoint(header):
        pytest.skip("no text of a Chinese system")
    rows = written(np.column_stack(values))
    path = write(csv(header, rows, "\t"), encoding=encoding)
    np.testing.assert_allclose(points(po.read_spectrum(path)), SWEEP, rtol=1e-6, atol=1e-6)


def test_columns_that_are_named_with_unit_and_sign(write):
    values = [RE, F / 1000, -IM]
    path = write(csv("a,b,c", written(np.column_stack(values))))
    refused(po.read_spectrum, path, "'a', 'b', 'c'", "columns={'frequency'")
    found = po.read_spectrum(
        path, columns={"frequency": "b [kHz]", "real": "a", "imag": "-c [ohm]"}
    )
    np.testing.assert_allclose(points(found), SWEEP, rtol=1e-6)
    refused(
        po.read_spectrum, path, "names 'cc' as imag", "did you mean 'c'",
        columns={"frequency": "b [kHz]", "real": "a", "imag": "cc"},
    )  # fmt: skip


SECOND = SWEEP * [1, 2, 3]


def several(text):
    return [points(each) for each in text.values()]


def test_sweeps_one_after_another(write):
    rows = [*written(SWEEP), *written(SECOND), *written(SWEEP * [1, 3, 1])]
    found = po.read_spectra(write(csv("f,re,im", rows)))
    assert list(found) == ["1", "2", "3"]
    np.testing.assert_allclose(several(found)[1], SECOND, rtol=1e-6)
    up = po.read_spectra(write(csv("f,re,im", [*written(SWEEP), *written(SECOND[::-1][1:])])))
    assert [each.sizes["frequency"] for each in up.values()] == [12, 11]


def test_sweeps_with_titles_and_repeated_headers(write):
    text = "\n\n".join(
        f"T = {t} C\n" + csv("f,re,im", written(values))
        for t, values in ((25, SWEEP), (40, SECOND))
    )
    found = po.read_spectra(write(text))
    assert list(found) == ["T = 25 C", "T = 40 C"]
    assert [each.attrs["temperature_c"] for each in found.values()] == [25, 40]
    np.testing.assert_allclose(several(found)[1], SECOND, rtol=1e-6)
    once = text.replace("f,re,im\n", "").replace("T = 25 C\n", "T = 25 C\nf,re,im\n")
    titled = po.read_spectra(write(once))
    assert list(titled) == ["T = 25 C", "T = 40 C"]


def test_sweeps_side_by_side(write):
    pairs = np.column_stack([SWEEP, SECOND[:, 1:]])
    found = po.read_spectra(write(csv("f_Hz,Zre_25C,Zim_25C,Zre_40C,Zim_40C", written(pairs))))
    assert list(found) == ["25C", "40C"]
    assert found["40C"].attrs["temperature_c"] == 40
    np.testing.assert_allclose(several(found)[1], SECOND, rtol=1e-6)
    triples = np.column_stack([SWEEP, SECOND])
    again = po.read_spectra(write(csv("f,re,im,f,re,im", written(triples))))
    np.testing.assert_allclose(several(again)[1], SECOND, rtol=1e-6)
    fitted = po.read_spectra(write(csv("f,re,im,re_fit,im_fit", written(pairs))))
    assert len(fitted) == 1
    np.testing.assert_allclose(several(fitted)[0], SWEEP, rtol=1e-6)


@pytest.mark.parametrize("name", ["loop_index", "cycle number", "Scan", "spectrum_id", "循环号"])
def test_index_columns_of_many_names(write, name):
    rows = [(str(k), *row) for k in (1, 2) for row in written(SWEEP)]
    found = po.read_spectra(write(csv(f"{name},f,re,im", rows)))
    assert list(found) == ["1", "2"]
    assert "the same numbers as in '2'" in messages(found["1"])


def test_direct_current_a_count_and_text_below(write):
    rows = [("0", "100", "0"), *written(SWEEP)]
    text = csv("f,re,im", rows) + "\nEnd of data\nOperator:,X\nArea (cm2):,0.785\n"
    found = po.read_spectrum(write(text))
    np.testing.assert_allclose(points(found), SWEEP, rtol=1e-6)
    assert "1 row(s) at 0 Hz dropped (line 2)" in messages(found)
    assert "text below the table left out (lines 16 to 18)" in messages(found)
    count = csv("f  re  im", written(SWEEP), " ").replace("im\n", "im\n 12\n")
    np.testing.assert_allclose(points(po.read_spectrum(write(count))), SWEEP, rtol=1e-6)


def test_a_bad_sweep_costs_itself_alone(write):
    bad = written(SECOND)
    bad[4] = (bad[4][0], "nan", bad[4][2])
    rows = [("a", *row) for row in written(SWEEP)] + [("b", *row) for row in bad]
    found = po.read_spectra(write(csv("sample,f,re,im", rows)))
    assert list(found) == ["a"]
    assert "spectrum 2 (b) left out" in messages(found["a"]) and "line 18" in messages(found["a"])


# Cycles


def test_names_of_land_and_chinese_headers(write):
    land = write("Cycle,CapC(mAh),CapD(mAh),SpeCapC(mAh/g),SpeCapD(mAh/g)\n1,3,2.9,150,149\n")
    read = po.read_cycling(land)
    assert (read["capacity"].item(), read["charge_capacity"].item()) == (2.9, 3)
    assert "not 'SpeCapD(mAh/g)'" in messages(read)
    chosen = po.read_cycling(land, columns={"capacity": "SpeCapD(mAh/g)"})
    assert (chosen["capacity"].item(), chosen["charge_capacity"].item()) == (149, 150)
    chinese = "循环号,充电容量(mAh),放电容量(mAh),库伦效率(%)\n1,3,2.9,97\n2,3,2.8,97\n"
    for encoding in ("utf-8", "gb18030"):
        read = po.read_cycling(write(chinese, encoding=encoding))
        assert read["capacity"].values.tolist() == [2.9, 2.8]


def test_capacity_retention_in_percent(write):
    read = po.read_cycling(write("Cycle,Capacity retention (%)\n1,100.0\n2,98.8\n"))
    assert read["capacity"].attrs["units"] == "percent"
    beside = write("Cycle,Capacity (Ah),Capacity retention (%)\n1,2.5,100.0\n2,2.4,98.8\n")
    assert po.read_cycling(beside)["capacity"].attrs["units"] == "Ah"


# Conductivities


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("resistivity (ohm cm)", ["1000", "250"]),
        ("ρ [Ω·m]", ["10", "2.5"]),
        ("rho (kohm cm)", ["1.0", "0.25"]),
    ],
)
def test_a_resistivity_is_one_over_the_conductivity(write, header, values):
    rows = zip(["25", "50"], values, strict=True)
    table = po.read_table(write(csv(f"T (C);{header}", rows, ";")))
    np.testing.assert_allclose(table["conductivity"], [1e-3, 4e-3])
    step = 10.0 ** -len(values[0].partition(".")[2])
    share = table["conductivity_step"] / table["conductivity"]
    np.testing.assert_allclose(share[0], step / float(values[0]))


def test_blank_cells_of_growth_are_counted(write):
    read = po.read_growth(write("cycle,R1 (ohm),R2 (ohm)\n0,1,2\n5,,3\n10,2,4\n"))
    assert read.sizes["point"] == 5
    assert "1 blank cell(s) left out (line 3)" in messages(read)


def test_a_number_that_may_be_cut_off_does_not_decide_the_marks(write):
    """2.160 was cut: the others may be 1.32 or 1320 as before."""
    rows = "cycle;R (ohm)\n0;1.320\n5;1.440\n10;994\n15;2.160\n"
    for end in (0, 1, 2):
        refused(po.read_growth, write(rows[: len(rows) - end]), "'1.320' is 1.32", "decimal=")
