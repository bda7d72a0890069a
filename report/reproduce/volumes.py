"""Which volume of coating is best, of four that were made and two that are published."""

from functools import partial

import numpy as np

from ...inference.comparison.specimens import PELLETS
from ...inference.noise.specimens import SPECIMEN_SPREAD
from ...inference.prior import Prior
from ...models.dose import dose_window
from .claim import Claim, Finding, case, judge_statement
from .conductivity import TOPIC, from_geometry
from .inputs import LEVELS, Array, Inputs, at_normal, typical
from .text import chance

MADE = (5, 7, 10, 12)
PUBLISHED = (7, 10)
DRAWS = 8000


def _best(when: str, inputs: Inputs) -> Finding:
    """Judge 7 µL by a smooth curve over all volumes, through the two that are published."""
    volumes = np.array([inputs.number(f"coating_volume_{v}ul").value for v in MADE], dtype=float)
    drawn = [from_geometry(inputs, f"{volume}ul_{when}") for volume in PUBLISHED]
    normals = [inputs.normal()[:DRAWS] for _ in range(3)]
    picked = inputs.uniform(0.0, 1.0)[0]

    def lead(spread: float | None) -> Array:
        """Draw what 7 µL have over the best of the others, at a spread or under its prior."""
        return _lead(volumes, drawn, normals, float(picked), spread)

    cases = []
    for level in LEVELS:
        each = lead(level)
        label = f"pellets made alike differ by {100 * level:g} %"
        cases.append(case(label, each, float(np.mean(each > 1))))
    found = lead(None)
    beats = _lead(volumes[1:3], drawn, normals, float(picked), None)
    return judge_statement(
        float(np.mean(found > 1)),
        found,
        "σ of 7 µL / highest of the other three",
        f"Of 5 and 12 µL no value is published; a smooth curve through the others says how much "
        f"they could have. That 7 µL beat 10 µL alone has probability "
        f"{chance(float(np.mean(beats > 1)))}. One pellet of each volume; pellets made alike are "
        f"taken to differ by {typical(PELLETS)}.",
        cases,
    )


def _lead(
    volumes: Array, drawn: list[Array], normals: list[Array], picked: float, spread: float | None
) -> Array:
    import xarray as xr

    from ...inference.factors.dose_process import places_of, process

    curve = process("larger", "volume", False)
    window = dose_window(np.array(MADE, dtype=float))
    priors = [*(Prior.parse(p.prior).at(window) for p in curve.parameters), PELLETS]
    names = [*(p.name for p in curve.parameters), SPECIMEN_SPREAD.name]
    scales = {n: at_normal(p, z) for n, p, z in zip(names, priors, normals, strict=True)}
    if spread is not None:
        scales[SPECIMEN_SPREAD.name] = np.full(DRAWS, spread)
    data = xr.Dataset(
        {
            "response": ("point", [float(np.median(each)) for each in drawn]),
            "response_sd": ("point", [float(np.std(each)) for each in drawn]),
            "response_specimen": ("point", np.arange(1.0, len(drawn) + 1)),
        }
    )
    places = places_of(np.array(PUBLISHED, dtype=float), np.zeros(len(PUBLISHED)))
    logp = curve.log_likelihood(scales, data, places)
    weight = np.cumsum(np.exp(logp - logp.max()))
    chosen = np.searchsorted(weight / weight[-1], (np.arange(DRAWS) + picked) / DRAWS)
    kept = {name: values[np.minimum(chosen, DRAWS - 1)] for name, values in scales.items()}
    wanted = places_of(volumes, np.zeros(volumes.size))
    log = curve.draw(kept, data, places, wanted, seed=0)
    seven = volumes == PUBLISHED[0]
    return np.asarray(np.exp(log[:, seven][:, 0] - log[:, ~seven].max(axis=1)))


CLAIMS = tuple(
    Claim(
        f"best-volume-{when}",
        TOPIC,
        f"Of the four volumes that were made, 7 µL give the best conductivity {words}",
        partial(_best, when),
    )
    for when, words in (("rt", "at room temperature"), ("55c", "at 55 °C"))
)
