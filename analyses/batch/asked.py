"""What is asked of every data set of a batch, and the answer to one."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import xarray as xr

from ...errors import PosterionError, Spell, spelled
from ...inference.digests import code, data_digest

if TYPE_CHECKING:
    from ...inference.noise.independent import Noise
    from ...inference.prior import Prior
    from ...models.parameter import Model

Word = Literal["trusted", "doubtful", "refused", "failed"]
"""That of a verdict; ``"failed"`` where there is no result."""

WORDS: tuple[Word, ...] = ("trusted", "doubtful", "refused", "failed")

PREDICTED = ("prior", "prior_predictive", "posterior_predictive", "log_likelihood", "log_prior")
"""Groups of a result that are made again from its seed, and take most of its room."""


@dataclass(frozen=True)
class Asked:
    """A model, and all else that decides on a result beside the data.

    Attributes
    ----------
    model, noise, draws, chains
        As of `posterion.fit`.
    priors
        By the name of a parameter, sorted.
    question
        What `posterion.ask` takes, sorted by name.
    seed
        Of the batch; see `seed_of`.
    """

    model: "Model"
    priors: "tuple[tuple[str, Prior | str], ...]" = ()
    noise: "Noise | None" = None
    question: tuple[tuple[str, Any], ...] = ()
    seed: int = 0
    draws: int = 1000
    chains: int = 4

    def seed_of(self, data: xr.Dataset) -> int:
        """Return the seed of one data set, whatever its place among the others."""
        text = f"{self.seed} {data_digest(data)}"
        return int(hashlib.sha256(text.encode()).hexdigest()[:7], 16)

    def key(self, data: xr.Dataset) -> str:
        """Name a result by all that decides on it: what is asked, the data, and the code."""
        units = sorted((str(n), str(v.attrs.get("units", ""))) for n, v in data.variables.items())
        parts = (repr(self), code(), data_digest(data), units, data.attrs.get("temperature_c"))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]

    def fit(self, data: xr.Dataset) -> xr.DataTree:
        """Fit one data set, and ask the result."""
        from ..asking import ask
        from ..fit import fit

        tree = fit(
            self.model,
            data,
            priors=dict(self.priors),
            noise=self.noise,
            seed=self.seed_of(data),
            draws=self.draws,
            chains=self.chains,
        )
        if self.question:
            ask(tree, **dict(self.question))
        return tree


@dataclass(frozen=True)
class Answer:
    """What comes of one data set: a word, why, and a row a quantity; the draws where asked for."""

    word: Word
    reason: str
    rows: tuple[Mapping[str, Any], ...] = ()
    draws: xr.DataTree | None = None


def answer(
    asked: Asked, data: xr.Dataset, *, keep_draws: bool = False, spell: Spell = str
) -> Answer:
    """Fit one data set; whatever goes wrong is the answer, and costs no other one."""
    from ...inference.verdict import Verdict
    from ...report.tables import QUANTILES, summary
    from ..asking import kept_answers

    try:
        tree = asked.fit(data)
        table, verdict = summary(tree, kept_answers(tree)), Verdict.of(tree)
    except PosterionError as error:
        return Answer("failed", error.spelled(spell))
    except Exception as error:
        return Answer("failed", f"{type(error).__name__} within posterion: {error}")
    word, reason = verdict.word, spelled(str(verdict), spell)
    rows = [
        {"parameter": str(name), **row[["kind", *QUANTILES, "unit", "doubtful"]]}
        for name, row in table.iterrows()
    ]
    shared = {"verdict": word, "reason": reason, "seed": int(tree.attrs["seed"])}
    draws = tree.filter(lambda node: node.name not in PREDICTED) if keep_draws else None
    return Answer(word, reason, tuple(row | shared for row in rows), draws)
