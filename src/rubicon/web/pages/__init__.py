"""One file a page: what it shows, as plain JSON. The HTML page and its twin are made from the same call."""
