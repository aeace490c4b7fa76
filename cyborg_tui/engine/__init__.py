"""The engine: a model in a process of its own, asked for fans over a typed protocol."""
