"""Exponentials of whole chunks, by the base that this processor raises fastest.

2^(x log2 e) is e^x. NumPy has float32 vector instructions for both bases where there is AVX-512, and base 2 then takes
half the time; elsewhere base e is the faster one. Either is off by less than 2 units in the last place.
"""

import math

import numpy as np


def _vectorised(name: str) -> bool:
    """Whether NumPy says that it has more than the processor family's first instructions for this function."""
    try:
        from numpy.lib.introspect import opt_func_info
    except ImportError:  # NumPy before 2.2
        return False
    found = opt_func_info(func_name=f"^{name}$", signature="float32").get(name, {})
    return any(not kind["current"].startswith("baseline") for kind in found.values())


BASE_2 = _vectorised("exp2")
UNIT = math.log2(math.e) if BASE_2 else 1.0  # what exponents of e are multiplied by first


def raised(exponents: np.ndarray, out: np.ndarray) -> np.ndarray:
    """e^x of exponents x that were multiplied by UNIT, written to ``out``."""
    return np.exp2(exponents, out=out) if BASE_2 else np.exp(exponents, out=out)
