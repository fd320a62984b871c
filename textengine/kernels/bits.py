"""Blocks of 64 bytes as bit masks: the few machine operations that numba has no name for.

They take uint8 arrays and indices that the caller has checked: nothing here looks at bounds. They are LLVM
vectors, which LLVM splits or expands for a target that has no such registers. Words are little-endian.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic as _intrinsic
from numpy.typing import NDArray

from textengine.kernels.jit import inlined

BLOCK = 64  # bytes in a block, bits in a mask

Bytes = NDArray[np.uint8]
cgutils: Any = _cgutils
intrinsic: Any = _intrinsic
_BIT, _BYTE, _WORD = ir.IntType(1), ir.IntType(8), ir.IntType(64)
_BYTES, _BITS = ir.VectorType(_BYTE, BLOCK), ir.VectorType(_BIT, BLOCK)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, target: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(cgutils.gep_inbounds(builder, data, index), ir.PointerType(target))


def _load(context: Any, builder: Any, array_type: Any, array: Any, index: Any, target: Any) -> Any:
    return builder.load(_pointer(context, builder, array_type, array, index, target), align=1)


def _splat(builder: Any, byte: Any) -> Any:
    one = builder.insert_element(ir.Constant(_BYTES, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), None)
    return builder.shuffle_vector(one, one, lanes)


def _range_mask(typing: Any, buffer: Any, index: Any, low: Any, high: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(context, builder, buffer, args[0], args[1], _BYTES)
        low, high = (builder.trunc(bound, _BYTE) for bound in args[2:])
        above = builder.sub(block, _splat(builder, low))
        within = builder.icmp_unsigned("<=", above, _splat(builder, builder.sub(high, low)))
        return builder.bitcast(within, _WORD)

    return types.uint64(buffer, types.intp, types.intp, types.intp), emit


def _load8(typing: Any, buffer: Any, index: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _load(context, builder, buffer, args[0], args[1], _WORD)

    return types.uint64(buffer, types.intp), emit


def _copy_block(typing: Any, source: Any, start: Any, target: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(context, builder, source, args[0], args[1], _BYTES)
        builder.store(block, _pointer(context, builder, target, args[2], args[3], _BYTES), align=1)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp), emit


def _squeeze_block(typing: Any, source: Any, start: Any, target: Any, at: Any, keep: Any, blank: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(context, builder, source, args[0], args[1], _BYTES)
        keep, blank = (builder.bitcast(mask, _BITS) for mask in args[4:])
        block = builder.select(blank, _splat(builder, ir.Constant(_BYTE, ord(" "))), block)
        shape = ir.FunctionType(_BYTES, [_BYTES, _BITS, _BYTES])
        compress = cgutils.get_or_insert_function(
            builder.module, shape, f"llvm.experimental.vector.compress.v{BLOCK}i8"
        )
        block = builder.call(compress, [block, keep, ir.Constant(_BYTES, ir.Undefined)])
        builder.store(block, _pointer(context, builder, target, args[2], args[3], _BYTES), align=1)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp, types.uint64, types.uint64), emit


def _trailing_zeros(typing: Any, mask: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(_BIT, 0))

    return types.int64(types.uint64), emit


def _folded_product(typing: Any, left: Any, right: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide = ir.IntType(2 * BLOCK)
        product = builder.mul(*(builder.zext(factor, wide) for factor in args))
        high = builder.lshr(product, ir.Constant(wide, BLOCK))
        return builder.trunc(builder.xor(product, high), _WORD)

    return types.uint64(types.uint64, types.uint64), emit


def _ones(typing: Any, mask: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.int64(types.uint64), emit


range_mask: Callable[[Bytes, int, int, int], np.uint64] = intrinsic(_range_mask)
"""Bit k says that ``low <= buffer[index + k] <= high``; 64 bytes are read."""

load8: Callable[[Bytes, int], np.uint64] = intrinsic(_load8)
"""``buffer[index:index + 8]`` as one little-endian word."""

copy_block: Callable[[Bytes, int, Bytes, int], None] = intrinsic(_copy_block)
"""``target[at:at + 64] = source[start:start + 64]``."""

squeeze_block: Callable[[Bytes, int, Bytes, int, np.uint64, np.uint64], None] = intrinsic(_squeeze_block)
"""(source, start, target, at, keep, blank): write the bytes of a block that `keep` marks, without gaps, and
those of them that `blank` marks as spaces. 64 bytes are written: what follows the kept ones is garbage."""

trailing_zeros: Callable[[np.uint64], int] = intrinsic(_trailing_zeros)
"""The index of the lowest bit that is set; 64 for an empty mask."""

folded_product: Callable[[np.uint64, np.uint64], np.uint64] = intrinsic(_folded_product)
"""The exclusive or of the two halves of the product, which has 128 bits: every bit depends on all others."""

ones: Callable[[np.uint64], int] = intrinsic(_ones)
"""How many bits are set."""


@inlined
def low_bits(width: int) -> np.uint64:
    """Return the mask of the lowest `width` bits, for 1 <= width <= 64."""
    return ~np.uint64(0) >> np.uint64(BLOCK - width)


def padded(buffer: Bytes) -> Bytes:
    """Return `buffer`, with zeros behind it where it is shorter than a block.

    Kernels read the block at `index` from ``at = min(index, len(buffer) - 64)`` and shift its masks right by
    ``index - at``: no byte past the end is touched, and none is handled one by one.
    """
    if len(buffer) >= BLOCK:
        return buffer
    block = np.zeros(BLOCK, np.uint8)
    block[: len(buffer)] = buffer
    return block
