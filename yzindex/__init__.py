"""What the index is: dimensions, scoring, bank and draw, grading, records. No web, queue, Docker or network code."""

__version__ = "0.1.0"
