"""One file for each kind of source; each declares `META` and `read`."""
