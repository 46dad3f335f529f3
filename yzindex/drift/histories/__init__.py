"""Histories that were written elsewhere, read into columns: a CSV file, or what other harnesses log."""
