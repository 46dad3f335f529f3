"""The pages: HTML made on the server, one file a page. What they say is read from the rows; they calculate nothing."""

from api.pages import board, files

#: Modules with a router each.
ROOM = (board, files)

__all__ = ["ROOM"]
