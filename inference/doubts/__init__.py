"""What speaks against a fitted model: doubts about its quantities, by kind of data."""
