"""The web application: pages over the outputs of cases, each with a JSON twin at the same address."""
