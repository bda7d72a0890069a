"""Figures, tables, the page and the command line."""
