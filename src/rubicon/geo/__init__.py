"""Geo: one Earth, coastline, ports, water grid and the way by sea."""
