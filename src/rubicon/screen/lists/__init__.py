"""One file for each list format, with a `.yml` of publisher, cadence and expected counts beside it."""
