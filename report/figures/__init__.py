"""Figures, a module for each kind of result."""
