"""Reads a report as text and recomputes every figure of it from the rows, by arithmetic of its own.

Every sentence must be one that a rule here knows; what a rule finds in it must be what the rows give. Nothing of
`yzindex.report` or of the views is used. A file per section of the article.
"""

from tests.report_checker.checker import Checker
from tests.report_checker.mutations import mutations
from tests.report_checker.rules import Wrong

__all__ = ["Checker", "Wrong", "mutations"]
