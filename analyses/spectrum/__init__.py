"""Impedance spectra: resistances, and the conductivity of a pellet."""
