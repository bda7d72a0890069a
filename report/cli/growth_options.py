"""What the options of ``posterion fit growth`` ask for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from ...models import growth
from .fade_options import share_of

if TYPE_CHECKING:
    import xarray as xr

    from ...inference.cycling.cycle_series import Question

LAWS: dict[str, type[growth.GrowthLaw]] = {
    "linear": growth.LinearGrowth,
    "parabolic": growth.ParabolicGrowth,
    "exponential": growth.ExponentialGrowth,
}
USUAL = "linear"


def laws_of(names: Sequence[str], output: str) -> dict[str, growth.GrowthLaw]:
    """Return the laws that are asked for, each once; the linear law unless told."""
    wanted = LAWS if "all" in names else dict.fromkeys(names or (USUAL,))
    return {name: LAWS[name](output=output) for name in wanted}


def asked(threshold: str) -> "Question":
    """Check the threshold, a multiple of the first value."""
    share = share_of(threshold)
    if share is None or not share > 0 or share == 1:
        raise PosterionError(
            f"--threshold is '{threshold}'; it must be a multiple of the first value, such as 2 or "
            "200%, or below 1 where it falls."
        )
    from ...inference.cycling.cycle_series import Question

    return Question("first", share)


def paths_of(model: Any, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the resistances to follow, by the name of what they stand for."""
    known = [p.name for p in model.parameters if p.unit == "ohm"]
    for name, resistance in given:
        if resistance not in known:
            raise PosterionError(
                f"--path {name}={resistance}: the circuit has no {resistance}; it has "
                f"{', '.join(known) or 'no resistance'}."
            )
    if not known:
        raise PosterionError(f"{model} has no resistance that could grow.")
    return dict(given) or {name: name for name in known}


def pooling(data: "xr.Dataset", pool: Sequence[str], group_by: str | None) -> dict[str, Any]:
    """Return the kind of pooling by label: series share nothing unless told."""
    from .series_labels import require_label

    if group_by in pool:
        raise PosterionError(f"'{group_by}' is given to --pool and to --group-by; choose one.")
    for name in pool:
        require_label(data, name, "--pool")
    if group_by is not None:
        require_label(data, group_by, "--group-by")
    kinds: dict[str, Any] = {} if group_by is None else {group_by: "none"}
    kinds |= dict.fromkeys(pool, "partial")
    if kinds and "path" in data.coords and not {"path", "series"} & {*kinds}:
        _refuse_paths_together(data, [*kinds])
    if not kinds and "series" in data.coords and len(set(data["series"].values.tolist())) > 1:
        return {"series": "none"}
    return kinds


def _refuse_paths_together(data: "xr.Dataset", labels: list[str]) -> None:
    """Stop where one curve would go through several resistances."""
    groups: dict[tuple[str, ...], dict[str, None]] = {}
    for point in range(data.sizes["point"]):
        group = tuple(str(data[name].values[point]) for name in labels)
        groups.setdefault(group, {})[str(data["path"].values[point])] = None
    group, paths = max(groups.items(), key=lambda each: len(each[1]))
    if len(paths) > 1:
        raise PosterionError(
            f"grouped by {' and '.join(labels)}, one curve would go through {', '.join(paths)} of "
            f"{' '.join(group)}; leave the groups out, which gives each its own curve, or take one "
            f"of them by --where path={next(iter(paths))}."
        )


def noise_of(law: Any, data: "xr.Dataset", rounded: bool, robust: bool) -> Any:
    """Return the noise of values that grow: what such data usually have, unless told."""
    from ...inference.noise.independent import StudentT, usual_noise
    from ...inference.noise.rounded import Rounded

    noise: Any = usual_noise(law, data)
    return Rounded(noise) if rounded else StudentT(noise) if robust else noise


def refuse(needed: str, **options: Any) -> None:
    """Refuse options that would have no effect."""
    for name, value in options.items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            raise PosterionError(f"{flag} has a meaning for {needed} only; leave it out.")
