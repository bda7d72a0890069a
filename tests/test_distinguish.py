"""Which places tell two models apart: known differences, the shortest range that holds most."""

import numpy as np
import pytest

from posterion.inference.model_comparison.distinguish import Region, misfit_region, region

FREQUENCY = np.geomspace(1e-1, 1e6, 50)


def of(differences, at=FREQUENCY, axis="frequency") -> Region | None:
    return region("two", "one", axis, np.asarray(at), np.asarray(differences))


def test_a_block_of_differences_is_found_whatever_the_order() -> None:
    low, high = FREQUENCY[10], FREQUENCY[16]
    differences = np.where((low <= FREQUENCY) & (high >= FREQUENCY), 2.0, 0.0)
    shuffled = np.random.default_rng(0).permutation(50)
    found = of(differences[shuffled], FREQUENCY[shuffled])
    assert found is not None and found.local
    # Six of seven equal places are the fewest with 80 %.
    assert (found.count, found.of) == (6, 50)
    assert low <= found.low < found.high <= high
    assert found.share == pytest.approx(6 / 7)


def test_no_shorter_run_holds_as_much() -> None:
    rng = np.random.default_rng(1)
    differences = rng.normal(0.3, 1.0, 50)
    found = of(differences)
    assert found is not None
    held = {
        length: max(differences[k : k + length].sum() for k in range(51 - length))
        for length in range(1, 51)
    }
    wanted = 0.8 * differences.sum()
    assert found.count == min(length for length, most in held.items() if most >= wanted)
    assert found.share == pytest.approx(held[found.count] / differences.sum())


def test_an_even_difference_has_no_place() -> None:
    found = of(np.full(50, 0.5))
    assert found is not None and not found.local
    assert "spread over the frequencies" in str(found)


def test_a_single_place_is_told_to_look_at() -> None:
    found = of(np.where(np.arange(50) == 7, 9.0, 0.02))
    assert found is not None and found.count == 1
    assert "alone" in str(found) and "look at that point" in str(found)


def test_cells_at_one_cycle_are_one_place() -> None:
    cycles = np.tile(np.arange(1.0, 101), 3)
    found = of(np.where(cycles > 80, 1.0, 0.0), cycles, "cycle")
    assert found is not None and found.of == 100
    assert (found.count, found.high - found.low) == (16, 15)
    assert "cycle " in str(found) and "16 of 100 cycles, 80 % of the difference" in str(found)


def test_where_the_other_is_better_nothing_is_named() -> None:
    assert of(np.full(50, -0.1)) is None


def test_a_misfit_that_is_paid_everywhere_is_found_where_it_is() -> None:
    spread = of(np.full(50, 2.0))
    assert spread is not None
    misfit = np.where(FREQUENCY < 1, 40.0, 0.1)
    found = misfit_region(spread, FREQUENCY, misfit, wider=5.0)
    assert found.wider == 5.0 and found.local and found.high < 1
    assert "100 mHz to" in str(found) and "5 times as wide everywhere" in str(found)
    # As wide a scatter in both explains nothing, and a difference with a place stays there.
    assert misfit_region(spread, FREQUENCY, misfit, wider=1.0) is spread
    local = of(misfit[::-1])
    assert misfit_region(local, FREQUENCY, misfit, wider=5.0) is local
