"""What a reader should know of a trusted fit: sentences, by kind of model."""
