"""The program that runs a candidate's query. Its source is sent into the sandbox: standard library only.

It reads `{"tables", "rows", "query"}` as JSON from standard input, runs the query on an in-memory SQLite and prints one
JSON list per row. It never sees the rows that are expected.
"""

import json
import sqlite3
import sys


def printable(cell: object) -> object:
    """Give a cell a form in JSON; bytes get one that no expected cell has."""
    return {"blob": cell.hex()} if isinstance(cell, bytes) else cell


def main() -> None:
    """Run one query; what SQLite refuses ends the program with the reason on standard error."""
    job = json.load(sys.stdin.buffer)  # UTF-8, whatever the locale
    database = sqlite3.connect(":memory:")
    database.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database.executescript(job["tables"])
    database.executescript(job["rows"])
    database.execute("PRAGMA query_only = ON")
    try:
        rows = database.execute(job["query"])
        if rows.description is None:
            sys.exit("not a query: it gives no rows")
        for row in rows:
            sys.stdout.write(json.dumps([printable(cell) for cell in row]) + "\n")
    except sqlite3.Error as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
