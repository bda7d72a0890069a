"""Coverage of E_a at stated scatters of the points, for few and for more temperatures.

    python benchmarks/law_coverage.py --pellets 1000
    python benchmarks/law_coverage.py --pellets 200 --sampled 3 --sampled 8

Pellets of E_a = 0.35 eV are measured at 3, 4, 5 and 8 temperatures from 30 to 90 °C, with points
that scatter by 1, 2, 5, 10 and 15 %, and fitted by `Arrhenius` with its default priors. Printed is
how often the 94 % interval of E_a holds it, with the median width of the interval in eV. The
posterior is worked out by quadrature over E_a and the scatter, written here apart from the package
with its priors; ``--sampled`` runs the package itself for a number of temperatures, which must
agree within the Monte Carlo error.
"""

import argparse
from collections.abc import Iterator

import numpy as np
import xarray as xr
from scipy import stats

import posterion as po
from posterion.inference.fit_each import fit_each
from posterion.inference.noise.independent import Relative
from posterion.inference.prior import Prior

K = 8.617333262e-5
SCATTERS = (0.01, 0.02, 0.05, 0.10, 0.15)
TEMPERATURES = (3, 4, 5, 8)
TRUTH = 0.35
ENDS = (0.03, 0.97)
BOUNDS = (91.0, 98.0)


def inverse(count: int) -> np.ndarray:
    """Return 1/kT of the temperatures, in 1/eV, less its mean and reversed: ln σ = a + E x."""
    x = 1 / (K * np.linspace(303.15, 363.15, count))
    return x.mean() - x


def numbers(text: str) -> tuple[float, float]:
    """Return the two numbers of a log-normal prior, which is the one that is known here."""
    prior = Prior.parse(text)
    if prior.family != "LogNormal":
        raise SystemExit(f"the prior is {text}; this quadrature knows LogNormal.")
    first, second = prior.arguments
    return float(first[1]), float(second[1])


class Quadrature:
    """Posterior of E_a given its least-squares estimate and what the line leaves."""

    def __init__(self, count: int) -> None:
        self.x, self.count = inverse(count), count
        mu, sigma = numbers(str(Relative().parameters[0].prior))
        self.log_squares = np.linspace(-30, 12, 2000)
        scatter = np.linspace(-20.0, 4.0, 2000)
        weight = stats.norm.logpdf(scatter, mu, sigma) - (count - 1) * scatter
        exponents = weight - np.exp(self.log_squares[:, None] - 2 * scatter) / 2
        top = exponents.max(1, keepdims=True)
        self.log_likelihood = top[:, 0] + np.log(np.exp(exponents - top).sum(1))
        barrier = next(p for p in po.Arrhenius("sigma").parameters if p.name == "E_a")
        self.barrier = numbers(str(barrier.prior))

    def interval(self, logs: np.ndarray) -> np.ndarray:
        """Return both ends of the 94 % interval of E_a."""
        size = self.x @ self.x
        middle = self.x @ logs / size
        left = ((logs - logs.mean() - middle * self.x) ** 2).sum()
        steps = np.geomspace(1e-4, 1, 600)
        energy = np.concatenate([middle - steps[::-1] * max(middle, 0.01), middle + 4 * steps])
        energy = energy[energy > 0]
        squares = np.log(left + size * (energy - middle) ** 2)
        log_density = np.interp(squares, self.log_squares, self.log_likelihood)
        log_density += stats.norm.logpdf(np.log(energy), *self.barrier) - np.log(energy)
        density = np.exp(log_density - log_density.max())
        mass = np.r_[0, np.cumsum(np.diff(energy) * (density[1:] + density[:-1]) / 2)]
        return np.interp(ENDS, mass / mass[-1], energy)


def measured(count: int, scatter: float, pellets: int, seed: int) -> np.ndarray:
    """Return ln σ of simulated pellets, of shape (pellets, count)."""
    rng = np.random.default_rng([seed, count, round(1000 * scatter)])
    return np.log(1e-4) + TRUTH * inverse(count) + scatter * rng.normal(size=(pellets, count))


def sampled(count: int, drawn: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the interval of E_a of each pellet by the package; of refused runs NaN."""
    temperature = np.linspace(303.15, 363.15, count)
    data = (
        xr.Dataset(
            {"conductivity": ("point", np.exp(logs), {"units": "S/cm"})},
            coords={"temperature": ("point", temperature, {"units": "K"})},
        )
        for logs in drawn
    )
    for tree in fit_each(po.Arrhenius("sigma"), data, seed=1, draws=1000):
        passed = po.Verdict.of(tree).passed
        energy = tree.children["posterior"].dataset["E_a"].values
        yield np.quantile(energy, ENDS) if passed else np.full(2, np.nan)


def cell(ends: np.ndarray) -> tuple[float, str]:
    """Return the coverage in percent, and it with the width as text."""
    kept = ends[np.isfinite(ends[:, 0])]
    held = 100 * float(((kept[:, 0] < TRUTH) & (kept[:, 1] > TRUTH)).mean())
    refused = len(ends) - len(kept)
    width = float(np.median(kept[:, 1] - kept[:, 0]))
    return held, f"{held:.1f} ({width:.3f})" + (f", {refused} refused" if refused else "")


def main() -> None:
    """Print the table, and whether a cell is beyond the bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pellets", type=int, default=1000)
    parser.add_argument("--sampled", type=int, action="append", choices=TEMPERATURES)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| temperatures | " + " | ".join(f"{100 * s:g} %" for s in SCATTERS) + " |")
    print("|---" * (1 + len(SCATTERS)) + "|")
    least, most = 100.0, 0.0
    for count in given.sampled or TEMPERATURES:
        shown = []
        for scatter in SCATTERS:
            drawn = measured(count, scatter, given.pellets, given.seed)
            if given.sampled:
                ends = np.array([*sampled(count, drawn)])
            else:
                exact = Quadrature(count)
                ends = np.array([exact.interval(logs) for logs in drawn])
            held, text = cell(ends)
            least, most = min(least, held), max(most, held)
            shown.append(text)
        print(f"| {count} | " + " | ".join(shown) + " |", flush=True)
    print(f"least {least:.1f}, most {most:.1f}; wanted {BOUNDS[0]:g} to {BOUNDS[1]:g}")


if __name__ == "__main__":
    main()
