"""The front doors: HTTP, its client, and the `yz` command."""
