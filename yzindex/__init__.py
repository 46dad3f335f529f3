"""What the index is: dimensions, scoring, bank and draw, grading, records. No web, queue, Docker or network code."""

import os

__version__ = "0.1.0"

# Read when numpy is first imported. The matrices here have some hundred rows at most: on a busy machine, threads that
# wait for each other make a product of them take up to twenty times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
