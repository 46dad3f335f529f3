"""The workers: Celery carries ids between them, the rows carry the truth."""
