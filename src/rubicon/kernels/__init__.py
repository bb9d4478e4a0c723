"""Loops over flat arrays, compiled by numba: arrays and offsets in, arrays out; no I/O, no classes."""
