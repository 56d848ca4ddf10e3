"""Work that happens without a request: the clock loop and what it finds due."""
