"""The claims of the seed paper beside what its own numbers support."""

from .claim import RULES, VERDICTS, Case, Row
from .published_numbers import Numbers
from .run import Reproduction, reproduce, run

__all__ = ["RULES", "VERDICTS", "Case", "Numbers", "Reproduction", "Row", "reproduce", "run"]
