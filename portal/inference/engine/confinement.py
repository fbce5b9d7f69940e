"""The walls around a process that runs an uploaded model.

After `confine` the process and all its threads keep what they have open and can compute; they cannot open a file for
writing, make or remove one, start a program or a process, reach a socket, or touch another process. The kernel sees to
it (seccomp; Linux on x86-64 and arm64); it holds for every code in the process and cannot be taken back. Memory is a
resource limit above what the libraries have taken already.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from pathlib import Path
from typing import NamedTuple

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1
_CLONE_THREAD = 0x10000
_X32_BIT = 0x40000000
# O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, the same numbers on both machines.
_WRITES = 0o1 | 0o2 | 0o100 | 0o1000

# linux/bpf_common.h, linux/seccomp.h
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16


class ConfinementUnavailable(Exception):
    """This machine cannot build the walls, so no uploaded model is run on it."""


class _Machine(NamedTuple):
    """Numbers of system calls of one architecture."""

    audit: int
    seccomp: int
    clone: int
    clone3: int
    openat: int
    openat2: int
    prlimit: int
    open: int | None
    denied: tuple[int, ...]


# arch/x86/entry/syscalls/syscall_64.tbl: sockets; processes and programs; signals and other processes; names of files;
# mounts, namespaces and kernel services.
_X86_64 = _Machine(
    audit=0xC000003E,
    seccomp=317,
    clone=56,
    clone3=435,
    openat=257,
    openat2=437,
    prlimit=302,
    open=2,
    denied=(
        *(41, 42, 43, 44, 46, 49, 50, 53, 288, 307),
        *(57, 58, 59, 322),
        *(62, 101, 129, 200, 234, 297, 310, 311, 424, 434, 438),
        *(76, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 133, 258, 259, 260, 263, 264, 265, 266, 268, 316, 452),
        *(155, 161, 165, 166, 169, 175, 246, 248, 249, 250, 272, 298, 304, 308, 313, 321, 323, 425, 426, 427, 428, 429),
    ),
)
# include/uapi/asm-generic/unistd.h
_ARM64 = _Machine(
    audit=0xC00000B7,
    seccomp=277,
    clone=220,
    clone3=435,
    openat=56,
    openat2=437,
    prlimit=261,
    open=None,
    denied=(
        *(198, 199, 200, 201, 202, 203, 206, 211, 242, 269),
        *(221, 281),
        *(117, 129, 130, 131, 138, 240, 270, 271, 424, 434, 438),
        *(33, 34, 35, 36, 37, 38, 45, 52, 53, 54, 55, 276, 452),
        *(39, 40, 41, 51, 97, 104, 105, 142, 217, 218, 219, 241, 265, 268, 273, 280, 282, 425, 426, 427, 428, 429),
    ),
)
_MACHINES = {"x86_64": _X86_64, "aarch64": _ARM64}


class _FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def die_with_parent(parent: int) -> None:
    """End this process when its parent ends, however that happens."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def confine(memory_bytes: int) -> None:
    """Close the walls around this process; `memory_bytes` may be added to what it has now.

    Raises
    ------
    ConfinementUnavailable
        When the kernel or the machine has no such walls.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing that is written to a file gets longer; pipes are no files.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    limit = _address_space() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _install(_program(_machine()))


def allow_cpu_seconds(seconds: float) -> None:
    """Give the process so much more time of a processor; beyond it the kernel ends it."""
    used = sum(os.times()[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, hard))


def _machine() -> _Machine:
    machine = _MACHINES.get(platform.machine())
    if machine is None or platform.system() != "Linux":
        raise ConfinementUnavailable(f"no confinement on {platform.system()} {platform.machine()}")
    return machine


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        raise ConfinementUnavailable(f"prctl({option}): {os.strerror(ctypes.get_errno())}")


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _fail(number: int) -> bytes:
    return _step(_RETURN, _ERRNO | number)


def _refused_if(number: int, error: int) -> list[bytes]:
    return [_step(_JUMP_EQUAL, number, if_false=1), _fail(error)]


def _looked_at(number: int, argument: int, test: bytes) -> list[bytes]:
    """For one call: look at the low word of an argument; `test` goes on to the refusal or jumps over it."""
    return [
        _step(_JUMP_EQUAL, number, if_false=4),
        _step(_LOAD, _AT_ARGUMENTS + 8 * argument),
        test,
        _fail(errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _program(machine: _Machine) -> bytes:
    """The filter: one after the other, each call that is refused; the rest is allowed."""
    steps = [
        _step(_LOAD, _AT_ARCHITECTURE),
        _step(_JUMP_EQUAL, machine.audit, if_true=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_NUMBER),
        _step(_JUMP_AT_LEAST, _X32_BIT, if_false=1),
        _fail(errno.EPERM),
    ]
    for number in machine.denied:
        steps += _refused_if(number, errno.EPERM)
    # The C library then falls back to clone and openat, whose arguments a filter can see.
    for number in (machine.clone3, machine.openat2):
        steps += _refused_if(number, errno.ENOSYS)
    no_writing = _step(_JUMP_ANY_BIT, _WRITES, if_false=1)
    if machine.open is not None:
        steps += _looked_at(machine.open, 1, no_writing)
    steps += _looked_at(machine.openat, 2, no_writing)
    # A thread of this process and nothing else; limits of this process alone.
    steps += _looked_at(machine.clone, 0, _step(_JUMP_ANY_BIT, _CLONE_THREAD, if_true=1))
    steps += _looked_at(machine.prlimit, 0, _step(_JUMP_EQUAL, 0, if_true=1))
    return b"".join([*steps, _step(_RETURN, _ALLOW)])


def _install(program: bytes) -> None:
    instructions = ctypes.create_string_buffer(program, len(program))
    pointer = ctypes.cast(instructions, ctypes.c_void_p)
    description = _FilterProgram(len(program) // 8, pointer)
    libc = ctypes.CDLL(None, use_errno=True)
    # With TSYNC the filter binds the threads that the libraries have started too.
    failed = libc.syscall(
        ctypes.c_long(_machine().seccomp),
        ctypes.c_uint(_SET_MODE_FILTER),
        ctypes.c_uint(_FLAG_TSYNC),
        ctypes.byref(description),
    )
    if failed != 0:
        raise ConfinementUnavailable(f"seccomp: {os.strerror(ctypes.get_errno())}")
