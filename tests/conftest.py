"""Fixtures that several test files share."""

import importlib.util
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
