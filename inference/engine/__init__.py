"""The sampler: search for modes, coordinates, chains, evidence."""
