"""What spreads data around a model: values with a likelihood and its simulation."""
