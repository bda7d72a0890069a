"""What is simulated in a calibration, and what its ranks say."""
