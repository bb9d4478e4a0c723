"""Assess: from events, hits, observations and claims to findings with stated probability."""
