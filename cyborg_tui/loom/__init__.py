"""The domain: a tree of texts, who wrote them, and how they were chosen. Pure; no I/O."""
