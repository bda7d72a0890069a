"""Fixtures that several test files share."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

# A commit must not fail by chance; `--hypothesis-profile default` looks for new examples.
settings.register_profile("repeated", derandomize=True)
settings.load_profile("repeated")

MOST_MEMORY = 12 * 2**30
"""Bytes that a test may take of the machine before it fails by name."""


def pytest_configure() -> None:
    """Bound the memory of each process, lest one test end them all."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, hard))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the notebooks first: on two cores the file that takes longest must not come last."""
    items.sort(key=lambda item: item.path.name != "test_notebooks.py")


@pytest.fixture(scope="session")
def oracle() -> ModuleType:
    """Return tests/oracle.py, which the import mode of pytest does not put on the path."""
    spec = importlib.util.spec_from_file_location("oracle", Path(__file__).with_name("oracle.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shared_data() -> Callable[..., Path]:
    """Return a function that gives the path of a measured file.

    It skips the test where the measured files are absent, but fails under CI=true.
    """

    def path_of(*parts: str) -> Path:
        folder = Path(__file__).parents[2] / "shared" / "data"
        if not folder.is_dir():
            message = f"measured files are absent: {folder}"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        return folder.joinpath(*parts)

    return path_of


@pytest.fixture(scope="session")
def deviations() -> Callable[..., dict[str, float]]:
    """Return a function that holds draws against the truth, in Monte Carlo standard errors.

    The truth is a distribution of scipy, or draws of their own Monte Carlo error; draws are of
    dims (chain, draw). What is compared are mean, standard deviation and three quantiles.
    """
    import arviz_stats
    import numpy as np
    import xarray as xr

    def of_draws(draws: xr.DataArray) -> dict[str, tuple[float, float]]:
        def error(method: str, **which: float) -> float:
            mcse = arviz_stats.mcse(draws.to_dataset(name="x"), method=method, **which)
            return float(mcse["x"].item())

        values = draws.values
        found = {
            "mean": (float(values.mean()), error("mean")),
            "sd": (float(values.std(ddof=1)), error("sd")),
        }
        for prob in (0.05, 0.5, 0.95):
            found[f"q{prob}"] = (float(np.quantile(values, prob)), error("quantile", prob=prob))
        return found

    def exact(truth: Any) -> dict[str, tuple[float, float]]:
        found = {"mean": (float(truth.mean()), 0.0), "sd": (float(truth.std()), 0.0)}
        return found | {f"q{p}": (float(truth.ppf(p)), 0.0) for p in (0.05, 0.5, 0.95)}

    def compare(draws: xr.DataArray, truth: Any) -> dict[str, float]:
        expected = of_draws(truth) if isinstance(truth, xr.DataArray) else exact(truth)
        return {
            what: (value - expected[what][0]) / np.hypot(error, expected[what][1])
            for what, (value, error) in of_draws(draws).items()
        }

    return compare


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file and returns its path."""

    def write_file(content: str | bytes, name: str = "cell.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write_file
