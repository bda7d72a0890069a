"""Answers in plain words, a module for each kind of result."""
