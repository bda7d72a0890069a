"""Distributions that are fitted to weighted draws of a posterior and then propose new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.linalg import solve_triangular

Array = NDArray[np.float64]

FREEDOM = 5.0
"""Degrees of freedom: heavier tails than the posterior keep weights bounded."""


class Proposal(Protocol):
    """What draws points, and tells how densely."""

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points of shape (count, size)."""

    def logpdf(self, points: Array) -> Array:
        """Return the log density at points of shape (n, size)."""


@dataclass(frozen=True)
class StudentT:
    """A multivariate t distribution; `root` is lower triangular."""

    center: Array
    root: Array

    def squared(self, points: Array) -> Array:
        """Return the squared distance of points of shape (n, size) from the center, in widths."""
        return np.asarray((((points - self.center) @ self._inverse.T) ** 2).sum(axis=1))

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(solve_triangular(self.root, np.eye(len(self.root)), lower=True))

    def fitted(self, points: Array, weights: Array) -> "StudentT":
        """Return one that fits weighted points better, and is a little wider."""
        size = len(self.center)
        near = weights * (FREEDOM + size) / (FREEDOM + self.squared(points))
        center = near @ points / near.sum()
        spread = ((points - center) * near[:, None]).T @ (points - center)
        return StudentT(center, root_of(1.05 * spread))

    def logpdf(self, points: Array) -> Array:
        """Return the log density at points."""
        size = len(self.center)
        constant = special.gammaln((FREEDOM + size) / 2) - special.gammaln(FREEDOM / 2)
        constant -= size / 2 * np.log(FREEDOM * np.pi) + np.log(np.diag(self.root)).sum()
        tail = (FREEDOM + size) / 2 * np.log1p(self.squared(points) / FREEDOM)
        return np.asarray(constant - tail)

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points of shape (count, size)."""
        z = rng.normal(size=(count, len(self.center)))
        z *= np.sqrt(FREEDOM / rng.chisquare(FREEDOM, size=(count, 1)))
        return np.asarray(self.center + z @ self.root.T)


@dataclass(frozen=True)
class Mixture[P: Proposal]:
    """Proposals, and the share of each."""

    shares: tuple[float, ...]
    parts: tuple[P, ...]

    def each(self, points: Array) -> Array:
        """Return the log density of each part with its share, of shape (parts, n)."""
        logs = [part.logpdf(points) for part in self.parts]
        return np.stack(logs) + np.log(self.shares)[:, None]

    def logpdf(self, points: Array) -> Array:
        """Return the log density at points."""
        return np.asarray(special.logsumexp(self.each(points), axis=0))

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points of shape (count, size), in random order."""
        counts = rng.multinomial(count, self.shares)
        points = [part.draws(own, rng) for part, own in zip(self.parts, counts, strict=True)]
        return np.asarray(rng.permutation(np.concatenate(points)))


WIDENED = 1.15
"""Times the widths that fit best: of proposals too wide the weights stay bounded."""

REACH = 4.0
"""Standard deviations beyond which widths change no further."""


@dataclass(frozen=True)
class Funnel:
    """One coordinate after the other, each distributed about what those before it let expect.

    A few coordinates lead: amplitudes of errors, on which the widths of all others depend.
    x_k = a·(1, x_<k, their squares, products of the leading)
    + exp(b·(1, leading, their squares)) t, with t of Student's distribution: a triangular map, as
    in Marzouk, Moselhy, Parno and Spantini (2016), doi:10.1007/978-3-319-11259-6_23-1.

    Attributes
    ----------
    order
        The coordinates, those that lead first.
    leading
        How many lead.
    center, scale
        Of each coordinate, in that order.
    means, widths
        The coefficients a and b, a column for each; see `_terms`.
    """

    order: Array
    leading: int
    center: Array
    scale: Array
    means: Array
    widths: Array

    @classmethod
    def fitted(
        cls, points: Array, weights: Array, leading: Sequence[int], first: "Funnel | None" = None
    ) -> "Funnel":
        """Fit the map to weighted points by maximum likelihood, a little shrunk.

        Parameters
        ----------
        points, weights
            Of shape (n, size) and (n,); the weights sum to one.
        leading
            The coordinates that lead.
        first
            A map to start at.
        """
        size = points.shape[1]
        order = np.array([*leading, *(i for i in range(size) if i not in set(leading))], dtype=int)
        kept = weights > 1e-5 / len(weights)
        x, weights = points[kept][:, order], weights[kept] / weights[kept].sum()
        center = weights @ x if first is None else first.center
        scale = np.sqrt(weights @ (x - center) ** 2) if first is None else first.scale
        x = (x - center) / scale
        about, spread = _terms(x, len(leading))
        owners = _owners(size, len(leading))
        means, widths = (np.zeros((len(own), size)) for own in owners)
        for k in range(size):
            of_mean, of_width = (own < k for own in owners)
            start = first.widths[of_width, k] if first else None
            mean, width = _regressed(
                about[:, of_mean], spread[:, of_width], x[:, k], weights, start
            )
            width[0] += np.log(WIDENED)
            means[of_mean, k], widths[of_width, k] = mean, width
        return cls(order, len(leading), center, scale, means, widths)

    def draws(self, count: int, rng: np.random.Generator) -> Array:
        """Draw points of shape (count, size)."""
        t = rng.standard_t(FREEDOM, size=(count, len(self.order)))
        x = np.zeros_like(t)
        for k in range(len(self.order)):
            about, spread = _terms(x, self.leading)
            x[:, k] = about @ self.means[:, k] + np.exp(spread @ self.widths[:, k]) * t[:, k]
        points = np.empty_like(x)
        points[:, self.order] = self.center + self.scale * x
        return points

    def logpdf(self, points: Array) -> Array:
        """Return the log density at points of shape (n, size)."""
        x = (points[:, self.order] - self.center) / self.scale
        about, spread = _terms(x, self.leading)
        log_width = spread @ self.widths
        z = (x - about @ self.means) * np.exp(-log_width)
        each = log_width + (FREEDOM + 1) / 2 * np.log1p(z**2 / FREEDOM)
        constant = len(self.order) * self._constant - np.log(self.scale).sum()
        return np.asarray(constant - each.sum(axis=1))

    @cached_property
    def _constant(self) -> float:
        gammas = special.gammaln((FREEDOM + 1) / 2) - special.gammaln(FREEDOM / 2)
        return float(gammas - 0.5 * np.log(FREEDOM * np.pi))


def _terms(x: Array, leading: int) -> tuple[Array, Array]:
    """Return what means, and log widths, of coordinates of shape (n, size) are linear in.

    Of each coordinate only those terms of which the `_owners` come before it.
    """
    first, others = x[:, :leading], x[:, leading:]
    ones = np.ones((len(x), 1))
    rows, columns = np.tril_indices(leading)
    near, others = (np.clip(part, -REACH, REACH) for part in (first, others))
    return (
        np.hstack([ones, x, first[:, rows] * first[:, columns], others**2]),
        np.hstack([ones, near, near**2]),
    )


def _owners(size: int, leading: int) -> tuple[Array, Array]:
    """Return the last coordinate that each of the `_terms` is made of."""
    first, others = np.split(np.arange(size), [leading])
    return (
        np.r_[-1, first, others, np.tril_indices(leading)[0], others],
        np.r_[-1, first, first],
    )


ROUNDS, SHRUNK = 4, 5.0
"""Rounds of weighted least squares, and the draws' worth of pull of coefficients to zero."""


def _regressed(
    about: Array, spread: Array, y: Array, weights: Array, width: Array | None
) -> tuple[Array, Array]:
    """Return coefficients of the mean and of the log width of y, whose errors follow Student's t.

    By turns: the mean by iteratively reweighted least squares, the log width by Newton's method.
    """
    pull = SHRUNK * np.square(weights).sum()
    rounds, mean = ROUNDS, np.zeros(about.shape[1])
    if width is None:
        rounds, width = 2 * ROUNDS, np.zeros(spread.shape[1])
    free = np.r_[0.0, np.ones(len(width) - 1)]
    near = weights
    for turn in range(rounds):
        precision = np.exp(-2 * (spread @ width))
        if turn:
            squared = (y - about @ mean) ** 2 * precision
            near = weights * (FREEDOM + 1) / (FREEDOM + squared)
        gram = (about * (near * precision)[:, None]).T @ about
        ridge = pull * np.trace(gram) / len(gram) * np.eye(len(gram))
        ridge[0, 0] *= 1e-6
        mean = np.linalg.solve(gram + ridge, about.T @ (near * precision * y))
        squared = (y - about @ mean) ** 2 * np.exp(-2 * (spread @ width)) / FREEDOM
        slope = weights * ((FREEDOM + 1) * squared / (1 + squared) - 1)
        bend = weights * 2 * (FREEDOM + 1) * squared / (1 + squared) ** 2
        hessian = (spread * bend[:, None]).T @ spread + np.diag(pull * free + 1e-9)
        step = np.linalg.solve(hessian, spread.T @ slope - pull * free * width)
        width = width + step / max(1.0, np.abs(step).max())
    return mean, width


COMPONENTS = 6
"""Of a mixture round one mode."""

LEAST_SHARE = 0.5
"""Of an even share each part of a mixture keeps, lest a part of the posterior be lost."""

ENOUGH = 150
"""Draws' worth of weight that fit a `Funnel`; three for each coordinate fit a t distribution."""


def sown(points: Array, weights: Array, rng: np.random.Generator) -> Mixture[Proposal]:
    """Return a mixture of t distributions: one as wide as weighted points, others within."""
    center = weights @ points
    covariance = ((points - center) * weights[:, None]).T @ (points - center)
    covariance *= (FREEDOM - 2) / FREEDOM
    count = COMPONENTS - 1
    near = root_of(0.7 * covariance)
    around = [StudentT(center + (points[i] - center) / 2, near)
              for i in rng.choice(len(points), count, p=weights)]  # fmt: skip
    parts = (StudentT(center, root_of(1.1 * covariance)), *around)
    return Mixture((0.5, *[0.5 / count] * count), parts)


def refitted(
    mixture: Mixture[Proposal],
    points: Array,
    weights: Array,
    leading: Sequence[int] | None = None,
) -> Mixture[Proposal]:
    """Fit a mixture to weighted points by one step of expectation maximization.

    Given what leads, its parts become funnels where enough points belong to them.
    """
    each = mixture.each(points)
    belongs = np.exp(each - special.logsumexp(each, axis=0)) * weights
    shares, parts = [], []
    for part, own in zip(mixture.parts, belongs, strict=True):
        share = own.sum()
        worth = share**2 / (own**2).sum() if share > 0 else 0.0
        if leading is not None and worth >= ENOUGH:
            first = part if isinstance(part, Funnel) else None
            part = Funnel.fitted(points, own / share, leading, first)
        elif isinstance(part, StudentT) and worth >= 3 * points.shape[1]:
            part = part.fitted(points, own / share)
        shares.append(max(share, LEAST_SHARE / len(mixture.parts)))
        parts.append(part)
    return Mixture(tuple(np.array(shares) / sum(shares)), tuple(parts))


def root_of(covariance: Array) -> Array:
    """Return the lower triangular root of a covariance, of however different scales."""
    scale = np.sqrt(np.diag(covariance))
    relative = covariance / np.outer(scale, scale) + 1e-9 * np.eye(len(scale))
    return np.asarray(scale[:, None] * np.linalg.cholesky(relative))
