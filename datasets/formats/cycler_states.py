"""Whether a cell is charged or discharged, and which cycle that belongs to."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

REST = 1e-4
"""Share of the largest current below which nothing is charged or discharged."""

# "DChg" before "Chg": the words of a charge are within those of a discharge.
_WORDS = (
    (-1.0, r".*(dchg|dischg|dischar|放电|放電|방전|entlad|décharg).*|d(ch)?|d[_\s].*|dis"),
    (1.0, r".*(chg|chrg|charg|充电|充電|충전|lade).*|c(ha)?|c[_\s].*"),
    (0.0, r"r|s|p|pau(se)?|rest.*|ocv.*|搁置|静置|휴지|休止|暂停|stop|wait.*"),
)


def states_of(words: Sequence[str], unknown: Array) -> Array | None:
    """Return 1 in charge, -1 in discharge and 0 at rest, by a column of words.

    None where no word is known; where some are not, their records have the state `unknown`.
    """
    known = {
        text: next((way for way, words in _WORDS if re.fullmatch(words, text.strip(), re.I)), None)
        for text in {*words}
    }
    if not any(way is not None for way in known.values()):
        return None
    said = (known[text] for text in words)
    return np.array([own if way is None else way for way, own in zip(said, unknown, strict=True)])


def signs_of(current: Array) -> Array:
    """Return the sign of currents, 0 where they are negligible."""
    size = np.abs(current)
    return np.where(size > REST * np.max(size), np.sign(current), 0.0)


def cycles_of(state: Array, step: Array) -> Array:
    """Return the cycle of each record: a new one with each charge that follows a discharge."""
    cycle = np.empty(state.size)
    count, discharged = 1, False
    begins = np.append(True, (np.diff(step) != 0) | (np.diff(state) != 0))
    for k, (now, first) in enumerate(zip(state.tolist(), begins.tolist(), strict=True)):
        if now > 0 and first and discharged:
            count, discharged = count + 1, False
        discharged = discharged or now < 0
        cycle[k] = count
    return cycle


def are_halves(cycle: Array, state: Array) -> bool:
    """Tell if a column of cycles counts half-cycles: none holds a charge and a discharge."""
    charged, discharged = ({*cycle[state == way].tolist()} for way in (1.0, -1.0))
    return min(len(charged), len(discharged)) > 1 and not charged & discharged


def rising(voltage: Array, state: Array, same_step: npt.NDArray[np.bool_]) -> Array:
    """Return states with the sign for which the voltage rises in charge."""
    change = np.where(same_step, np.diff(voltage, prepend=voltage[:1]), 0.0)
    turned = change[state > 0].sum() < 0 < change[state < 0].sum()
    return -state if turned else state


def counted_apart(shown: Array, state: Array, same_step: npt.NDArray[np.bool_]) -> list[Array]:
    """Return counters of charge and of discharge from the one counter of a cycler.

    It counts up in both, and then it is returned twice; or up in charge and down in discharge.
    """
    change = np.diff(shown, prepend=shown[:1])
    if change[same_step & (state < 0)].sum() >= 0:
        return [shown, shown]
    gained = change * state
    anew = ~same_step & (gained < 0)  # a counter that starts anew from 0
    gained = np.maximum(np.where(anew, shown * state, gained), 0.0)
    return [np.cumsum(np.where(state == way, gained, 0.0)) for way in (1.0, -1.0)]
