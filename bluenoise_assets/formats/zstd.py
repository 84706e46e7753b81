"""Zstandard frames (RFC 8878) of Huffman-coded literals alone, for KTX2 files that are downloaded.

Written here, since a library's bytes change with its version. Noise has no repetitions for the rest of the format to
find: what gets smaller are bytes of which some values are frequent, as in a channel that only fills up, or in the last
bytes of 16 bits held as 32. One code serves a whole frame, and a block that would grow is stored as it is.
"""

import functools
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = bytes.fromhex("28b52ffd")
BLOCK_BYTES = 2**17
"""The most that one block holds."""
MAX_CODE_BITS = 11
WEIGHT_TABLE_BITS = 6
RAW, RLE, COMPRESSED = 0, 1, 2
HUFFMAN, HUFFMAN_AGAIN = 2, 3
"""Literals with a new code, and with the last one."""
ONE_STREAM_BYTES = 1023
"""The most literals that one stream holds; more are in four."""

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


def encode(data: bytes) -> bytes:
    """A frame of one segment, without a checksum."""
    values = np.frombuffer(data, np.uint8)
    starts = range(0, len(values), BLOCK_BYTES) or [0]
    counts = np.zeros(256, np.int64)
    for start in starts:
        counts += np.bincount(values[start : start + BLOCK_BYTES], minlength=256)
    code = _Code(_code_lengths(counts)) if np.count_nonzero(counts) > 1 else None
    tree = code.describe() if code else None
    parts = [MAGIC, _frame_header(len(data))]
    described = False
    for start in starts:
        block = values[start : start + BLOCK_BYTES]
        last = start + BLOCK_BYTES >= len(values)
        if len(block) > 1 and (block == block[0]).all():
            parts += [_block_header(last, RLE, len(block)), bytes(block[:1])]
            continue
        content = _literals(block, code, b"" if described else tree) if code and tree is not None else None
        if content is None:
            parts += [_block_header(last, RAW, len(block)), block.tobytes()]
        else:
            parts += [_block_header(last, COMPRESSED, len(content)), content]
            described = True
    return b"".join(parts)


def decode(frame: bytes, size: int) -> bytes:
    """The `size` bytes in a frame that `encode` wrote. Raises `ValueError` for any other."""
    wanted = MAGIC + _frame_header(size)
    if not frame.startswith(wanted):
        raise ValueError("the header of this zstd frame is not the one that was written")
    try:
        data = _blocks(memoryview(frame), len(wanted), size)
    except (IndexError, OverflowError) as error:
        raise ValueError("this zstd frame is damaged") from error
    if encode(data) != frame:  # one way to write it, and only that
        raise ValueError("this zstd frame is damaged")
    return data


def _frame_header(size: int) -> bytes:
    """Its descriptor, and how much is in it: one segment needs no window."""
    if size < 256:
        return bytes([0x20, size])
    if size < 65536 + 256:
        return b"\x60" + (size - 256).to_bytes(2, "little")
    if size < 2**32:
        return b"\xa0" + size.to_bytes(4, "little")
    return b"\xe0" + size.to_bytes(8, "little")


def _block_header(last: bool, kind: int, size: int) -> bytes:
    return (last | kind << 1 | size << 3).to_bytes(3, "little")


def _literals(block: Bytes, code: "_Code", tree: bytes) -> bytes | None:
    """A compressed block: its literals, and that there are no sequences; None if that saves nothing."""
    if len(block) <= ONE_STREAM_BYTES:
        form, bits, streams = 0, 10, [code.pack(block)]
    else:
        form, bits = 3, 18
        quarter = -(-len(block) // 4)
        streams = [code.pack(block[start : start + quarter]) for start in range(0, 4 * quarter, quarter)]
    sizes = b"".join(len(stream).to_bytes(2, "little") for stream in streams[:-1])
    content = b"".join([tree, sizes, *streams])
    if len(content) + (6 if form else 4) >= len(block):
        return None
    kind = HUFFMAN if tree else HUFFMAN_AGAIN
    header = kind | form << 2 | len(block) << 4 | len(content) << 4 + bits
    return header.to_bytes(5 if form else 3, "little") + content + b"\0"


def _code_lengths(counts: npt.NDArray[Any]) -> list[int]:
    """The best lengths of a prefix code of at most 11 bits, by merging packages; 0 for values that do not occur."""
    single: list[tuple[int, tuple[int, ...]]] = sorted((int(n), (value,)) for value, n in enumerate(counts) if n)
    merged = single
    for _ in range(MAX_CODE_BITS - 1):
        pairs = zip(merged[::2], merged[1::2], strict=False)
        merged = list(heapq.merge(single, [(one + other, some + more) for (one, some), (other, more) in pairs]))
    lengths = [0] * len(counts)
    for _, values in merged[: 2 * len(single) - 2]:
        for value in values:
            lengths[value] += 1
    return lengths


@dataclass(frozen=True)
class _Code:
    """A complete prefix code, given by the lengths of its words."""

    lengths: Sequence[int]

    @functools.cached_property
    def bits(self) -> int:
        return max(self.lengths)

    @functools.cached_property
    def words(self) -> Ints:
        """The longest come first, from 0; of equal length, those of smaller values."""
        words = np.zeros(len(self.lengths), np.int64)
        word = 0
        for length in range(self.bits, 0, -1):
            for value, other in enumerate(self.lengths):
                if other == length:
                    words[value] = word
                    word += 1
            word >>= 1
        return words

    def pack(self, values: Bytes) -> bytes:
        """The words of all values, the last one first, and a bit 1 to find the end by."""
        order = values[::-1]
        lengths, words = np.array(self.lengths)[order], self.words[order]
        ends = np.cumsum(lengths)
        count = int(ends[-1])
        words, starts = np.append(words, 1), np.append(ends - lengths, count)
        places, shifted = starts >> 3, words << (starts & 7)
        size = count // 8 + 1
        packed = np.zeros(size + 2)
        for byte in range(3):  # a word of 11 bits lies in three bytes at most; no two share a bit
            packed += np.bincount(places + byte, (shifted >> 8 * byte) & 0xFF, size + 2)
        return packed[:size].astype(np.uint8).tobytes()

    def describe(self) -> bytes | None:
        """The weights of all values but the last, as they are or entropy-coded; None if neither can be."""
        last = max(value for value, length in enumerate(self.lengths) if length)
        weights = [self.bits + 1 - length if length else 0 for length in self.lengths[:last]]
        plain = None
        if len(weights) <= 128:
            pairs = zip(weights[::2], [*weights[1::2], 0], strict=False)
            plain = bytes([127 + len(weights), *(high << 4 | low for high, low in pairs)])
        coded = _encode_weights(weights) if len(weights) > 1 and len(set(weights)) > 1 else None
        if coded is not None and len(coded) < 128 and (plain is None or len(coded) + 1 < len(plain)):
            return bytes([len(coded)]) + coded
        return plain


def _code_of(weights: list[int]) -> _Code:
    """The code of all weights but the last one's, which fills up what is left."""
    total = sum(1 << weight - 1 for weight in weights if weight)
    bits = total.bit_length()
    rest = (1 << bits) - total
    if not total or bits > MAX_CODE_BITS or rest & rest - 1 or len(weights) > 255:
        raise ValueError("this zstd frame has no such code")
    weights = [*weights, rest.bit_length()]
    return _Code([bits + 1 - weight if weight else 0 for weight in weights])


class _Bits:
    """Bits from the lowest on."""

    def __init__(self) -> None:
        self.value = self.count = 0

    def add(self, value: int, count: int) -> None:
        self.value |= value << self.count
        self.count += count

    def bytes(self) -> bytes:
        return self.value.to_bytes(-(-self.count // 8), "little")


def _shares(counts: Sequence[int]) -> list[int]:
    """Counts in proportion, with a sum of 64, none of those that occur below 1."""
    size, total = 1 << WEIGHT_TABLE_BITS, sum(counts)
    shares = [max(1, count * size // total) if count else 0 for count in counts]
    # Of 12 weights at most, the most frequent has more to give than the others can lack.
    shares[shares.index(max(shares))] += size - sum(shares)
    return shares


def _places(shares: Sequence[int]) -> list[list[int]]:
    """The states of each symbol in the table, in order."""
    size = 1 << WEIGHT_TABLE_BITS
    step, place = (size >> 1) + (size >> 3) + 3, 0
    places: list[list[int]] = []
    for share in shares:
        places.append([])
        for _ in range(share):
            places[-1].append(place)
            place = (place + step) % size
        places[-1].sort()
    return places


def _encode_weights(weights: Sequence[int]) -> bytes:
    """Finite-state entropy: a table of shares, and two states that take turns, from the last weight to the first."""
    shares = _shares([weights.count(weight) for weight in range(max(weights) + 1)])
    places, size = _places(shares), 1 << WEIGHT_TABLE_BITS
    bits = _Bits()
    states: list[int | None] = [None, None]
    for number in reversed(range(len(weights))):
        weight, state = weights[number], states[number % 2]
        share, drop = shares[weight], 0
        if state is None:
            states[number % 2] = size + places[weight][0]
            continue
        while state >> drop >= 2 * share:
            drop += 1
        bits.add(state & (1 << drop) - 1, drop)
        states[number % 2] = size + places[weight][(state >> drop) - share]
    for state in reversed(states):
        assert state is not None
        bits.add(state - size, WEIGHT_TABLE_BITS)
    bits.add(1, 1)
    return _encode_shares(shares) + bits.bytes()


def _encode_shares(shares: Sequence[int]) -> bytes:
    bits = _Bits()
    bits.add(WEIGHT_TABLE_BITS - 5, 4)
    left = (1 << WEIGHT_TABLE_BITS) + 1
    symbol = 0
    while left > 1:
        share = shares[symbol]
        symbol += 1
        width = left.bit_length()  # a number up to `left`: of small ones one bit less is written
        small = (1 << width) - 1 - left
        number = share + 1
        if number < small:
            bits.add(number, width - 1)
        else:
            bits.add(number + small if number >= 1 << width - 1 else number, width)
        left -= share
        if not share:
            zeros = 0
            while not shares[symbol]:
                zeros, symbol = zeros + 1, symbol + 1
            while zeros >= 3:
                bits.add(3, 2)
                zeros -= 3
            bits.add(zeros, 2)
    return bits.bytes()


@dataclass(frozen=True)
class _Stream:
    """Words from the bit below `end` downwards, of `count` values that go to `target`."""

    end: int
    count: int
    target: int


def _blocks(frame: memoryview, place: int, size: int) -> bytes:
    """The content of all blocks. Streams are only noted, and read at the same time in the end."""
    data = np.zeros(size, np.uint8)
    code, streams, filled, last = None, list[_Stream](), 0, False
    while not last:
        header = int.from_bytes(frame[place : place + 3], "little")
        last, kind, length = bool(header & 1), header >> 1 & 3, header >> 3
        place += 3
        if kind == COMPRESSED:
            code, count = _read_literals(frame[: place + length], place, code, filled, streams)
        else:
            count, length = length, 1 if kind == RLE else length
            data[filled : filled + count] = np.frombuffer(frame[place : place + length], np.uint8)
        place += length
        filled += count
        if filled > size or place > len(frame):
            raise ValueError("this zstd frame is damaged")
    if code is not None:
        _unpack(frame, code, streams, data)
    return data.tobytes()


def _read_literals(
    frame: memoryview, place: int, code: _Code | None, target: int, streams: list[_Stream]
) -> tuple[_Code, int]:
    """Notes the streams of a block from `place` to the end of `frame`; its code, and how many values it has."""
    kind, form = frame[place] & 3, frame[place] >> 2 & 3
    bits, width = (18, 5) if form else (10, 3)
    header = int.from_bytes(frame[place : place + width], "little") >> 4
    count, place = header & (1 << bits) - 1, place + width
    if kind == HUFFMAN:
        code, place = _read_code(frame, place)
    if code is None or count > BLOCK_BYTES:
        raise ValueError("this zstd frame has no code")
    quarter = -(-count // 4) if form else count
    lengths = [int.from_bytes(frame[place + i : place + i + 2], "little") for i in ((0, 2, 4) if form else ())]
    place += 2 * len(lengths)
    end = len(frame) - 1  # without the byte that says that there are no sequences
    for first, length in zip(range(0, count, quarter), [*lengths, end - place - sum(lengths)], strict=True):
        if length < 1 or not frame[place + length - 1]:
            raise ValueError("this zstd frame is damaged")
        top = 8 * (place + length - 1) + frame[place + length - 1].bit_length() - 1
        streams.append(_Stream(top, min(quarter, count - first), target + first))
        place += length
    return code, count


def _read_code(frame: memoryview, place: int) -> tuple[_Code, int]:
    head, place = frame[place], place + 1
    if head < 128:
        return _code_of(_decode_weights(frame[place : place + head])), place + head
    count = head - 127
    plain = frame[place : place + (count + 1) // 2]
    weights = [weight for byte in plain for weight in (byte >> 4, byte & 15)]
    return _code_of(weights[:count]), place + len(plain)


def _decode_weights(data: memoryview) -> list[int]:
    """The inverse of `_encode_weights`."""
    value, place = int.from_bytes(data, "little"), 4
    if value & 15 != WEIGHT_TABLE_BITS - 5:
        raise ValueError("this zstd frame has another table of weights")
    shares: list[int] = []
    left = (1 << WEIGHT_TABLE_BITS) + 1
    while left > 1:
        width = left.bit_length()
        small = (1 << width) - 1 - left
        number = value >> place & (1 << width - 1) - 1
        place += width - 1
        if number >= small:
            number |= (value >> place & 1) << width - 1
            place += 1
            number -= small if number >= 1 << width - 1 else 0
        shares.append(number - 1)
        left -= number - 1
        zeros = 3 if number == 1 else 0
        while zeros == 3:
            zeros = value >> place & 3
            place += 2
            shares += [0] * zeros
        if number < 1 or left < 1 or len(shares) > MAX_CODE_BITS + 1:
            raise ValueError("this zstd frame has another table of weights")
    start = -(-place // 8) * 8
    places, size = _places(shares), 1 << WEIGHT_TABLE_BITS
    table = {
        state: (weight, share + number)
        for weight, share in enumerate(shares)
        for number, state in enumerate(places[weight])
    }
    end = value.bit_length() - 1
    weights: list[int] = []
    states: list[int] = []
    for _ in range(2):
        end -= WEIGHT_TABLE_BITS
        states.append(value >> end & size - 1)
    while len(weights) <= 256:
        weight, state = table[states[0]]
        weights.append(weight)
        drop = WEIGHT_TABLE_BITS + 1 - state.bit_length()
        if end - drop < start:  # the last but one
            return [*weights, table[states[1]][0]]
        end -= drop
        states = [states[1], (state << drop) - size + (value >> end & (1 << drop) - 1)]
    raise ValueError("this zstd frame has too many weights")


def _unpack(frame: memoryview, code: _Code, streams: list[_Stream], data: Bytes) -> None:
    """All streams at the same time, a value of each at every step."""
    bits, words = code.bits, code.words
    values, lengths = np.zeros(1 << bits, np.uint8), np.zeros(1 << bits, np.int64)
    for value, length in enumerate(code.lengths):
        if length:
            first = int(words[value]) << bits - length
            values[first : first + (1 << bits - length)] = value
            lengths[first : first + (1 << bits - length)] = length
    padded = bytes(2) + bytes(frame) + bytes(4)
    windows: npt.NDArray[np.uint32] = np.ndarray(len(padded) - 3, "<u4", padded, strides=1)  # four bytes from each on
    ends = np.array([stream.end for stream in streams]) + 16
    counts = np.array([stream.count for stream in streams])
    targets = np.array([stream.target for stream in streams])
    done = 0
    for until in np.unique(counts).tolist():
        going = counts >= until
        ends, counts, targets = ends[going], counts[going], targets[going]
        for number in range(done, until):
            below = ends - bits
            found = windows[below >> 3] >> (below & 7) & (1 << bits) - 1
            data[targets + number] = values[found]
            ends = ends - lengths[found]
        done = until
