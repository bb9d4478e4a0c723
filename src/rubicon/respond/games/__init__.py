"""Games of deterrence, inspection and sanctions in exact fractions: one file a model, found by the registry.

A model declares `META` (title, source and its parameters in words) and `solve(given)`. Payoffs are assumptions of the
person who asks, not measurements, and no answer is the probability of a war that anybody should expect.
"""
