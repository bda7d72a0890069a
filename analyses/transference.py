"""What is asked of the readings of a transference number: which error matters most."""

from typing import Any

import xarray as xr

from ..inference.transference import readings_formula, variance_shares
from ..inference.verdict import Verdict
from .analysis import Analysis


def with_shares(
    document: dict[str, Any], tree: xr.DataTree, answers: xr.Dataset | None
) -> dict[str, Any]:
    """Add what the readings themselves give, and the shares of the variance, to a JSON document.

    None of the shares is known where the checks failed, as of any result.
    """
    shares, passed = variance_shares(tree), Verdict.of(tree).passed
    known = {
        str(name): float(share) if passed else None
        for name, share in zip(shares["input"].values, shares.values, strict=True)
    }
    return document | {"formula": readings_formula(tree), "shares": known}


TRANSFERENCE = Analysis(outputs=("reading",), document=with_shares)
