"""The routes, a file per noun. Each parses, calls one function of the domain, and answers."""
