"""The proof of the method: simulated worlds in which the truth is known, and what the analysis makes of them."""
