"""The certified nonlinear fits of NIST as models, and a posterior beside the certified values.

Statistical Reference Datasets, National Institute of Standards and Technology,
doi:10.18434/T43G6C. Each formula is that of the file, in its own parameters b1, b2, ...; what is
sampled are coordinates that the data determine: values and slopes within the measured window
instead of intercepts far outside. Priors are wide and know the window alone; the starting values
of the files are not read. Where the priors are flat, the mode is the least squares estimate
whatever the coordinates.

The tests and benchmarks/nist.py load this file by its path.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import arviz_stats
import numpy as np
import pytensor
import pytensor.tensor as pt
import xarray as xr
from pymc.pytensorf import join_nonshared_inputs
from pytensor.compile.mode import Mode
from scipy import optimize, special, stats

import posterion as po
from posterion.models.parameter import Coordinates, Parameter

NOISE = {"noise": "LogNormal(-3, 10)"}
"""As good as p(s) ~ 1/s: over a factor of two in s it changes by a few percent at most."""

PLAIN = Mode(linker="py", optimizer="fast_compile")
"""A few calls are not worth compiling."""

WIDE = 100.0
"""Widths of priors of values, in units of the largest measured one."""


@dataclass(frozen=True)
class Curve:
    """A curve with independent points.

    Attributes
    ----------
    name, text
        The data set, and the formula as NIST prints it.
    count
        How many parameters b1, b2, ... there are.
    sampled
        Pairs of coordinate and prior; priors may name quantities of `window`.
    own
        Maps coordinates and window to the parameters b1, b2, ...
    formula
        Maps inputs and the list of parameters to the prediction.
    """

    name: str
    text: str
    count: int
    sampled: tuple[tuple[str, str], ...]
    own: Callable[[Any, Any], tuple[Any, ...]]
    formula: Callable[..., Any]
    ordered: tuple[tuple[str, ...], ...] = ()
    inputs: tuple[str, ...] = ("x",)
    log: bool = False  # whether the logarithm of y is what scatters normally

    output = "y"
    output_unit = ""
    output_dims = ("point",)
    output_labels = MappingProxyType({})
    quantities = ()

    def __str__(self) -> str:
        """Tell all that the density is made of: compiled code is kept under this text."""
        source = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
        return f"{self.name}: {self.text} [nist.py {source}]"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"b{place + 1}" for place in range(self.count))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(Parameter(name, name, "", "real", "") for name in self.names)

    def coordinates(self, named=()) -> Coordinates:
        sampled = tuple(
            Parameter(
                name, name, "", "real" if prior.startswith("Normal") else "positive", "", prior
            )
            for name, prior in self.sampled
        )
        return Coordinates(
            sampled,
            self.ordered,
            lambda values, window: dict(zip(self.names, self.own(values, window), strict=True)),
        )

    def window(self, data: xr.Dataset) -> dict[str, float]:
        size = float(np.abs(data["y"]).max())
        window = {
            "typical": float(data["y"].std()),
            "smallest": float(np.abs(data["y"]).min()),
            "y_wide": WIDE * size,
            "log_y": np.log(size),
        }
        for name in self.inputs:
            low, high = float(data[name].min()), float(data[name].max())
            window |= {
                f"{name}_low": low,
                f"{name}_high": high,
                f"{name}_mid": (low + high) / 2,
                f"{name}_span": high - low,
                f"{name}_step": float(np.diff(np.unique(data[name])).min()),
                f"log_{name}_mid": np.log((low + high) / 2),
                f"log_{name}_span": np.log(high - low),
            }
        return window

    def response(self, inputs, parameters) -> Any:
        return self.formula(
            *(inputs[name] for name in self.inputs), *(parameters[name] for name in self.names)
        )

    def magnitude(self, response) -> Any:
        return abs(response)


def saturation(name: str) -> Curve:
    """Sampled: the value at the end of the window, and how far it is bent there."""

    def own(c, w):
        b2 = c["bend"] / w["x_high"]
        return c["end"] / -np.expm1(-c["bend"]), b2

    return Curve(
        name,
        "y = b1*(1-exp[-b2*x])",
        2,
        (("end", "LogNormal(log_y, 5)"), ("bend", "LogNormal(0, 3)")),
        own,
        lambda x, b1, b2: b1 * -np.expm1(-b2 * x),
    )


def power() -> Curve:
    """Sampled: the value in the middle, and the exponent."""
    return Curve(
        "DanWood",
        "y = b1*x**b2",
        2,
        (("middle", "LogNormal(log_y, 5)"), ("b2", "Normal(0, 100)")),
        lambda c, w: (c["middle"] * w["x_mid"] ** -c["b2"], c["b2"]),
        lambda x, b1, b2: b1 * x**b2,
    )


def chwirut() -> Curve:
    """Sampled: the value in the middle, the decay, and the growth of the denominator."""

    def own(c, w):
        b1 = c["decay"] / w["x_span"]
        b3_over_b2 = c["growth"] / w["x_mid"]
        b2 = np.exp(-b1 * w["x_mid"]) / (c["middle"] * (1 + c["growth"]))
        return b1, b2, b2 * b3_over_b2

    return Curve(
        "Chwirut2",
        "y = exp(-b1*x)/(b2+b3*x)",
        3,
        (
            ("middle", "LogNormal(log_y, 5)"),
            ("decay", "Normal(0, 100)"),
            ("growth", "LogNormal(0, 5)"),
        ),
        own,
        lambda x, b1, b2, b3: np.exp(-b1 * x) / (b2 + b3 * x),
    )


def kirby() -> Curve:
    """Sampled: the curve and its denominator, each where a quadratic can be told from them.

    The curve at both ends and the middle; the denominator, which is one at x = 0, at the
    middle and the far end.
    """

    def own(c, w):
        low, middle, high = w["x_low"], w["x_mid"], w["x_high"]
        # 1 + b4 x + b5 x² through its two values.
        slope = (c["under_middle"] - 1) / middle
        b5 = ((c["under_high"] - 1) / high - slope) / (high - middle)
        b4 = slope - b5 * middle
        # b1 + b2 x + b3 x² through its three values, by divided differences.
        at_low = c["at_low"] * (1 + b4 * low + b5 * low**2)
        at_middle = c["at_middle"] * c["under_middle"]
        at_high = c["at_high"] * c["under_high"]
        first = (at_middle - at_low) / (middle - low)
        b3 = ((at_high - at_middle) / (high - middle) - first) / (high - low)
        b2 = first - b3 * (low + middle)
        return at_low - b2 * low - b3 * low**2, b2, b3, b4, b5

    return Curve(
        "Kirby2",
        "y = (b1 + b2*x + b3*x**2) / (1 + b4*x + b5*x**2)",
        5,
        (
            ("at_low", "Normal(0, y_wide)"),
            ("at_middle", "Normal(0, y_wide)"),
            ("at_high", "Normal(0, y_wide)"),
            ("under_middle", "LogNormal(0, 3)"),
            ("under_high", "LogNormal(0, 3)"),
        ),
        own,
        lambda x, b1, b2, b3, b4, b5: (b1 + b2 * x + b3 * x**2) / (1 + b4 * x + b5 * x**2),
    )


def kowalik() -> Curve:
    """Sampled: the value in the middle of log x, and the shares of the terms there.

    The data determine b2, b3 and b4 by little more than their ratios: with all of them large
    the curve is b1 x (x + b2) / (b3 x + b4), with b4 = 0 it is b1 (x + b2) / (x + b3). Both lie at
    the ends of ``square``, the share of x² beside b4, and not infinitely far away. There is no
    pole above zero where ``damping`` is positive; a pole between two measured points would be a
    second explanation of the data.
    """

    def own(c, w):
        x = (w["x_low"] * w["x_high"]) ** 0.5
        b4 = x**2 * (1 / c["square"] - 1)
        b3 = (c["damping"] - 2) * b4**0.5
        b2 = x * (1 / c["bend"] - 1)
        return c["middle"] * (x**2 + b3 * x + b4) / (x**2 + b2 * x), b2, b3, b4

    return Curve(
        "MGH09",
        "y = b1*(x**2+x*b2) / (x**2+x*b3+b4)",
        4,
        (
            ("middle", "LogNormal(log_y, 5)"),
            ("square", "Beta(1, 1)"),
            ("damping", "HalfNormal(10)"),
            ("bend", "HalfNormal(10)"),
        ),
        own,
        lambda x, b1, b2, b3, b4: b1 * (x**2 + x * b2) / (x**2 + x * b3 + b4),
    )


def thermistor() -> Curve:
    """Sampled: value and logarithmic slope in the middle, and how far away the pole is."""

    def own(c, w):
        pole = c["far"] - w["x_low"]
        reach = w["x_mid"] + pole
        b2 = c["slope"] / w["x_span"] * reach**2
        return c["middle"] * np.exp(-b2 / reach), b2, pole

    return Curve(
        "MGH10",
        "y = b1 * exp[b2/(x+b3)]",
        3,
        (
            ("middle", "LogNormal(log_y, 5)"),
            ("slope", "LogNormal(0, 5)"),
            ("far", "LogNormal(log_x_span, 3)"),
        ),
        own,
        lambda x, b1, b2, b3: b1 * np.exp(b2 / (x + b3)),
    )


def growth() -> Curve:
    """Sampled: the plateau, where half of it is reached, and how fast."""

    def own(c, w):
        b3 = c["speed"] / w["x_span"]
        return c["b1"], b3 * (w["x_mid"] + c["half"] * w["x_span"]), b3

    return Curve(
        "Rat42",
        "y = b1 / (1+exp[b2-b3*x])",
        3,
        (("b1", "LogNormal(log_y, 5)"), ("half", "Normal(0, 10)"), ("speed", "LogNormal(0, 3)")),
        own,
        lambda x, b1, b2, b3: b1 / (1 + np.exp(b2 - b3 * x)),
    )


def peak() -> Curve:
    """Sampled: height, width and place."""

    def own(c, w):
        b2 = c["width"] * w["x_span"]
        return c["height"] * b2, b2, w["x_mid"] + c["place"] * w["x_span"]

    return Curve(
        "Eckerle4",
        "y = (b1/b2) * exp[-0.5*((x-b3)/b2)**2]",
        3,
        (
            ("height", "LogNormal(log_y, 5)"),
            ("width", "LogNormal(0, 3)"),
            ("place", "Normal(0, 10)"),
        ),
        own,
        lambda x, b1, b2, b3: b1 / b2 * np.exp(-0.5 * ((x - b3) / b2) ** 2),
    )


def two_peaks() -> Curve:
    """Sampled: as it stands, the peaks in the order of their places."""

    def own(c, w):
        return (
            c["b1"],
            c["decay"] / w["x_span"],
            *(c[name] for name in ("b3", "b4", "b5", "b6", "b7", "b8")),
        )

    return Curve(
        "Gauss1",
        "y = b1*exp( -b2*x ) + b3*exp( -(x-b4)**2 / b5**2 ) + b6*exp( -(x-b7)**2 / b8**2 )",
        8,
        (
            ("b1", "Normal(0, y_wide)"),
            ("decay", "LogNormal(0, 3)"),
            ("b3", "Normal(0, y_wide)"),
            ("b4", "LogNormal(log_x_mid, 2)"),
            ("b5", "LogNormal(log_x_span, 3)"),
            ("b6", "Normal(0, y_wide)"),
            ("b7", "LogNormal(log_x_mid, 2)"),
            ("b8", "LogNormal(log_x_span, 3)"),
        ),
        own,
        lambda x, b1, b2, b3, b4, b5, b6, b7, b8: (
            b1 * np.exp(-b2 * x)
            + b3 * np.exp(-((x - b4) ** 2) / b5**2)
            + b6 * np.exp(-((x - b7) ** 2) / b8**2)
        ),
        ordered=(("b4", "b7"),),
    )


def cycles() -> Curve:
    """Sampled: the periods in order, and amplitudes at a phase counted from the middle.

    There an error of the period moves the phase least. A period below two steps of x has an
    alias above it with the very same values at the data, so periods are counted from there.
    """

    def turned(period, cosine, sine, w):
        angle = 2 * np.pi * w["x_mid"] / period
        return (
            cosine * np.cos(angle) - sine * np.sin(angle),
            cosine * np.sin(angle) + sine * np.cos(angle),
        )

    def own(c, w):
        b4, b7 = (2 * w["x_step"] + c[name] for name in ("long", "short"))
        b5, b6 = turned(b4, c["long_cosine"], c["long_sine"], w)
        b8, b9 = turned(b7, c["short_cosine"], c["short_sine"], w)
        return c["b1"], c["b2"], c["b3"], b4, b5, b6, b7, b8, b9

    def wave(x, period, cosine, sine):
        angle = 2 * np.pi * x / period
        return cosine * np.cos(angle) + sine * np.sin(angle)

    return Curve(
        "ENSO",
        "y = b1 + b2*cos( 2*pi*x/12 ) + b3*sin( 2*pi*x/12 ) + b5*cos( 2*pi*x/b4 ) "
        "+ b6*sin( 2*pi*x/b4 ) + b8*cos( 2*pi*x/b7 ) + b9*sin( 2*pi*x/b7 )",
        9,
        (
            ("b1", "Normal(0, y_wide)"),
            ("b2", "Normal(0, y_wide)"),
            ("b3", "Normal(0, y_wide)"),
            ("short", "LogNormal(log_x_mid, 1)"),
            ("long", "LogNormal(log_x_mid, 1)"),
            ("long_cosine", "Normal(0, y_wide)"),
            ("long_sine", "Normal(0, y_wide)"),
            ("short_cosine", "Normal(0, y_wide)"),
            ("short_sine", "Normal(0, y_wide)"),
        ),
        own,
        lambda x, b1, b2, b3, b4, b5, b6, b7, b8, b9: (
            b1 + wave(x, 12.0, b2, b3) + wave(x, b4, b5, b6) + wave(x, b7, b8, b9)
        ),
        ordered=(("short", "long"),),
    )


def magnetism() -> Curve:
    """Sampled: value and logarithmic slope in the middle, and how far away the pole is."""

    def own(c, w):
        b2 = c["far"] - w["x_low"]
        reach = b2 + w["x_mid"]
        one_over_b3 = c["slope"] / w["x_span"] * reach
        return c["middle"] * np.exp(one_over_b3 * np.log(reach)), b2, 1 / one_over_b3

    return Curve(
        "Bennett5",
        "y = b1 * (b2+x)**(-1/b3)",
        3,
        (
            ("middle", "Normal(0, y_wide)"),
            ("slope", "LogNormal(0, 5)"),
            ("far", "LogNormal(log_x_span, 3)"),
        ),
        own,
        lambda x, b1, b2, b3: b1 * (b2 + x) ** (-1 / b3),
    )


def breakdown() -> Curve:
    """Sampled: the rate at the highest temperature, where there is most of it."""

    def own(c, w):
        b2 = c["rate"] / w["x1_span"] * np.exp(c["b3"] * w["x2_high"])
        return c["b1"], b2, c["b3"]

    return Curve(
        "Nelson",
        "log[y] = b1 - b2*x1 * exp[-b3*x2]",
        3,
        (("b1", "Normal(0, y_wide)"), ("rate", "LogNormal(0, 3)"), ("b3", "Normal(0, 1)")),
        own,
        lambda x1, x2, b1, b2, b3: b1 - b2 * x1 * np.exp(-b3 * x2),
        inputs=("x1", "x2"),
        log=True,
    )


CURVES = {
    curve.name: curve
    for curve in (
        saturation("Misra1a"),
        saturation("BoxBOD"),
        power(),
        chwirut(),
        kirby(),
        kowalik(),
        thermistor(),
        growth(),
        peak(),
        two_peaks(),
        cycles(),
        magnetism(),
        breakdown(),
    )
}


BENT = {
    # Six points, of which hardly one tells the rate from infinity.
    "BoxBOD": ("b1", "b2"),
    # Known by little more than their ratios; see `kowalik`. Of b1, by importance sampling, the
    # central 90 % are 0.94 times as wide as those of Student's t, and the central 99 % 1.11 times.
    "MGH09": ("b1", "b2", "b3", "b4"),
    # Large residuals bend the sum of squares where the periods are concerned: with its second
    # derivatives in full, the standard deviations are 0.82 to 1.23 times the certified ones, which
    # are of the first derivatives of the curve alone. The phases are counted from far outside.
    "ENSO": ("b4", "b5", "b6", "b7", "b8", "b9"),
    # An exponential far from its data: b2 is known to a factor, and so must be positive.
    "Nelson": ("b2", "b3"),
}
"""Parameters whose posterior is not near the normal distribution of linear least squares."""


@dataclass(frozen=True)
class Certified:
    """What a file certifies: value and standard deviation of b1, b2, ..., and the residuals."""

    values: dict[str, float]
    sds: dict[str, float]
    residual_sd: float
    dof: int


def read(path: Path, curve: Curve) -> tuple[Certified, xr.Dataset]:
    """Read a file of NIST; its header names the lines."""
    text = path.read_text(encoding="ascii")
    lines = text.splitlines()

    def block(title: str) -> list[str]:
        first, last = re.search(rf"{title} +\(lines +(\d+) to +(\d+)\)", text).groups()
        return lines[int(first) - 1 : int(last)]

    def number(title: str) -> float:
        return float(re.search(rf"{title}: +(\S+)", "\n".join(block("Certified Values")))[1])

    rows = [line.replace("=", " ").split() for line in block("Certified Values")]
    rows = [row for row in rows if row and re.fullmatch(r"b\d+", row[0])]
    y, *x = np.array([line.split() for line in block("Data")], dtype=float).T
    certified = Certified(
        {row[0]: float(row[-2]) for row in rows},
        {row[0]: float(row[-1]) for row in rows},
        number("Residual Standard Deviation"),
        int(number("Degrees of Freedom")),
    )
    variables = {"y": ("point", np.log(y) if curve.log else y)}
    variables |= {name: ("point", x) for name, x in zip(curve.inputs, x, strict=True)}
    return certified, xr.Dataset(variables)


def fit(curve: Curve, data: xr.Dataset, seed: int = 1) -> xr.DataTree:
    return po.fit(curve, data, priors=NOISE, noise=po.Gaussian(), seed=seed)


class Refined:
    """The built model, and the draws of its posterior as points without bounds."""

    def __init__(self, curve: Curve, data: xr.Dataset, post: xr.DataTree) -> None:
        self.curve, self.window = curve, curve.window(data)
        self.model = po.build(curve, data, priors=NOISE, noise=po.Gaussian())
        draws = post["posterior"].to_dataset().stack(draw_=("chain", "draw"))
        self.x = np.hstack(
            [self._forward(rv, draws[rv.name].transpose("draw_", ...)) for rv in self._free]
        )
        assert self._free[-1].name == "noise"  # so that the last column is what stays fixed
        self.best = self.x[int(post["sample_stats"]["lp"].values.argmax())]

    @property
    def _free(self) -> list[Any]:
        return self.model.free_RVs

    def _forward(self, rv: Any, values: Any) -> Any:
        transform = self.model.rvs_to_transforms[rv]
        if transform is None:
            return values.values.reshape(len(values), -1)
        moved = transform.forward(values.values, *rv.owner.inputs).eval(mode=PLAIN)
        return moved.reshape(len(values), -1)

    def mode(self, *, with_prior: bool) -> dict[str, float]:
        """Return b1, b2, ... where the density at the noise of the best draw is highest.

        With the prior that is the density of the coordinates without their bounds, which the
        sampler sees. Without it, least squares. The root of the gradient is sought in
        coordinates that the draws make round.
        """
        terms = None if with_prior else self.model.observed_RVs
        logp = self.model.logp(vars=terms)
        parts = pytensor.grad(logp, self.model.value_vars, disconnected_inputs="ignore")
        (slope,), point = join_nonshared_inputs(
            self.model.initial_point(),
            [pt.join(0, *[part.ravel() for part in parts])],
            self.model.value_vars,
            make_inputs_shared=False,
        )
        density_slope = pytensor.function([point], slope, mode=PLAIN)
        fixed, noise = self.best[:-1], self.best[-1]
        axes = np.linalg.cholesky(np.cov(self.x[:, :-1], rowvar=False))

        def gradient(z: Any) -> Any:
            return axes.T @ density_slope(np.append(fixed + axes @ z, noise))[:-1]

        root = optimize.root(gradient, np.zeros(len(axes)), tol=1e-12)
        assert np.abs(gradient(root.x)).max() < 1e-6, f"{self.curve.name}: {root.message}"
        return self._own(fixed + axes @ root.x)

    def _own(self, x: Any) -> dict[str, float]:
        """Map a point without bounds to b1, b2, ..."""
        values: dict[str, float] = {}
        for rv in self._free[:-1]:
            groups = {f"ordered_{'_'.join(group)}": group for group in self.curve.ordered}
            group = groups.get(rv.name, (rv.name,))
            part, x = x[: len(group)], x[len(group) :]
            transform = self.model.rvs_to_transforms[rv]
            if transform is not None:
                part = part if len(group) > 1 else part[0]
                part = transform.backward(part, *rv.owner.inputs).eval(mode=PLAIN)
            values |= dict(zip(group, np.ravel(part).astype(float), strict=True))
        own = self.curve.coordinates().to_parameters(values, self.window)
        return {name: float(own[name]) for name in self.curve.names}


def weighted(
    curve: Curve, data: xr.Dataset, post: xr.DataTree, count: int = 60_000
) -> tuple[dict[str, Any], Any]:
    """Return draws of b1, b2, ... with weights: the posterior by importance sampling.

    In plain NumPy, and with the noise integrated out: with p(s) ~ 1/s, the likelihood is the
    residual sum of squares to the power -n/2. The draws to be weighted are of a multivariate
    Student's t, wider than the posterior and placed by its draws: a mode far from all of them
    is not seen.
    """
    rng = np.random.default_rng(0)
    window = curve.window(data)
    priors = {name: po.Prior.parse(prior).at(window) for name, prior in curve.sampled}
    posterior = post["posterior"].to_dataset()
    seen = np.stack([UNBOUND[p.family](posterior[n].values.ravel()) for n, p in priors.items()])
    axes = 1.2 * np.linalg.cholesky(np.cov(seen))
    nu = 5
    z = rng.normal(size=(count, len(axes))) / np.sqrt(rng.chisquare(nu, size=(count, 1)) / nu)
    u = dict(zip(priors, (seen.mean(axis=1) + z @ axes.T).T, strict=True))
    c = {name: BOUND[prior.family](u[name]) for name, prior in priors.items()}

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # far out
        own = curve.coordinates().to_parameters(c, window)
        inputs = {name: data[name].values for name in curve.inputs}
        y = data["y"].values
        rss = np.concatenate(
            [
                ((curve.response(inputs, {n: own[n][i, None] for n in own}) - y) ** 2).sum(axis=1)
                for i in np.array_split(np.arange(count), count // 2000)
            ]
        )
    logp = -len(y) / 2 * np.log(rss)
    logp += (nu + len(axes)) / 2 * np.log1p((z**2).sum(axis=1) / nu)
    for name, prior in priors.items():
        arguments = list(dict(prior.arguments).values())
        logp += LOG_DENSITY[prior.family](u[name], c[name], *arguments)
    for group in curve.ordered:
        ascending = np.diff([c[name] for name in group], axis=0).min(axis=0) > 0
        logp = np.where(ascending, logp, -np.inf)
    weight = np.exp(np.nan_to_num(logp - np.nanmax(logp), nan=-np.inf))
    return own, weight / weight.sum()


def weighted_quantile(values: Any, weight: Any, at: Any) -> Any:
    order = np.argsort(values)
    return np.interp(at, np.cumsum(weight[order]) - weight[order] / 2, values[order])


# How a coordinate is freed of its bounds, back, and the density there; for `weighted`.
UNBOUND = {
    "Normal": lambda c: c,
    "LogNormal": np.log,
    "HalfNormal": np.log,
    "Beta": special.logit,
}
BOUND = {
    "Normal": lambda u: u,
    "LogNormal": np.exp,
    "HalfNormal": np.exp,
    "Beta": special.expit,
}
LOG_DENSITY = {
    "Normal": lambda u, c, mu, sigma: stats.norm.logpdf(u, mu, sigma),
    "LogNormal": lambda u, c, mu, sigma: stats.norm.logpdf(u, mu, sigma),
    "HalfNormal": lambda u, c, sigma: stats.halfnorm.logpdf(c, scale=sigma) + u,
    "Beta": lambda u, c, a, b: stats.beta.logpdf(c, a, b) + np.log(c) + np.log1p(-c),
}


@dataclass(frozen=True)
class Row:
    """One parameter: certified, and what the posterior says.

    Attributes
    ----------
    mode
        Where the likelihood of the built model is highest.
    digits
        Its agreeing digits, -log10 of the relative difference.
    pull
        The mode of the posterior less the certified value, in certified standard
        deviations: what the priors do.
    shift
        The same of the median: priors, and the skewness of the posterior.
    sd_ratio
        Posterior standard deviation over the certified one times √(ν/(ν-2)).
    width_ratio
        Width of the central 90 % over that of Student's t of the certified scale.
    exact_shift, exact_ratio
        Median and width against importance sampling.
    """

    name: str
    certified: float
    certified_sd: float
    mode: float
    median: float
    digits: float
    pull: float
    shift: float
    sd_ratio: float
    width_ratio: float
    exact_shift: float
    exact_ratio: float
    ess: float


def compare(curve: Curve, certified: Certified, data: xr.Dataset, post: xr.DataTree) -> list[Row]:
    """Put a posterior beside the certified values."""
    refined = Refined(curve, data, post)
    likeliest, pulled = (refined.mode(with_prior=prior) for prior in (False, True))
    exact, weight = weighted(curve, data, post)
    assert 1 / (weight**2).sum() > 2000, f"{curve.name}: importance sampling is too poor"
    ess = arviz_stats.ess(post["posterior"].to_dataset(), method="bulk")
    t = stats.t(certified.dof)
    rows = []
    for name in curve.names:
        draws = post["posterior"][name].values
        value, sd = certified.values[name], certified.sds[name]
        low, median, high = np.quantile(draws, [0.05, 0.5, 0.95])
        exact_low, exact_median, exact_high = weighted_quantile(
            exact[name], weight, [0.05, 0.5, 0.95]
        )
        rows.append(
            Row(
                name,
                value,
                sd,
                likeliest[name],
                float(median),
                float(-np.log10(max(abs(likeliest[name] / value - 1), 1e-16))),
                (pulled[name] - value) / sd,
                float((median - value) / sd),
                float(draws.std() / (sd * t.std())),
                float((high - low) / (sd * (t.ppf(0.95) - t.ppf(0.05)))),
                float((median - exact_median) / sd),
                float((high - low) / (exact_high - exact_low)),
                float(ess[name]),
            )
        )
    return rows


def seconds(post: xr.DataTree) -> float:
    """Return the seconds of a fit, compiling left out."""
    return sum(t for name, t in json.loads(post.attrs["timing"]).items() if name != "compile_s")
