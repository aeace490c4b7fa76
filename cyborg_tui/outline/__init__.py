"""The outline: the tree as rows to walk through, of which only those that are asked for are made. Pure; no I/O."""
