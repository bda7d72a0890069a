"""Models of the same data beside each other."""
