"""Laws by their names on the command line."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

from ..errors import PosterionError

FADE = {
    "linear": "LinearFade",
    "sqrt": "SquareRootFade",
    "power": "PowerFade",
    "exponential": "ExponentialFade",
    "stretched": "StretchedFade",
    "knee": "KneeFade",
    "two-process": "TwoProcessFade",
}
"""Classes in `models.ageing` by the name of a law. The module is slow to import."""

GROWTH = {
    "linear": "LinearGrowth",
    "parabolic": "ParabolicGrowth",
    "exponential": "ExponentialGrowth",
}
"""Classes in `models.growth`."""

TEMPERATURE = {
    "arrhenius": "Arrhenius",
    "vtf": "VTF",
    "two-regimes": "TwoRegimes",
    "two-phases": "TwoPhases",
}
"""Classes by the name of a law of temperature."""

Form = Literal["sigma", "sqrtT", "sigmaT"]
USUAL_FADE, USUAL_GROWTH = "power", "linear"
USUAL_FORM: Form = "sigmaT"


def fade_laws(names: Sequence[str]) -> dict[str, Any]:
    """Return the laws that are asked for, each once; the power law unless told."""
    from ..models import ageing

    return {name: getattr(ageing, FADE[name])() for name in _wanted(names, FADE, USUAL_FADE)}


def growth_laws(names: Sequence[str], output: str) -> dict[str, Any]:
    """Return the laws that are asked for, each once; the linear law unless told."""
    from ..models import growth

    wanted = _wanted(names, GROWTH, USUAL_GROWTH)
    return {name: getattr(growth, GROWTH[name])(output=output) for name in wanted}


def law_of_temperature(name: str, form: Any) -> Any:
    """Return a law of temperature, with what its exponential stands for."""
    from ..models.transition import TwoPhases
    from ..models.transport import VTF, Arrhenius, TwoRegimes

    laws = {law.__name__: law for law in (Arrhenius, VTF, TwoRegimes, TwoPhases)}
    return laws[TEMPERATURE[name]](form=form)


def temperature_law(text: str) -> tuple[str, Any]:
    """Read a law with the form of its exponential after a colon, such as ``vtf:sigma``."""
    name, colon, form = text.partition(":")
    form = form if colon else USUAL_FORM
    if name not in TEMPERATURE or form not in get_args(Form):
        raise PosterionError(
            f"--law '{text}' is unknown; laws of temperature are {', '.join(TEMPERATURE)}, with a "
            f"form after a colon where it is not {USUAL_FORM} ({', '.join(get_args(Form))}), and "
            f"laws of fade are {', '.join(FADE)}."
        )
    return f"{name}:{form}", law_of_temperature(name, form)


def _wanted(names: Sequence[str], known: dict[str, str], usual: str) -> list[str]:
    return [*known] if "all" in names else [*dict.fromkeys(names or (usual,))]
