"""Whether a model goes with the data it was fitted to."""
