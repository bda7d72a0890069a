"""Claims on the coating itself, and on what its effects come from."""

from functools import partial

from .claim import Claim, Finding, cannot_be_checked
from .inputs import Inputs
from .text import value_text

TOPIC = "Coating"


def _thickness(inputs: Inputs) -> Finding:
    printed = inputs.number("polymer_thickness_7ul", "um")
    coated = inputs.draw("thickness_7ul_rt", "um")
    each = (coated - inputs.draw("thickness_bare", "um")) / 2
    volume = inputs.number("coating_volume_7ul", "mm**3").value
    wet = 1e3 * volume / inputs.number("pellet_area", "mm**2").value
    return cannot_be_checked(
        "The coated pellet of Table 1 is thicker than the bare one by two layers of this size or "
        "so, but pellets differ, and by how much is not published. The gel would stand "
        f"{value_text(wet, 'um', 2)} high on one side before it dries; how much of it is solvent "
        "is not published either.",
        each,
        "half the difference of the two pellets",
        "um",
        printed,
    )


def _no_number(why: str, inputs: Inputs) -> Finding:
    return cannot_be_checked(why)


CLAIMS = (
    Claim("layer", TOPIC, "The layer of 7 µL is 8.7 µm thick", _thickness),
    Claim(
        "pores",
        TOPIC,
        "The coating fills a part of the surface pores and closes gaps",
        partial(_no_number, "Shown in images; no porosity or contact area was measured."),
    ),
    Claim(
        "interphase",
        TOPIC,
        "NaF, Na₂O and Na₂S that form in cycling make a conducting, rather stable interphase",
        partial(
            _no_number,
            "Peak positions show which compounds there are, not what they do; the paper itself "
            "calls the interphase inferred.",
        ),
    ),
    Claim(
        "homogeneous",
        TOPIC,
        "The coating makes transport and plating of sodium more homogeneous",
        partial(_no_number, "No distribution of current or deposit was measured."),
    ),
    Claim(
        "cause",
        TOPIC,
        "Better cycling comes from the interface, not from the bulk",
        partial(
            _no_number,
            "One coated and one bare cell differ in more than the interface; no experiment "
            "separates the causes.",
        ),
    ),
    Claim(
        "high-energy",
        TOPIC,
        "The strategy suits high-performance batteries (hoped for: above 400 Wh/kg)",
        partial(_no_number, "No mass or energy of a cell is published."),
    ),
)
