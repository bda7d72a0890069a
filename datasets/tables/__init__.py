"""Text to columns: encoding, delimiter, marks of numbers, header and rows of any table."""
