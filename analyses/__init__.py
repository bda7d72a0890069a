"""What is asked of each kind of data, and of a paper."""
