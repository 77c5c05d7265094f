"""Keyed hashes of texts: which fold a sample falls into follows from its id alone, on every machine.

SipHash-2-4 (Aumasson and Bernstein 2012) of the UTF-8 bytes, for many texts side by side, and then the finaliser of
splitmix64 (Steele, Lea and Flood 2014): the hashes of ``pandas.util.hash_array``, without loading pandas.
"""

import numpy as np

TEXTS_AT_ONCE = 8_192  # the state of so many hashes stays in the processor's cache
BYTES_AT_ONCE = 4_000_000
KEY = "0123456789123456"
_INITIAL = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)
_MIXED = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))


def hash_texts(texts: np.ndarray, key: str = KEY) -> np.ndarray:
    """(N,) uint64 hash of each text of a StringDType array. key: 16 ASCII characters."""
    hashes = np.empty(len(texts), np.uint64)
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        part = slice(start, start + TEXTS_AT_ONCE)
        hashes[part] = _hash_some(texts[part], key.encode("ascii"))
    return hashes


def _hash_some(texts: np.ndarray, key: bytes) -> np.ndarray:
    """A text that is much longer than the others is hashed beside few of them, so that padding stays small."""
    encoded, length = _encoded(texts)
    width = 8 * (int(length.max()) // 8 + 1)
    if len(texts) > 1 and len(texts) * width > BYTES_AT_ONCE:
        halves = np.split(texts, [len(texts) // 2])
        return np.concatenate([_hash_some(half, key) for half in halves])
    words = np.array(encoded, f"S{width}").view("<u8").reshape(len(texts), -1).astype(np.uint64)
    last = length // 8
    words[np.arange(len(texts)), last] |= length.astype(np.uint64) << np.uint64(56)  # modulo 256, as the bits fall out
    return _mixed(_siphash(np.ascontiguousarray(words.T), last, np.frombuffer(key, "<u8")))


def _encoded(texts: np.ndarray) -> tuple[np.ndarray | list[bytes], np.ndarray]:
    """The UTF-8 bytes of each text, ready for an array of bytes, and (n,) how many they are."""
    length = np.strings.str_len(texts)
    try:
        return texts.astype(f"S{max(1, int(length.max()))}"), length
    except UnicodeEncodeError:  # NumPy takes ASCII alone
        encoded = [text.encode() for text in texts.tolist()]
        return encoded, np.array([len(one) for one in encoded])


def _siphash(words: np.ndarray, last: np.ndarray, key: np.ndarray) -> np.ndarray:
    """(n,) hashes. words: (W, n), of which text i has the first ``last[i] + 1``."""
    state = [np.full(words.shape[1], start ^ int(k), np.uint64) for start, k in zip(_INITIAL, np.tile(key, 2))]
    hashes = np.empty(words.shape[1], np.uint64)
    for number, word in enumerate(words):
        state[3] ^= word
        _rounds(state, 2)
        state[0] ^= word
        ended = last == number
        if ended.any():
            hashes[ended] = _ended([v[ended] for v in state])
    return hashes


def _ended(state: list[np.ndarray]) -> np.ndarray:
    state[2] ^= np.uint64(0xFF)
    _rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _rounds(state: list[np.ndarray], count: int) -> None:
    v0, v1, v2, v3 = state
    for _ in range(count):
        _add_turn(v0, v1, 13)
        _turn(v0, 32)
        _add_turn(v2, v3, 16)
        _add_turn(v0, v3, 21)
        _add_turn(v2, v1, 17)
        _turn(v2, 32)


def _add_turn(one: np.ndarray, other: np.ndarray, bits: int) -> None:
    one += other
    _turn(other, bits)
    other ^= one


def _turn(v: np.ndarray, bits: int) -> None:
    """Rotates left, in place."""
    right = v >> np.uint64(64 - bits)
    v <<= np.uint64(bits)
    v |= right


def _mixed(hashes: np.ndarray) -> np.ndarray:
    for bits, factor in _MIXED:
        hashes ^= hashes >> np.uint64(bits)
        hashes *= np.uint64(factor)
    return hashes
