"""The terminal at the other end of a line: what is under way to it, what it shows, and how it is left as it was."""
