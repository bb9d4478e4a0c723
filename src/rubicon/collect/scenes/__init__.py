"""Satellite scenes: from files and catalogues to pictures with place, time and units."""
