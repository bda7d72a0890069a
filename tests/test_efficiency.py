"""Coulombic efficiency, and the retention that it would imply."""

import numpy as np
import pytest

import posterion as po


def cells(capacity, charge, cycle=None, cell="A"):
    cycle = np.arange(1, len(capacity) + 1) if cycle is None else cycle
    return po.cycling_dataset(cycle, capacity, charge_capacity=charge, unit="mAh", cell=cell)


def test_a_cell_that_loses_all_it_does_not_return() -> None:
    # Each cycle returns 99 % of its charge, and the next is charged with what was returned.
    capacity = 100 * 0.99 ** np.arange(1, 51)
    found = po.coulombic_efficiency(cells(capacity, capacity / 0.99)).sel(cell="A")
    assert float(found["average"]) == pytest.approx(0.99)
    assert float(found["sd"]) == pytest.approx(0, abs=1e-12)
    assert float(found["observed_retention"]) == pytest.approx(0.99**49)
    assert float(found["implied_retention"]) == pytest.approx(0.99**49)


def test_charge_that_costs_no_capacity_implies_too_much_loss() -> None:
    capacity = np.full(100, 2.0)
    found = po.coulombic_efficiency(cells(capacity, capacity / 0.995)).sel(cell="A")
    assert float(found["observed_retention"]) == 1
    assert float(found["implied_retention"]) == pytest.approx(0.995**99)
    # 0.1 % in every cycle makes the product of 99 cycles wrong by 10 %.
    assert float(found["implied_high"] / found["implied_retention"]) == pytest.approx(1.104, 1e-3)
    assert float(found["implied_low"] / found["implied_retention"]) == pytest.approx(0.906, 1e-3)


def test_cycles_that_were_not_measured_count_as_the_average() -> None:
    capacity = np.array([2.0, 1.9, 1.8])
    found = po.coulombic_efficiency(cells(capacity, capacity / 0.99, cycle=[1, 3, 5]))
    assert float(found["implied_retention"].item()) == pytest.approx(0.99**4)
    assert found["efficiency"].sel(cycle=3).item() == pytest.approx(0.99)


def test_a_few_check_cycles_imply_nothing() -> None:
    capacity = np.array([2.0, 1.9, 1.8])
    found = po.coulombic_efficiency(cells(capacity, capacity / 0.99, cycle=[1, 50, 100]))
    assert np.isnan(found["implied_retention"].item())
    assert found["observed_retention"].item() == pytest.approx(0.9)
    assert found["average"].item() == pytest.approx(0.99)


def test_the_first_cycle_is_not_in_the_product() -> None:
    found = po.coulombic_efficiency(cells([2.0, 2.0, 2.0], [2.6, 2.0, 2.0]))
    assert found["implied_retention"].item() == pytest.approx(1)
    assert found["average"].item() == pytest.approx((2 / 2.6 + 2) / 3)


def test_cells_are_apart_and_gaps_are_empty() -> None:
    data = cells(
        [1.0, 1.0, 1.0, 2.0, 2.0],
        [1.0, np.nan, 1.0, 4.0, 2.0],
        cycle=[1, 2, 3, 1, 2],
        cell=["A", "A", "A", "B", "B"],
    )
    found = po.coulombic_efficiency(data)
    assert found["efficiency"].sel(cell="B", cycle=1).item() == 0.5
    assert np.isnan(found["efficiency"].sel(cell="A", cycle=2).item())
    assert np.isnan(found["efficiency"].sel(cell="B", cycle=3).item())
    assert found["average"].values.tolist() == [1.0, 0.75]


@pytest.mark.parametrize(
    "data",
    [
        po.cycling_dataset([1, 2], [1.0, 1.0], unit="mAh"),
        cells([1.0, 1.0], [1.0, np.nan]),
    ],
    ids=["no charge", "one cycle"],
)
def test_what_has_no_efficiency_is_refused(data) -> None:
    with pytest.raises(po.PosterionError, match="no Coulombic efficiency"):
        po.coulombic_efficiency(data)
