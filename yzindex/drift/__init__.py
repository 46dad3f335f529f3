"""Did a model change, or was it the draw? Pure arithmetic on histories of answers."""
