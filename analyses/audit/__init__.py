"""The claims of a paper, as data, beside what its own numbers support."""

from .paper import Paper, read_paper, seed_paper
from .rows import Case, Row
from .run import Audit, audit, audit_file, audited, reproduce
from .verdict import RULES, VERDICTS

__all__ = [
    "RULES",
    "VERDICTS",
    "Audit",
    "Case",
    "Paper",
    "Row",
    "audit",
    "audit_file",
    "audited",
    "read_paper",
    "reproduce",
    "seed_paper",
]
