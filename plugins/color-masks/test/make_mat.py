"""Makes fixtures/mat: MATLAB files by SciPy and, for the other byte order, byte by byte; and expected.json.

    make_mat.py FOLDER
"""
import json
import os
import struct
import sys
import zlib

import numpy as np
from scipy.io import savemat
from scipy.sparse import csc_matrix

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
rng = np.random.default_rng(5)
expected = {}

TYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64", "bool"]
variables = {}
for name in TYPES:
    low = 0 if name[0] in "ub" else -100
    variables[f"m_{name}"] = rng.integers(low, 2 if name == "bool" else 100, (3, 4)).astype(name)
expected["numbers"] = {key: value.astype(int).tolist() for key, value in variables.items()}
savemat(os.path.join(out, "numbers.mat"), variables)
savemat(os.path.join(out, "numbers-compressed.mat"), variables, do_compression=True)

cell = np.empty((1, 3), dtype=object)
cell[0, 0], cell[0, 1], cell[0, 2] = np.eye(2, dtype=np.uint8), "häuser", np.zeros((0, 0))
mixed = {
    "words": "hello wörld",
    "empty": np.zeros((0, 3)),
    "cell": cell,
    "deep": {"a": {"b": {"c": np.arange(6, dtype=np.uint16).reshape(2, 3)}}, "__proto__": "x"},
    "sparse": csc_matrix(np.eye(3)),
    "cube": np.arange(24, dtype=np.int16).reshape(2, 3, 4),
    "complex": np.array([[1 + 2j, 3 - 1j]]),
}
savemat(os.path.join(out, "mixed.mat"), mixed)
savemat(os.path.join(out, "mixed-compressed.mat"), mixed, do_compression=True, oned_as="row")


# Most significant byte first: no program here writes it, so it is put together by the description of the format.
def element(kind, data):
    return struct.pack(">II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def matrix(name, array, stored):
    body = element(6, struct.pack(">BBBBI", 0, 0, 0, 6, 0))
    body += element(5, struct.pack(">ii", *array.shape))
    body += element(1, name.encode()) if len(name) > 4 else struct.pack(">HH4s", len(name), 1, name.encode())
    body += element(stored[1], array.T.astype(stored[0]).tobytes())
    return element(14, body)


grid = rng.integers(-3, 200, (4, 5))
small = rng.integers(0, 200, (2, 3))
parts = matrix("grid", grid, (">i2", 3)) + matrix("longer_name", small, (">f8", 9))
packed = zlib.compress(matrix("z", small, (">u4", 6)))
parts += struct.pack(">II", 15, len(packed)) + packed
with open(os.path.join(out, "big-endian.mat"), "wb") as file:
    file.write(b"MATLAB 5.0 MAT-file, made by hand".ljust(124) + struct.pack(">HH", 0x0100, 0x4D49) + parts)
expected["big-endian"] = {"grid": grid.tolist(), "longer_name": small.tolist(), "z": small.tolist()}

with open(os.path.join(out, "expected.json"), "w", encoding="utf-8") as file:
    json.dump(expected, file)
    file.write("\n")
