"""Store: the lake of positions and events, written atomically."""
