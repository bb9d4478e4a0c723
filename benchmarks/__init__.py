"""Measurements against peers: the same input in the same run, results proven equal first, ratios printed."""
