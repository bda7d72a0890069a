"""What a page says of a transference number."""

import xarray as xr

from ...inference.transference import total_sd, variance_shares
from ...inference.verdict import Verdict
from ..figures import transference as figures
from .subject import Drawing, GroupTable, Section, Subject


class TransferenceSubject(Subject):
    """Results of the steady-state method of Bruce and Vincent."""

    ranges = "the readings"
    clean = "None: the readings outweigh the prior."

    def measured(self, tree: xr.DataTree) -> str:
        """Say how many readings there are."""
        return "five readings"

    def statement(self, tree: xr.DataTree) -> str:
        """Say the formula."""
        return "t = I_ss (ΔV − I_0 R_0) / (I_0 (ΔV − I_ss R_ss)), by Bruce and Vincent."

    def sentence(self, tree: xr.DataTree) -> str:
        """Begin the paragraph on methods."""
        return (
            "The transference number was inferred from the current at once after a step of the "
            "bias and in the steady state, and the resistances of the interfaces before and in it "
            f"({tree.attrs['source']}), by the method of Bruce and Vincent"
        )

    def is_headline(self, name: str, unit: str) -> bool:
        """Tell whether a quantity stands at the top: what was asked for."""
        return name == "t"

    def answers(self, tree: xr.DataTree) -> tuple[str, ...]:
        """Return which reading it would pay to improve."""
        if not Verdict.of(tree).passed:
            return ()
        shares = variance_shares(tree)
        first = str(shares.idxmax("input").item())
        return (
            f"{100 * float(shares.max()):.0f} % of the variance of t comes from the error of "
            f"{first}: improve that reading first.",
        )

    def drawings(self, tree: xr.DataTree, passed: bool) -> tuple[tuple[Drawing, ...], ...]:
        """Return the density of t, where it may be shown."""
        if not passed:
            return ()
        drawing = Drawing(
            "transference",
            figures.transference,
            "Posterior density of the transference number",
            "What is known of the transference number: density, median and 94 % interval, and "
            "dashed what the formula gives at the readings.",
        )
        return ((drawing,),)

    def section(self, tree: xr.DataTree) -> Section | None:
        """Return the readings as they were typed, and what each does to the error of t."""
        if not Verdict.of(tree).passed:
            return None
        typed = dict(each.split(" ", 1) for each in str(tree.attrs["source"]).split(", "))
        shares = variance_shares(tree)
        constant = tree.children["constant_data"].dataset
        sd = dict(zip(shares["input"].values, total_sd(constant), strict=True))
        means = tree.children["posterior"].dataset.mean()
        rows = tuple(
            (
                name,
                (
                    (typed[name], "", False),
                    (f"{100 * sd[name] / float(means[name]):.2g} %", "", False),
                    (f"{100 * float(shares.sel(input=name)):.1f} %", "", False),
                ),
            )
            for name in typed
        )
        headings = ("as given", "error", "share of the variance of t")
        return Section(
            "Which reading to improve",
            "How much of the variance of t comes from the error of each reading, to first order.",
            GroupTable("reading", headings, rows),
        )
