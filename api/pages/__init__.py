"""The pages: HTML made on the server, one file a page. What they say is read from the rows; they calculate nothing."""

from api.pages import about, answer, board, compare, files, fleet, model, question, questions, report, run, runs

#: Modules with a router each.
ROOM = (board, model, compare, runs, run, report, answer, questions, question, fleet, about, files)

__all__ = ["ROOM"]
