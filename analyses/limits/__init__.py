"""Limits of cells: critical currents and lifetimes."""
