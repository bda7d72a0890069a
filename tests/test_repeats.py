"""A seed repeats to the last bit: where code is compiled, where it comes from disk, on any threads.

Each run is a process of its own, since what a process has compiled stays in it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DENSITY = """
import numpy as np, posterion as po
from posterion.inference.engine.density import Density
from posterion.inference.engine.target import Target

circuit, noise = po.Circuit.parse("R0-p(R1,C1)"), po.{noise}()
target = Target.of(Density(po.build(circuit, po.simulated_pellet(), noise=noise), "a"))
points = np.random.default_rng(0).normal(size=(200, target.density.size))
values = [np.append(*target.evaluate(x)[::-1]) for x in points]
assert np.isfinite(values).mean() > 0.5
"""

FIT = """
import numpy as np, posterion as po

circuit, noise = po.Circuit.parse("R0-p(R1,CPE1)-CPE2"), po.Proportional()
tree = po.fit(circuit, po.simulated_pellet(), noise=noise, seed=1, draws=200)
values = [*tree["posterior"].data_vars.values(), *tree["posterior_predictive"].data_vars.values()]
values.append(tree.attrs["evidence"].encode())
"""

TELL = """
import hashlib
told = hashlib.sha256()
for value in values:
    told.update(value if isinstance(value, bytes) else np.ascontiguousarray(value).tobytes())
print(told.hexdigest())
"""


def run(script: str, folder: Path, threads: int) -> str:
    own = {
        "PYTENSOR_FLAGS": f"base_compiledir={folder / 'pytensor'}",
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        **{f"{name}_NUM_THREADS": str(threads) for name in ("OPENBLAS", "OMP", "MKL", "NUMBA")},
    }
    done = subprocess.run(
        [sys.executable, "-c", script + TELL],
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize("noise", ["Proportional", "Discrepant"])
def test_a_density_is_the_same_where_it_is_compiled_and_where_it_comes_from_disk(
    noise: str, tmp_path: Path
) -> None:
    density = DENSITY.replace("{noise}", noise)
    assert run(density, tmp_path, 1) == run(density, tmp_path, 2)


@pytest.mark.slow
def test_a_fit_is_the_same_cold_and_warm_and_on_one_thread_or_two(tmp_path: Path) -> None:
    cold, warm, two = (run(FIT, tmp_path, threads) for threads in (1, 1, 2))
    assert cold == warm == two
