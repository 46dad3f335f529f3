"""How runs, boards and raw answers look on a terminal: for the command line and the demo alike."""
