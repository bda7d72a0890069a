"""posterion: Bayesian parameter inference for ion conductors and batteries."""

import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analyses.asking import ask
    from .analyses.audit.run import audit, reproduce
    from .analyses.batch.many import fit_many
    from .analyses.fit import fit
    from .analyses.fit_laws import fit_laws
    from .analyses.pellet import fit_series
    from .analyses.telling import document, write_report
    from .datasets.arrays import conductivities, spectrum
    from .datasets.cut import cut
    from .datasets.each_file import read_each
    from .datasets.schemas.conductivity import read_table
    from .datasets.schemas.cycling import read_cycling
    from .datasets.schemas.cycling_points import cycling_dataset
    from .datasets.schemas.growth import growth_dataset, read_growth
    from .datasets.schemas.limits import lifetimes, read_limits, stepped_test
    from .datasets.schemas.replicate_tables import read_replicates
    from .datasets.schemas.replicates import replicates
    from .datasets.schemas.spectrum import read_spectra, read_spectrum
    from .datasets.schemas.stripping import lifetimes_of, stripping
    from .datasets.schemas.voltammogram import read_voltammogram, voltammogram
    from .datasets.select import select
    from .datasets.simulate import simulated_pellet
    from .datasets.stack import stack_spectra
    from .datasets.tables.dialect import Dialect
    from .errors import PosterionError
    from .inference.build import build
    from .inference.calibrate import calibrate
    from .inference.calibration.ranks import calibration_table
    from .inference.checks.check import check
    from .inference.checks.next_measurement import expected_reduction
    from .inference.comparison.compare import compare
    from .inference.conductivity import conductivity
    from .inference.cycling.ageing import cycles_to, retention
    from .inference.cycling.efficiency import coulombic_efficiency
    from .inference.cycling.growth_series import resistance_series
    from .inference.engine.sample import sample
    from .inference.factors.dose import dose_response
    from .inference.factors.dose_answers import dose_answers
    from .inference.factors.factorial import factorial
    from .inference.factors.factorial_answers import interactions, ratios
    from .inference.model_comparison.compare_models import compare_models
    from .inference.noise.censored import Censored, Weibull
    from .inference.noise.correlated import Autocorrelated, Correlated
    from .inference.noise.discrepant import Discrepant
    from .inference.noise.independent import Gaussian, Proportional, Relative, Stated, StudentT
    from .inference.noise.rounded import Rounded
    from .inference.predict import predict
    from .inference.prior import Prior
    from .inference.relaxation_peaks import relaxation_peaks
    from .inference.series import conductivity_series
    from .inference.store import load, save
    from .inference.transference import transference, variance_shares
    from .inference.unstack import unstack
    from .inference.verdict import Doubt, Verdict
    from .models.ageing import (
        ExponentialFade,
        KneeFade,
        LinearFade,
        PowerFade,
        SquareRootFade,
        StretchedFade,
        TwoProcessFade,
    )
    from .models.circuit import DRT, Circuit
    from .models.dose import DoseResponse
    from .models.growth import ExponentialGrowth, LinearGrowth, ParabolicGrowth
    from .models.limits import CriticalCurrent, Lifetime
    from .models.onset import OnsetPotential
    from .models.transference import BruceVincent
    from .models.transition import TwoPhases
    from .models.transport import VTF, Arrhenius, TwoRegimes
    from .report import plot as plot
    from .report.tables import summary

# Where each public name lives. They are imported when first used, so that the command
# line answers before the slow libraries are loaded.
_HOMES = {
    "resistance_series": "inference.cycling.growth_series",
    "ExponentialFade": "models.ageing",
    "KneeFade": "models.ageing",
    "LinearFade": "models.ageing",
    "PowerFade": "models.ageing",
    "SquareRootFade": "models.ageing",
    "StretchedFade": "models.ageing",
    "TwoProcessFade": "models.ageing",
    "ExponentialGrowth": "models.growth",
    "LinearGrowth": "models.growth",
    "ParabolicGrowth": "models.growth",
    "cut": "datasets.cut",
    "cycles_to": "inference.cycling.ageing",
    "retention": "inference.cycling.ageing",
    "ratios": "inference.factors.factorial_answers",
    "read_cycling": "datasets.schemas.cycling",
    "cycling_dataset": "datasets.schemas.cycling_points",
    "Arrhenius": "models.transport",
    "Autocorrelated": "inference.noise.correlated",
    "BruceVincent": "models.transference",
    "Censored": "inference.noise.censored",
    "Circuit": "models.circuit",
    "DRT": "models.circuit",
    "Correlated": "inference.noise.correlated",
    "CriticalCurrent": "models.limits",
    "Doubt": "inference.verdict",
    "DoseResponse": "models.dose",
    "Dialect": "datasets.tables.dialect",
    "Discrepant": "inference.noise.discrepant",
    "Gaussian": "inference.noise.independent",
    "Lifetime": "models.limits",
    "OnsetPotential": "models.onset",
    "PosterionError": "errors",
    "Prior": "inference.prior",
    "Proportional": "inference.noise.independent",
    "Relative": "inference.noise.independent",
    "Rounded": "inference.noise.rounded",
    "Stated": "inference.noise.independent",
    "StudentT": "inference.noise.independent",
    "TwoPhases": "models.transition",
    "TwoRegimes": "models.transport",
    "VTF": "models.transport",
    "Verdict": "inference.verdict",
    "Weibull": "inference.noise.censored",
    "build": "inference.build",
    "audit": "analyses.audit.run",
    "calibrate": "inference.calibrate",
    "calibration_table": "inference.calibration.ranks",
    "check": "inference.checks.check",
    "compare": "inference.comparison.compare",
    "compare_models": "inference.model_comparison.compare_models",
    "conductivity": "inference.conductivity",
    "conductivities": "datasets.arrays",
    "conductivity_series": "inference.series",
    "coulombic_efficiency": "inference.cycling.efficiency",
    "expected_reduction": "inference.checks.next_measurement",
    "dose_answers": "inference.factors.dose_answers",
    "dose_response": "inference.factors.dose",
    "factorial": "inference.factors.factorial",
    "fit": "analyses.fit",
    "fit_laws": "analyses.fit_laws",
    "fit_many": "analyses.batch.many",
    "fit_series": "analyses.pellet",
    "ask": "analyses.asking",
    "document": "analyses.telling",
    "growth_dataset": "datasets.schemas.growth",
    "interactions": "inference.factors.factorial_answers",
    "lifetimes": "datasets.schemas.limits",
    "lifetimes_of": "datasets.schemas.stripping",
    "load": "inference.store",
    "predict": "inference.predict",
    "relaxation_peaks": "inference.relaxation_peaks",
    "read_each": "datasets.each_file",
    "read_growth": "datasets.schemas.growth",
    "read_limits": "datasets.schemas.limits",
    "read_replicates": "datasets.schemas.replicate_tables",
    "replicates": "datasets.schemas.replicates",
    "read_spectra": "datasets.schemas.spectrum",
    "read_spectrum": "datasets.schemas.spectrum",
    "read_table": "datasets.schemas.conductivity",
    "read_voltammogram": "datasets.schemas.voltammogram",
    "reproduce": "analyses.audit.run",
    "sample": "inference.engine.sample",
    "select": "datasets.select",
    "save": "inference.store",
    "simulated_pellet": "datasets.simulate",
    "spectrum": "datasets.arrays",
    "stack_spectra": "datasets.stack",
    "stepped_test": "datasets.schemas.limits",
    "stripping": "datasets.schemas.stripping",
    "summary": "report.tables",
    "transference": "inference.transference",
    "unstack": "inference.unstack",
    "variance_shares": "inference.transference",
    "voltammogram": "datasets.schemas.voltammogram",
    "write_report": "analyses.telling",
}

__all__ = [
    "resistance_series",
    "ExponentialFade",
    "KneeFade",
    "LinearFade",
    "PowerFade",
    "SquareRootFade",
    "StretchedFade",
    "TwoProcessFade",
    "ExponentialGrowth",
    "LinearGrowth",
    "ParabolicGrowth",
    "cut",
    "cycles_to",
    "retention",
    "read_cycling",
    "cycling_dataset",
    "DRT",
    "VTF",
    "Arrhenius",
    "Autocorrelated",
    "BruceVincent",
    "Censored",
    "Circuit",
    "Correlated",
    "CriticalCurrent",
    "Dialect",
    "Discrepant",
    "DoseResponse",
    "Doubt",
    "Gaussian",
    "Lifetime",
    "OnsetPotential",
    "PosterionError",
    "Prior",
    "Proportional",
    "Relative",
    "Rounded",
    "Stated",
    "StudentT",
    "TwoPhases",
    "TwoRegimes",
    "Verdict",
    "Weibull",
    "ask",
    "build",
    "audit",
    "calibrate",
    "calibration_table",
    "check",
    "compare",
    "compare_models",
    "conductivity",
    "conductivities",
    "conductivity_series",
    "coulombic_efficiency",
    "expected_reduction",
    "document",
    "dose_answers",
    "dose_response",
    "factorial",
    "fit",
    "fit_laws",
    "fit_many",
    "fit_series",
    "growth_dataset",
    "interactions",
    "lifetimes",
    "lifetimes_of",
    "load",
    "predict",
    "ratios",
    "read_each",
    "read_growth",
    "read_limits",
    "read_replicates",
    "replicates",
    "read_spectra",
    "read_spectrum",
    "read_table",
    "read_voltammogram",
    "relaxation_peaks",
    "reproduce",
    "sample",
    "save",
    "select",
    "simulated_pellet",
    "spectrum",
    "stack_spectra",
    "stepped_test",
    "stripping",
    "summary",
    "transference",
    "unstack",
    "variance_shares",
    "voltammogram",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version(__name__)
    if name == "plot":
        return import_module(".report.plot", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module 'posterion' has no attribute '{name}'")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", "plot"})


def _show_in_notebooks() -> None:
    """Show results by their answer where IPython runs; they stay plain trees of xarray."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.display_formatter.formatters["text/html"].for_type_by_name(
            "xarray.core.datatree",
            "DataTree",
            lambda tree: import_module(".analyses.notebook", __name__).html_of(tree),
        )


_show_in_notebooks()
