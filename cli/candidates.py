"""The candidates of ``posterion compare models``: saved fits, or models to fit to one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..analyses.conductivity.materials import pooling_of_materials
from ..errors import PosterionError
from .fit_fade import noise_of_capacities, pooling
from .laws import FADE, fade_laws, temperature_law
from .options import Groups, Reading, Sampling
from .run import Say
from .spectra import Spectra, one_spectrum

if TYPE_CHECKING:
    import xarray as xr

    from ..inference.noise.independent import Noise
    from ..inference.prior import Prior
    from ..models.parameter import Model


@dataclass(frozen=True)
class Candidates:
    """Models by name, and the data that all of them are fitted to."""

    data: "xr.Dataset"
    models: "Mapping[str, Model]"
    noise: "Noise"
    pool: Mapping[str, Any] | None

    def fit(
        self, priors: "Mapping[str, Prior]", sampling: Sampling, say: Say
    ) -> "dict[str, xr.DataTree]":
        """Fit each; a prior goes to those that have its parameter.

        Raises
        ------
        PosterionError
            If a prior names a parameter that no candidate has.
        """
        from ..analyses.fit import fit

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
                pool=self.pool,
                progress=say,
                **sampling.keywords,
            )
        return fits


def saved_fits(files: Sequence[Path]) -> "dict[str, xr.DataTree]":
    """Read results that were saved, and name them by folder or file.

    Raises
    ------
    PosterionError
        If one cannot be read, or stands twice.
    """
    from ..inference.store import load

    if len(set(map(Path.resolve, files))) < len(files):
        raise PosterionError("a file of a fit is given twice; give each once.")
    short = [file.parent.name if file.name == "posterior.nc" else file.stem for file in files]
    names = short if all(short) and len(set(short)) == len(short) else [*map(str, files)]
    return {name: load(file) for name, file in zip(names, files, strict=True)}


def candidates(
    file: str,
    circuits: Sequence[str],
    laws: tuple[str, ...],
    groups: Groups = Groups(),
    spectra: Spectra = Spectra(),
    reading: Reading = Reading(),
    *,
    robust: bool = False,
    independent: bool = False,
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
    groups, spectra, reading, robust, independent
        As the options of the ``fit`` commands.

    Raises
    ------
    PosterionError
        If there are fewer than two models, they are of different kinds, a name is unknown,
        or the file cannot be read.
    """
    if circuits and laws:
        raise PosterionError("circuits and laws are not compared; give --circuit or --law.")
    fade = [name for name in laws if name in FADE or name == "all"]
    if circuits:
        found = _circuits(file, circuits, spectra, reading, robust)
    elif fade:
        found = _laws_of_fade(Path(file), laws, fade, groups, reading, robust, independent)
    else:
        found = _laws_of_temperature(Path(file), laws, groups, reading, robust)
    if len(found.models) < 2:
        raise PosterionError(
            f"{next(iter(found.models))} alone cannot be compared; give "
            f"{'--circuit' if circuits else '--law'} twice or more, each another."
        )
    return found


def _circuits(
    file: str, texts: Sequence[str], spectra: Spectra, reading: Reading, robust: bool
) -> Candidates:
    from ..models.circuit import Circuit

    models: dict[str, Model] = {str(c): c for c in map(Circuit.parse, texts)}
    choice, window = spectra.noise_chosen(robust=robust), spectra.window
    data = window.take(one_spectrum(file, spectra.sign, reading))
    return Candidates(data, models, choice.noise, None)


def _laws_of_fade(
    file: Path,
    names: tuple[str, ...],
    fade: Sequence[str],
    groups: Groups,
    reading: Reading,
    robust: bool,
    independent: bool,
) -> Candidates:
    if len(fade) < len(names):
        other = next(name for name in names if name not in fade)
        raise PosterionError(
            f"'{fade[0]}' is a law of fade and '{other}' is none; compare laws of one kind: "
            f"{', '.join(FADE)}."
        )
    from ..datasets.schemas.cycling import read_cycling
    from ..datasets.select import select

    data = select(read_cycling(file, **reading.keywords), where=groups.kept)
    noise = noise_of_capacities(robust, independent)
    return Candidates(data, fade_laws(names), noise, pooling(data, groups))


def _laws_of_temperature(
    file: Path, names: Sequence[str], groups: Groups, reading: Reading, robust: bool
) -> Candidates:
    from ..datasets.schemas.conductivity import read_table

    models: dict[str, Model] = dict(map(temperature_law, names))
    data, pool = groups.of(read_table(file, **reading.keywords), pooling_of_materials)
    from ..inference.noise.independent import StudentT, usual_noise

    noise: Any = usual_noise(next(iter(models.values())), data)
    return Candidates(data, models, StudentT(noise) if robust else noise, pool)


def _names(model: "Model", noise: "Noise") -> set[str]:
    sampled = (*model.parameters, *model.coordinates().parameters, *noise.parameters)
    return {parameter.name for parameter in sampled}


def _stem(parameter: str) -> str:
    """Leave out what pooling appends to the name of a parameter."""
    return parameter.partition("_mean")[0].partition("_spread")[0]
