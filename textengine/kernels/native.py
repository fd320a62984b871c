"""Machine code in this process: loaded by llvmlite from where it is kept, or compiled first."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import llvmlite.binding as llvm

from textengine.kernels.cache import file_name, keep, recalled
from textengine.kernels.jit import WORD, Array, Signature

_LOCK = threading.RLock()


def loaded(function: FunctionType, signature: Signature) -> Callable[..., int]:
    """Return a kernel's machine code as a function of what `Signature.flat` returns, without the interpreter's lock."""
    name = _symbol(function, signature)
    with _LOCK:
        machine, engine = _target()
        file = file_name(name, Path(function.__code__.co_filename), _processor())
        code = recalled(file)
        if code is None:
            code = _compiled(function, signature, name, machine)
            keep(file, code)
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address = engine.get_function_address(name)
    types: list[Any] = []
    for argument in signature.arguments:
        if isinstance(argument, Array):
            types += [ctypes.c_void_p, ctypes.c_int64]
        else:
            types.append(ctypes.c_uint64 if argument is WORD else ctypes.c_int64)
    return ctypes.CFUNCTYPE(ctypes.c_int64, *types)(address)


def prepare() -> None:
    """Make ready what every kernel needs, so that the first need not wait for it."""
    with _LOCK:
        _target()


def _symbol(function: FunctionType, signature: Signature) -> str:
    """Return a name that no other kernel has: its module's and its own, and the items of its arrays."""
    arrays = "".join(argument.dtype.str[1:] for argument in signature.arguments if isinstance(argument, Array))
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}.{arrays.replace('?', 'b')}"


@functools.cache
def _target() -> tuple[Any, Any]:
    """Return this machine, and the engine that holds all code of this process."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=3, codemodel="jitdefault"
    )
    return machine, llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


@functools.cache
def _processor() -> str:
    """Return what tells this processor, and the compiler, from those whose code would be other code."""
    features = llvm.get_host_cpu_features().flatten()
    return f"{llvmlite.__version__} {llvm.get_default_triple()} {llvm.get_host_cpu_name()} {features}"


def _compiled(function: FunctionType, signature: Signature, name: str, machine: Any) -> bytes:
    from textengine.kernels.compiler import compiled

    module = llvm.parse_assembly(compiled(function, signature, name))
    module.verify()
    return bytes(machine.emit_object(module))
