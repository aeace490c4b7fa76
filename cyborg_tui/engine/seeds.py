"""The seeds of a fan's branches."""

__all__ = ["branch_seed"]


def branch_seed(seed: int, index: int) -> int:
    """The seed of a fan's branch: steps of the golden ratio, so that neighbouring fans share none. 32 bits; the highest
    is left out, for llama.cpp takes it to mean a random one."""
    return (seed + index * 0x9E3779B9) % 0xFFFFFFFF
