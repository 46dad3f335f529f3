"""The demo's story: a month of simulated days whose last one has three models fall for three different reasons."""
