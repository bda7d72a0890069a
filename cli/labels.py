"""The labels of a table's points: choosing by them, and what they say of one line through all."""

from typing import TYPE_CHECKING, Any

from ..errors import PosterionError

if TYPE_CHECKING:
    import xarray as xr

SAME = 0.5
"""In K: temperatures that differ by less count as one."""


def chosen(data: "xr.Dataset", wanted: list[tuple[str, str]]) -> "xr.Dataset":
    """Keep the points whose labels are among those that ``--where`` names."""
    kept: dict[str, list[str]] = {}
    for name, value in wanted:
        kept.setdefault(name, []).append(value)
    for name, values in kept.items():
        require_label(data, name, "--where")
        held = data[name].values.astype(str)
        for value in values:
            if value not in held:
                raise PosterionError(
                    f"--where {name}={value}: there is no such point; '{name}' is "
                    f"{_listed(dict.fromkeys(held.tolist()))}."
                )
        data = data.isel(point=[label in values for label in held])
    told = [f"kept are the points with {name} = {_listed(values)}" for name, values in kept.items()]
    earlier = [str(data.attrs["messages"])] if data.attrs.get("messages") else []
    return data.assign_attrs(messages="\n".join([*earlier, *told]))


def labels_of(data: "xr.Dataset") -> list[str]:
    """Return the names of the labels of the points."""
    return [str(name) for name, value in data.coords.items() if value.dtype.kind in "UO"]


def require_label(data: "xr.Dataset", name: str, flag: str) -> None:
    """Refuse the name of a label that the points do not have."""
    known = labels_of(data)
    if name not in known:
        raise PosterionError(
            f"{flag} names '{name}', which is no label of this table; it has "
            f"{', '.join(known) or 'none'}. --column {name}=HEADER makes a column one."
        )


def refuse_mixture(data: "xr.Dataset") -> None:
    """Stop where one line would go through several materials."""
    counts = {name: len(set(data[name].values.tolist())) for name in labels_of(data)}
    splitting = [
        name for name in counts if 1 < counts[name] < data.sizes["point"] and _splits(data, name)
    ]
    if not splitting:
        return
    # The coarsest label that leaves no temperature twice in a group, or else the finest.
    whole = [name for name in splitting if not _repeats(data, name)]
    best = min(whole, key=counts.__getitem__) if whole else max(splitting, key=counts.__getitem__)
    told = ", ".join(f"{name} ({counts[name]} values)" for name in splitting)
    raise PosterionError(
        f"the table holds several series over the same temperatures, told apart by {told}. One "
        f"line through all of them means nothing. Take --pool {best} where they are samples of a "
        f"kind, --group-by {best} where they share nothing, --where {best}=VALUE for one of them, "
        "or --together for one line all the same."
    )


def _groups(data: "xr.Dataset", name: str) -> list[list[float]]:
    """Return the temperatures of each value of a label, ascending."""
    temperature, label = data["temperature"].values, data[name].values
    return [sorted(temperature[label == value].tolist()) for value in set(label.tolist())]


def _splits(data: "xr.Dataset", name: str) -> bool:
    """Tell whether the ranges of temperature of two values of a label overlap.

    Measuring up to 60 °C, and on from there in a second run, is one series.
    """
    reached = -1.0
    for low, high in sorted((group[0], group[-1]) for group in _groups(data, name)):
        if low < reached - SAME or (low == high and abs(low - reached) <= SAME):
            return True
        reached = max(reached, high)
    return False


def _repeats(data: "xr.Dataset", name: str) -> bool:
    """Tell whether one value of a label has a temperature twice."""
    return any(
        after - before <= SAME
        for group in _groups(data, name)
        for before, after in zip(group, group[1:], strict=False)
    )


def _listed(values: Any) -> str:
    shown = [*values]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")
