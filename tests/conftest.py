"""Fixtures that several test files share."""

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


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


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a file and returns its path."""

    def write_file(content: str | bytes, name: str = "cell.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write_file
