"""Benchmarks turned into questions: what their tests expect is taken out, so that no program ever sees it."""
