"""The labels of a table's points, and choosing by them."""

from typing import TYPE_CHECKING, Any

from ..errors import PosterionError

if TYPE_CHECKING:
    import xarray as xr


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


def _listed(values: Any) -> str:
    shown = [*values]
    return ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else "")
