"""The report: articles made from facts by templates. Pure: who reads the facts from rows is `yzindex.records`."""
