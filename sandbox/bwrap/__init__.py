"""How bubblewrap is started: its walls, its Python, its cgroups, and who watches the memory where there are none."""
