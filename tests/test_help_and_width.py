"""What stands in a help text is true of its command, and everything fits the terminal."""

import inspect
import re
import shlex
from collections.abc import Iterator

import pytest
from cyclopts import App

import posterion as po
from posterion.analyses.audit import Row
from posterion.cli import app
from posterion.cli.audit import _print
from posterion.inference.prior import Prior
from posterion.models.transference import BruceVincent

MODELS = {
    "batch": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "eis": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "drt": [po.DRT()],
    "series": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "models": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "calibrate": [po.Circuit.parse("R0-p(R1,CPE1)")],
    "arrhenius": [po.Arrhenius("sigmaT")],
    "fade": [po.PowerFade(), po.LinearFade(), po.KneeFade()],
    "growth": [po.LinearGrowth(), po.ParabolicGrowth(), po.ExponentialGrowth()],
    "limit": [po.Lifetime()],
    "transference": [BruceVincent()],
}
COMPARISONS = ("groups", "dose", "factorial")
COMPARED = {"level_mean", "level_spread", "scatter_mean", "nu_minus_one"}


def commands(below: App, name: str = "") -> Iterator[tuple[str, App]]:
    if below.default_command:
        yield name, below
    for own in below:
        if not own.startswith("-"):
            yield from commands(below[own], f"{name} {own}".strip())


ALL = dict(commands(app))
PRIORS = {
    name: argument.parameter.help
    for name, command in ALL.items()
    for argument in command.assemble_argument_collection()
    if "--prior" in argument.names
}


def test_every_command_with_priors_is_looked_at() -> None:
    assert {name.split()[-1] for name in PRIORS} == {*MODELS, *COMPARISONS}


@pytest.mark.parametrize("name", PRIORS)
def test_the_example_of_a_prior_is_of_a_parameter_that_the_command_has(name: str) -> None:
    parameter, _, prior = re.match(r"'([^=]+)(=)([^']+)'", PRIORS[name]).groups()
    Prior.parse(prior)
    own = name.split()[-1]
    if own in COMPARISONS:
        assert parameter in COMPARED
    for model in MODELS.get(own, ()):
        assert parameter in {p.name for p in model.coordinates({parameter}).parameters}


@pytest.mark.parametrize("name", ALL)
def test_the_example_of_a_command_can_be_typed(name: str) -> None:
    told = inspect.getdoc(ALL[name].default_command)
    example = re.search(r"Example: posterion (.*?)\n\n", told + "\n\n", re.DOTALL)
    assert example, "each command has an example"
    command, _, _ = app.parse_args(shlex.split(example[1]), print_error=False, exit_on_error=False)
    assert command is ALL[name].default_command


@pytest.mark.parametrize("name", ALL)
def test_options_stand_in_groups(name: str) -> None:
    for argument in ALL[name].assemble_argument_collection():
        if argument.name.startswith("--"):
            (group,) = argument.parameter.group
            assert group.name in ("Data", "Model", "Sampling", "Output"), argument.name


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
