"""A quantity is read from text with its unit and its uncertainty, or refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posterion.errors import PosterionError
from posterion.units import Measured


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("2.1 mm", "cm", 0.21),
        ("8mm", "cm", 0.8),
        ("  8   mm ", "cm", 0.8),
        (".5 cm", "m", 0.005),
        ("-3e-2 V", "mV", -30.0),
        ("+2. cm", "cm", 2.0),
        ("47.80 uA", "A", 47.80e-6),
        ("47.80 µA", "A", 47.80e-6),  # U+00B5, the micro sign
        ("47.80 μA", "A", 47.80e-6),  # U+03BC, the Greek letter
        ("1342 ohm", "kiloohm", 1.342),
        ("1e-3 S/cm", "S/m", 0.1),
        ("50 mm^2", "cm^2", 0.5),
        ("50 mm**2", "cm^2", 0.5),
        ("140 degC", "kelvin", 413.15),
        ("1 eV", "J", 1.602176634e-19),
        ("0.25", "", 0.25),
        ("5 %", "", 0.05),
    ],
)
def test_value_without_uncertainty(text: str, unit: str, value: float) -> None:
    measured = Measured.parse(text, unit)
    assert measured.value == pytest.approx(value, rel=1e-12)
    assert measured.sd == 0.0
    assert measured.unit == unit


@pytest.mark.parametrize(
    ("text", "unit", "value", "sd"),
    [
        ("2.1 mm ± 0.02 mm", "cm", 0.21, 0.002),
        ("2.1 mm±0.02mm", "cm", 0.21, 0.002),
        ("2.1 ± 0.02 mm", "cm", 0.21, 0.002),
        ("2.1±0.02mm", "cm", 0.21, 0.002),
        ("2 ± 5 %", "", 2.0, 0.1),
        ("2.1 mm +/- 0.02 mm", "cm", 0.21, 0.002),
        ("2.1 mm ± 0.02", "cm", 0.21, 0.002),
        ("2.1 mm +/- 2e-2", "cm", 0.21, 0.002),
        ("2.1 mm ± 20 um", "cm", 0.21, 0.002),
        ("2.1 mm ± 0 mm", "cm", 0.21, 0.0),
        ("-2 V ± 10 %", "V", -2.0, 0.2),
        ("2.1 mm ± 5%", "cm", 0.21, 0.0105),
        ("5 % ± 1 %", "", 0.05, 0.01),
        ("1.0 ± 0.5", "", 1.0, 0.5),
        # A difference of temperatures knows no offset.
        ("140 degC ± 2 degC", "kelvin", 413.15, 2.0),
        ("140 degC ± 2", "kelvin", 413.15, 2.0),
        ("413.15 kelvin ± 2 kelvin", "degC", 140.0, 2.0),
    ],
)
def test_value_with_uncertainty(text: str, unit: str, value: float, sd: float) -> None:
    measured = Measured.parse(text, unit)
    assert measured.value == pytest.approx(value, rel=1e-12)
    assert measured.sd == pytest.approx(sd, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "culprit", "problem"),
    [
        ("2.1 s", "2.1 s", "its unit is not one of cm"),
        ("2.1", "2.1", "its unit is not one of cm"),
        ("2.1 ± 2 %", "2.1", "its unit is not one of cm"),
        ("2.1 ± 0.02 s", "2.1 s", "its unit is not one of cm"),
        ("2.1 mm ± 1 s", "1 s", "its unit is not one of cm"),
        ("2.1 cm^2", "2.1 cm^2", "its unit is not one of cm"),
        ("", "", "cannot be read"),
        ("mm", "mm", "cannot be read"),
        ("thick", "thick", "cannot be read"),
        ("2.1 nosuchunit", "2.1 nosuchunit", "cannot be read"),
        ("2.1 mm ±", "", "cannot be read"),
        ("± 2 mm", "", "cannot be read"),
        ("2.1 mm ± mm", "mm", "cannot be read"),
        ("2,1 mm", "2,1 mm", "cannot be read"),  # pint would drop the comma: 21 mm
        ("1 000 mm", "1 000 mm", "cannot be read"),  # pint would multiply: 0 mm
        ("1j cm", "1j cm", "cannot be read"),
        ("True", "True", "cannot be read"),
        ("__import__('os')", "__import__('os')", "cannot be read"),
        ("1 mm**9**9**9", "1 mm**9**9**9", "cannot be read"),  # pint would never end
        ("1 cm 9**9**9**9", "1 cm 9**9**9**9", "cannot be read"),
        ("nan cm", "nan cm", "cannot be read"),
        ("inf cm", "inf cm", "cannot be read"),
        ("-inf cm", "-inf cm", "cannot be read"),
        ("1e400 cm", "1e400 cm", "not a finite number"),
        ("2 cm ± nan cm", "nan cm", "cannot be read"),
        ("2 cm ± nan", "nan", "cannot be read"),
        ("2 cm ± 1e400", "1e400 cm", "not a finite number"),
        ("2 cm ± -1 mm", "2 cm ± -1 mm", "the uncertainty is negative"),
        ("2 cm ± -1", "2 cm ± -1", "the uncertainty is negative"),
        ("2 cm ± -5 %", "2 cm ± -5 %", "the uncertainty is negative"),
        ("2 cm ± 1 mm ± 1 mm", "2 cm ± 1 mm ± 1 mm", "more than one ±"),
    ],
)
def test_refusal_names_what_the_text_and_the_problem(text: str, culprit: str, problem: str) -> None:
    with pytest.raises(PosterionError) as caught:
        Measured.parse(text, "cm", what="thickness")
    message = str(caught.value)
    assert message.startswith(f"thickness '{culprit}'")
    assert problem in message


@pytest.mark.parametrize(
    ("measured", "text"),
    [
        (Measured(0.21, 0.002, "cm"), "0.21 ± 0.002 cm"),
        (Measured(0.21, 0.0, "cm"), "0.21 cm"),
        (Measured(1e-5, 2e-7, "S/cm"), "1e-05 ± 2e-07 S/cm"),
    ],
)
def test_text_of_a_measured_value(measured: Measured, text: str) -> None:
    assert str(measured) == text


@given(
    st.floats(1e-6, 1e6).map(lambda x: float(f"{x:g}")),
    st.floats(0, 1e3).map(lambda x: float(f"{x:g}")),
)
def test_an_uncertain_value_without_unit_is_told_apart_from_its_unit(
    value: float, sd: float
) -> None:
    measured = Measured.parse(f"{value!r} ohm ± {sd!r}", "ohm")
    assert math.isclose(measured.value, value, rel_tol=1e-12)
    assert math.isclose(measured.sd, sd, rel_tol=1e-12, abs_tol=1e-300)


@given(st.text(max_size=30) | st.text("0123456789.e±+-/ mM%*^()", max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        measured = Measured.parse(text, "cm")
    except PosterionError:
        return
    assert math.isfinite(measured.value)
    assert math.isfinite(measured.sd)
    assert measured.sd >= 0
