"""Collect: from files and feeds outside to the project's tables."""
