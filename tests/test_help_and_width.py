"""What stands in a help text is true of its command, and everything fits the terminal."""

import re

import pytest
import typer

import posterion as po
from posterion.analyses.audit import Row
from posterion.inference.prior import Prior
from posterion.models.transference import BruceVincent
from posterion.report.cli import app
from posterion.report.cli.audit import _print

MODELS = {
    "eis": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "series": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "calibrate": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "arrhenius": [po.Arrhenius("sigmaT")],
    "fade": [po.PowerFade(), po.LinearFade(), po.KneeFade()],
    "growth": [po.LinearGrowth(), po.ParabolicGrowth(), po.ExponentialGrowth()],
    "limit": [po.Lifetime()],
    "transference": [BruceVincent()],
}
COMPARED = {"level_mean", "level_spread", "scatter_mean", "nu_minus_one"}


def commands(command, name=""):
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
    for own, each in (below or {}).items():
        yield from commands(each, own)


ALL = dict(commands(typer.main.get_command(app)))
WITH_PRIOR = sorted(n for n, c in ALL.items() if any("--prior" in p.opts for p in c.params))


def test_every_command_with_priors_is_looked_at() -> None:
    assert set(WITH_PRIOR) == {*MODELS, "compare"}


@pytest.mark.parametrize("name", WITH_PRIOR)
def test_the_example_of_a_prior_is_of_a_parameter_that_the_command_has(name: str) -> None:
    (text,) = (p.help for p in ALL[name].params if "--prior" in p.opts)
    parameter, _, prior = re.match(r"'([^=]+)(=)([^']+)'", text).groups()
    Prior.parse(prior)
    if name == "compare":
        assert parameter in COMPARED
    for model in MODELS.get(name, ()):
        assert parameter in {p.name for p in model.coordinates({parameter}).parameters}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_claims_keep_to_the_width(width: int, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    why = "the interval of the ratio holds one, whatever the spread between pellets " * 3
    row = Row(
        id="a",
        topic="Conductivity",
        claim="7 uL of coating lower the conductivity at room temperature " * 3,
        published=0.74,
        printed="0.74",
        unit="",
        quantity="ratio",
        median=0.8,
        q03=0.7,
        q97=1.1,
        probability=None,
        verdict="not supported",
        why=why,
        sensitivity=(),
        inputs=(),
    )
    _print((row,))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width and len(lines) > 5
