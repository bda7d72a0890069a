"""The command ``posterion fit growth``: resistances over cycles, from a table or from spectra."""

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import PosterionError
from .terminal import (
    ChainsOption,
    DrawsOption,
    JsonOption,
    OutOption,
    PriorOption,
    SeedOption,
    SignOption,
    check_writable,
    finish,
    progress,
    read_pairs,
    read_priors,
    read_sign,
)

if TYPE_CHECKING:
    import xarray as xr


class Law(StrEnum):
    """Laws by their names on the command line."""

    linear = "linear"
    sqrt = "sqrt"
    exponential = "exponential"


def fit_growth(
    files: Annotated[
        list[Path],
        typer.Argument(help="Table of resistances by cycle; or, with --circuit, spectra."),
    ],
    law: Annotated[Law, typer.Option(help="Law of growth.")] = Law.linear,
    unit: Annotated[
        str | None, typer.Option(help="Such as ohm or mV, where the header does not say.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="'resistance=R_ct' where a header is not understood; several times."),
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Keep the points of a label: 'path=R1'; several times.")
    ] = None,
    pool: Annotated[
        str | None, typer.Option(help="Label whose groups share a distribution: 'cell'.")
    ] = None,
    group_by: Annotated[
        str | None, typer.Option(help="Label whose groups share nothing; each series unless told.")
    ] = None,
    rounded: Annotated[
        bool, typer.Option("--rounded", help="Values are rounded to the digits printed.")
    ] = False,
    robust: Annotated[
        bool, typer.Option("--robust", help="Student-t noise: outliers lose their pull.")
    ] = False,
    circuit: Annotated[
        str | None, typer.Option(help="Of spectra: the circuit, such as 'R0-p(R1,CPE1)'.")
    ] = None,
    cycle: Annotated[
        list[float] | None, typer.Option(help="Of spectra: the cycle, once each in their order.")
    ] = None,
    every: Annotated[
        float | None, typer.Option(help="Of spectra: so many cycles from one to the next, from 0.")
    ] = None,
    path: Annotated[
        list[str] | None, typer.Option(help="What a resistance stands for: 'interphase=R1'.")
    ] = None,
    prior: PriorOption = None,
    sign: SignOption = "auto",
    draws: DrawsOption = 1000,
    chains: ChainsOption = 4,
    seed: SeedOption = 0,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit how resistances grow over cycles, and say how probably they do.

    With --circuit, --prior is one of the circuit.
    Exit status: 0 trusted, 2 bad input, 3 sampled but not trusted.
    """
    from ..models.circuit import Circuit
    from ..models.growth import ExponentialGrowth, LinearGrowth, ParabolicGrowth
    from .growth_spectra import numbered, spectra_of

    laws: dict[Law, Any] = {
        Law.linear: LinearGrowth,
        Law.sqrt: ParabolicGrowth,
        Law.exponential: ExponentialGrowth,
    }
    priors = read_priors(prior or [])
    kept = read_pairs(where or [], "--where", "path=R1")
    if robust and rounded:
        raise PosterionError("--robust and --rounded cannot be combined; leave one of them out.")
    kinds: dict[str, Any]
    if circuit is None:
        _refuse("--circuit", cycle=cycle, every=every, path=path)
        if len(files) > 1:
            raise PosterionError(
                f"{len(files)} files were given; a table is one file. Spectra need --circuit."
            )
        data = _table(files[0], unit, read_pairs(column or [], "--column", "resistance=R_ct"))
        data, kinds = _grouped(data, kept, pool, group_by)
        if rounded and f"{_output(data)}_step" not in data:
            raise PosterionError("--rounded needs printed digits, which this table does not show.")
    else:
        _refuse("a table", unit=unit, column=column, where=where, pool=pool, group_by=group_by,
                rounded=rounded, robust=robust)  # fmt: skip
        model = Circuit.parse(circuit)
        paths = _paths(model, read_pairs(path or [], "--path", "interphase=R1"))
        spectra = spectra_of(files, read_sign(sign))
        cycles = numbered(len(spectra), cycle or (), every)
        kinds = {"path": "none"}
    if out is not None:
        check_writable(out)
    with progress("Loading") as say:
        from ..inference.caution import cautions
        from ..inference.cycle_series import keep_kinds
        from ..inference.fit import fit
        from ..inference.growth_answers import factors
        from .growth_spectra import series_of_spectra
        from .growth_words import remarks_of, with_growth

        options: Any = {"seed": seed, "draws": draws, "chains": chains}
        said: list[str] = []
        if circuit is not None:
            data, said = series_of_spectra(model, spectra, cycles, paths, priors, options, out, say)
            priors = {}
        law_ = laws[law](output=_output(data))
        say("Fitting the growth")
        tree = fit(
            law_,
            data,
            priors=priors,
            noise=_noise(law_, data, rounded, robust),
            pool=kinds or None,
            progress=say,
            **options,
        )
        keep_kinds(tree, data)
        extra = factors(tree)
        words, more = remarks_of(tree, extra)
        finish(
            tree,
            extra,
            out,
            as_json,
            say,
            extra_group="growth",
            remarks=[*words, *said, *(f"Caution: {c.text}" for c in cautions(tree))],
            more=more,
            revised=lambda document: with_growth(document, tree, extra),
        )


def _table(file: Path, unit: str | None, columns: list[tuple[str, str]]) -> "xr.Dataset":
    from ..datasets.growth_files import read_growth

    try:
        return read_growth(file, unit=unit, columns=dict(columns))
    except PosterionError as error:
        said = re.sub(r"columns=\{'(\w+)': '([^']*)'\}", r"--column '\1=\2'", str(error))
        said = said.replace("columns= names", "--column names")
        raise PosterionError(re.sub(r" \(in Python unit='ohm'\)", "", said)) from error


def _output(data: "xr.Dataset") -> str:
    return "overpotential" if "overpotential" in data else "resistance"


def _grouped(
    data: "xr.Dataset", kept: list[tuple[str, str]], pool: str | None, group_by: str | None
) -> tuple["xr.Dataset", dict[str, Any]]:
    """Keep the wanted points, and return the kind of pooling by label."""
    from .series_labels import chosen, require_label

    data = chosen(data, kept)
    if pool is not None and pool == group_by:
        raise PosterionError(f"'{pool}' is given to --pool and to --group-by; choose one.")
    kinds: dict[str, Any] = {}
    if group_by is not None:
        require_label(data, group_by, "--group-by")
        kinds[group_by] = "none"
    if pool is not None:
        require_label(data, pool, "--pool")
        kinds[pool] = "partial"
    if not kinds and "series" in data.coords and len(set(data["series"].values.tolist())) > 1:
        kinds = {"series": "none"}
    return data, kinds


def _noise(law: Any, data: "xr.Dataset", rounded: bool, robust: bool) -> Any:
    from ..inference.noise import StudentT, usual_noise
    from ..inference.noise_rounded import Rounded

    noise: Any = usual_noise(law, data)
    return Rounded(noise) if rounded else StudentT(noise) if robust else noise


def _refuse(needed: str, **options: Any) -> None:
    """Refuse options that would have no effect."""
    for name, value in options.items():
        if value:
            flag = f"--{name.replace('_', '-')}"
            raise PosterionError(f"{flag} has a meaning for {needed} only; leave it out.")


def _paths(model: Any, given: list[tuple[str, str]]) -> dict[str, str]:
    """Return the resistances to follow, by the name of what they stand for."""
    known = [p.name for p in model.parameters if p.unit == "ohm"]
    for name, resistance in given:
        if resistance not in known:
            raise PosterionError(
                f"--path {name}={resistance}: the circuit has no {resistance}; it has "
                f"{', '.join(known) or 'no resistance'}."
            )
    if not known:
        raise PosterionError(f"{model} has no resistance that could grow.")
    return dict(given) or {name: name for name in known}
