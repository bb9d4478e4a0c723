"""`python -m rubicon.cli`."""

from rubicon.cli import main

main()
