"""Groups of specimens beside each other: which is best, and how sure that is."""
