"""Rubicon: from ship tracks, satellite scenes, sanctions lists and claims to findings that anybody can check."""

__version__ = "0.1.0"
