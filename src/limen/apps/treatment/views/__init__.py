"""Pages about orders, sessions and the board."""
