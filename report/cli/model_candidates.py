"""The candidates of ``posterion compare --models``: saved fits, or models to fit to one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import PosterionError
from .noise_options import NoiseChoice
from .spectrum_options import Window

if TYPE_CHECKING:
    import xarray as xr

    from ...inference.noise.independent import Noise
    from ...inference.prior import Prior
    from ...models.parameter import Model

FORMS = ("sigma", "sqrtT", "sigmaT")
USUAL_FORM = "sigmaT"


@dataclass(frozen=True)
class Reading:
    """How a file of data is read and taken; what does not apply to its kind is left alone.

    `noise` and `window` are of spectra, `robust` and `independent` of tables.
    """

    columns: Mapping[str, str]
    where: Sequence[tuple[str, str]] = ()
    pool: Sequence[str] = ()
    group_by: str | None = None
    together: bool = False
    robust: bool = False
    independent: bool = False
    sign: str = "auto"
    noise: NoiseChoice = NoiseChoice()
    window: Window = Window()
    dialect: Any = None


@dataclass(frozen=True)
class Candidates:
    """Models by name, and the data that all of them are fitted to."""

    data: "xr.Dataset"
    models: "Mapping[str, Model]"
    noise: "Noise"
    pool: Mapping[str, Any] | None

    def fit(
        self, priors: "Mapping[str, Prior]", seed: int, draws: int, chains: int, say: Any
    ) -> "dict[str, xr.DataTree]":
        """Fit each; a prior goes to those that have its parameter.

        Raises
        ------
        PosterionError
            If a prior names a parameter that no candidate has.
        """
        from ...inference.fit import fit

        known = {name: _names(model, self.noise) for name, model in self.models.items()}
        for parameter in priors:
            if not any(_stem(parameter) in names for names in known.values()):
                raise PosterionError(
                    f"a prior is given for '{parameter}', which none of the models has."
                )
        fits = {}
        for place, (name, model) in enumerate(self.models.items(), start=1):
            say(f"Fitting {name} ({place} of {len(self.models)})")
            fits[name] = fit(
                model,
                self.data,
                priors={p: each for p, each in priors.items() if _stem(p) in known[name]},
                noise=self.noise,
                pool=dict(self.pool) if self.pool else None,
                seed=seed,
                draws=draws,
                chains=chains,
                progress=say,
            )
        return fits


def saved_fits(files: Sequence[Path]) -> "dict[str, xr.DataTree]":
    """Read results that were saved, and name them by folder or file.

    Raises
    ------
    PosterionError
        If one cannot be read, or stands twice.
    """
    from ...inference.store import load

    if len(set(map(Path.resolve, files))) < len(files):
        raise PosterionError("a file of a fit is given twice; give each once.")
    short = [file.parent.name if file.name == "posterior.nc" else file.stem for file in files]
    names = short if all(short) and len(set(short)) == len(short) else [*map(str, files)]
    return {name: load(file) for name, file in zip(names, files, strict=True)}


def candidates(
    file: str, circuits: Sequence[str], laws: Sequence[str], reading: Reading
) -> Candidates:
    """Read a file of data, and the models that are to be compared on it.

    Parameters
    ----------
    file
        Spectrum or the name of an example, for circuits; a table, for laws.
    circuits
        As text.
    laws
        Laws of temperature such as ``arrhenius`` or ``vtf:sigma``, or of fade such as
        ``power``, or ``all`` of these.
    reading
        How the file is read.

    Raises
    ------
    PosterionError
        If there are fewer than two models, they are of different kinds, a name is unknown,
        or the file cannot be read.
    """
    if circuits and laws:
        raise PosterionError("circuits and laws are not compared; give --circuit or --law.")
    found = _circuits(file, circuits, reading) if circuits else _laws(Path(file), laws, reading)
    if len(found.models) < 2:
        raise PosterionError(
            f"{next(iter(found.models))} alone cannot be compared; give "
            f"{'--circuit' if circuits else '--law'} twice or more, each another."
        )
    return found


def _circuits(file: str, texts: Sequence[str], reading: Reading) -> Candidates:
    from ...datasets.simulate import EXAMPLES, simulated_pellet
    from ...datasets.spectrum_files import read_spectrum
    from ...models.circuit import Circuit
    from .noise_options import noise_of
    from .terminal import read_sign

    models: dict[str, Model] = {str(c): c for c in map(Circuit.parse, texts)}
    example = file in EXAMPLES and not Path(file).exists()
    sign = read_sign(reading.sign)
    data = (
        simulated_pellet(file)
        if example
        else read_spectrum(Path(file), sign=sign, columns=reading.columns, dialect=reading.dialect)
    )
    data = reading.window.take(data)
    from ...inference.noise.independent import usual_noise

    noise = noise_of(reading.noise.name, reading.noise.accuracy)
    first = next(iter(models.values()))
    return Candidates(data, models, noise or usual_noise(first, data), None)


def _laws(file: Path, names: Sequence[str], reading: Reading) -> Candidates:
    from .fade_options import LAWS as FADE

    fade = [name for name in names if name in FADE or name == "all"]
    if not fade:
        return _laws_of_temperature(file, names, reading)
    if len(fade) < len(names):
        other = next(name for name in names if name not in fade)
        raise PosterionError(
            f"'{fade[0]}' is a law of fade and '{other}' is none; compare laws of one kind: "
            f"{', '.join(FADE)}."
        )
    from ...datasets.cycling_files import read_cycling
    from .cycle_selection import selected
    from .fade_options import laws_of, noise_of, pooling

    data = read_cycling(file, columns=reading.columns, dialect=reading.dialect)
    data = selected(data, [*reading.where], [])
    kinds = pooling(data, reading.pool, reading.group_by, reading.together)
    return Candidates(
        data, laws_of(names), noise_of(reading.robust, reading.independent), kinds or None
    )


def _laws_of_temperature(file: Path, names: Sequence[str], reading: Reading) -> Candidates:
    from ...datasets.table_files import read_table
    from ...models.transition import TwoPhases
    from ...models.transport import VTF, Arrhenius, TwoRegimes
    from .fade_options import LAWS as FADE
    from .series_labels import chosen, refuse_mixture, require_label

    known: Mapping[str, Any] = {
        "arrhenius": Arrhenius,
        "vtf": VTF,
        "two-regimes": TwoRegimes,
        "two-phases": TwoPhases,
    }
    models: dict[str, Model] = {}
    for text in names:
        name, colon, form = text.partition(":")
        form = form if colon else USUAL_FORM
        if name not in known or form not in FORMS:
            raise PosterionError(
                f"--law '{text}' is unknown; laws of temperature are {', '.join(known)}, with a "
                f"form after a colon where it is not {USUAL_FORM} ({', '.join(FORMS)}), and laws "
                f"of fade are {', '.join(FADE)}."
            )
        models[f"{name}:{form}"] = known[name](form=form)
    data = read_table(file, columns=reading.columns, dialect=reading.dialect)
    data = chosen(data, [*reading.where])
    kinds = {label: "partial" for label in reading.pool}
    kinds |= {reading.group_by: "none"} if reading.group_by else {}
    for label in kinds:
        require_label(data, label, "--pool or --group-by")
    if not kinds and not reading.together:
        refuse_mixture(data)
    from ...inference.noise.independent import StudentT, usual_noise

    noise: Any = usual_noise(next(iter(models.values())), data)
    return Candidates(data, models, StudentT(noise) if reading.robust else noise, kinds or None)


def _names(model: "Model", noise: "Noise") -> set[str]:
    sampled = (*model.parameters, *model.coordinates().parameters, *noise.parameters)
    return {parameter.name for parameter in sampled}


def _stem(parameter: str) -> str:
    """Leave out what pooling appends to the name of a parameter."""
    return parameter.partition("_mean")[0].partition("_spread")[0]
