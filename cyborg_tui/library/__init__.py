"""The library: every loom, in one SQLite file that only its owner can read."""
