"""The rows: tables, queries and migrations. The database is the truth; the queue is only transport."""
