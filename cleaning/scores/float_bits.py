"""Float16 by its bits: IEEE 754 halves are 1 sign, 5 exponent and 10 fraction bits."""

import numpy as np

_INFINITE = 0x7C00  # all exponent bits set; anything from here on is infinite or no number
_SIGN = 0x8000
_KEPT = np.uint32(0x8FFFFFFF).astype(np.int32)  # the sign, and the exponent and fraction where the shift puts them
_REBIASED = np.float32(2.0**112)  # 127 - 15


def finite_halves(halves: np.ndarray) -> bool:
    """Whether all of a native float16 array are finite numbers."""
    if not halves.size:
        return True
    bits = halves.view(np.uint16)
    return bool(bits.view(np.int16).max() < _INFINITE and bits.max() < _SIGN + _INFINITE)


def all_finite(block: np.ndarray) -> bool:
    """Whether every number is finite, without an array of answers: NaN and infinity reach the extremes."""
    if block.dtype == np.float16 and block.dtype.isnative:
        return finite_halves(block)
    return not block.size or bool(np.isfinite(block.max()) and np.isfinite(block.min()))


def widened(halves: np.ndarray, factor: np.ndarray, out: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """``halves * factor`` in float32, written to ``out``.

    halves: (n, K) finite native float16. factor: (n, 1) float32. out: (n, K) float32. bits: (n, K) int32 to work in.
    The halves' bits, moved to where float32 keeps them, are the same number times 2^-112, subnormal or not.
    """
    np.copyto(bits, halves.view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, _KEPT, out=bits)
    return np.multiply(bits.view(np.float32), factor * _REBIASED, out=out)
