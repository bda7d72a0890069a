"""Kinds of data: what their tables need, and the data set that each becomes."""
