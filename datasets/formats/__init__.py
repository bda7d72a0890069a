"""Files of instruments: where the data are in them, and what these files leave unsaid."""
