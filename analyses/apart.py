"""How what belongs apart is kept apart, as a remedy that each surface spells."""

from ..errors import Setting


def ways_apart(label: str, pooled: str, curve: str) -> tuple[str | Setting, ...]:
    """Return the ways to part data by a label.

    Parameters
    ----------
    label
        Whose values are not one kind.
    pooled
        When its values share a distribution, as a clause.
    curve
        What would go through all.
    """
    return (
        Setting("pool", label),
        f" {pooled}, ",
        Setting("pool", {label: "none"}),
        " where they share nothing, ",
        Setting("where", {label: "VALUE"}, within="select"),
        " for one of them, or ",
        Setting("pool", {}),
        f" for {curve} all the same.",
    )
