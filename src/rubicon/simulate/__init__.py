"""Simulate: scenarios with known truth and fictional ships, always labelled."""
