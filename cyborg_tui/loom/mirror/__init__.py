"""The mirror: the process of writing in measurements, each defined once, in the docstring of its class."""
