"""Screen: ships and owners against sanctions lists."""
