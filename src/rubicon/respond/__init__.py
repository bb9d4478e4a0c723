"""Respond: what lawful responses exist and how well each would hold."""
