"""Simulate: scenarios with known truth and fictional ships, always labelled."""

from rubicon.simulate.scenario import Scenario, load_scenario
from rubicon.simulate.write import Simulated, simulate

__all__ = ["Scenario", "Simulated", "load_scenario", "simulate"]
