"""Conductivities by temperature: activation energies, and is it one material."""
