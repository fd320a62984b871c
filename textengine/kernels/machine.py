"""The instructions of `bits.py` as LLVM code. Imported only to compile a kernel, as it imports numba.

They are LLVM vectors, which LLVM splits or expands for a target that has no such registers.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as _cgutils
from numba.extending import intrinsic as _intrinsic

from textengine.kernels.bits import BLOCK

cgutils: Any = _cgutils
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


def _store8(typing: Any, word: Any, buffer: Any, index: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[0], _pointer(context, builder, buffer, args[1], args[2], _WORD), align=1)
        return context.get_dummy_value()

    return types.void(types.uint64, buffer, types.intp), emit


def _copy_block(typing: Any, source: Any, start: Any, target: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        block = _load(context, builder, source, args[0], args[1], _BYTES)
        builder.store(block, _pointer(context, builder, target, args[2], args[3], _BYTES), align=1)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp), emit


def _lower(builder: Any, block: Any) -> tuple[Any, Any]:
    """Return a block with its ASCII letters in lower case, and which bytes those are."""
    lower = builder.or_(block, _splat(builder, ir.Constant(_BYTE, ord(" "))))
    above = builder.sub(lower, _splat(builder, ir.Constant(_BYTE, ord("a"))))
    return lower, builder.icmp_unsigned("<=", above, _splat(builder, ir.Constant(_BYTE, 25)))


def _letters_mask(typing: Any, buffer: Any, index: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _, letters = _lower(builder, _load(context, builder, buffer, args[0], args[1], _BYTES))
        return builder.bitcast(letters, _WORD)

    return types.uint64(buffer, types.intp), emit


def _letters_block(typing: Any, source: Any, start: Any, target: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        lower, letters = _lower(builder, _load(context, builder, source, args[0], args[1], _BYTES))
        block = builder.select(letters, lower, _splat(builder, ir.Constant(_BYTE, ord(" "))))
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


INSTRUCTIONS: dict[str, Any] = {
    function.__name__.removeprefix("_"): _intrinsic(function)
    for function in (
        _range_mask, _letters_mask, _load8, _store8, _copy_block, _letters_block, _squeeze_block,
        _trailing_zeros, _folded_product, _ones,
    )
}  # fmt: skip
"""What numba calls for each `Instruction`, by its name."""
