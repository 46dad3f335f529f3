"""Everything that stands a stack up."""
