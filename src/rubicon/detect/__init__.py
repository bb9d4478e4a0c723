"""Detect: from positions and scenes to events, one file for each detector."""
