"""Volumes of every kind of number, written with numpy; prints what a reader must find."""
import base64
import gzip
import json
import struct
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
rng = np.random.default_rng(11)
SIZE = (5, 4, 3)
expected = {}


def keep(name, values):
    """Values by x, then y, then z, each as the file means it."""
    expected[name] = np.asarray(values, float).flatten(order="F").tolist()


def values(dtype):
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return rng.normal(0, 1000, SIZE).astype(kind)
    info = np.iinfo(kind)
    # What a double holds of 64 bits.
    return rng.integers(max(info.min, -(2**53)), min(info.max, 2**53), SIZE, dtype=np.int64).astype(kind)


def header(kind, endian, encoding, sizes="5 4 3", more=""):
    dimension = len(sizes.split())
    return (
        f"NRRD0005\n# made for a test\ntype: {kind}\ndimension: {dimension}\nspace: left-posterior-superior\n"
        f"sizes: {sizes}\nendian: {endian}\nencoding: {encoding}\n{more}\n"
    ).encode()


SPACE = "space directions: (0.5,0,0) (0,0.75,0) (0,0,2.5)\nspace origin: (-10,20,30)\n"
KINDS = {
    "int8": "signed char", "uint8": "uchar", "int16": "short", "uint16": "unsigned short", "int32": "int",
    "uint32": "unsigned int", "int64": "long long", "uint64": "uint64", "float32": "float", "float64": "double",
}
for dtype, word in KINDS.items():
    array = values(dtype)
    for sign, endian in (("<", "little"), (">", "big")):
        data = array.astype(np.dtype(dtype).newbyteorder(sign)).tobytes(order="F")
        for encoding, packed in (("raw", data), ("gzip", gzip.compress(data))):
            name = f"{dtype}-{endian}-{encoding}.nrrd"
            (folder / name).write_bytes(header(word, endian, encoding, more=SPACE) + packed)
            keep(name, array)

# Two channels, before and behind the axes of space; the first is shown.
channels = rng.integers(0, 255, (2, *SIZE), dtype=np.uint8)
(folder / "first.nrrd").write_bytes(
    header("uchar", "little", "raw", "2 5 4 3", "space directions: none (1,0,0) (0,1,0) (0,0,1)\n")
    + channels.tobytes(order="F")
)
keep("first.nrrd", channels[0])
(folder / "last.nrrd").write_bytes(
    header("uchar", "little", "raw", "5 4 3 2", "space directions: (1,0,0) (0,1,0) (0,0,1) none\n")
    + np.moveaxis(channels, 0, -1).tobytes(order="F")
)
keep("last.nrrd", channels[0])

# Bytes and lines to be left out, from the start and from the end.
array = values("int16")
data = array.tobytes(order="F")
for name, more, packed in (
    ("skip.nrrd", "line skip: 2\nbyte skip: 3\n", b"one\ntwo\n" + b"xyz" + data),
    ("end.nrrd", "byte skip: -1\n", b"anything" + data),
):
    (folder / name).write_bytes(header("short", "little", "raw", more=SPACE + more) + packed)
    keep(name, array)
(folder / "end-gzip.nrrd").write_bytes(
    header("short", "little", "gzip", more=SPACE + "byte skip: -1\n") + gzip.compress(b"anything" + data)
)
keep("end-gzip.nrrd", array)


def nifti(array, code, sign, slope, inter, sform):
    head = bytearray(352)
    put = lambda form, at, *what: struct.pack_into(sign + form, head, at, *what)
    put("i", 0, 348)
    put("8h", 40, 3, *SIZE, 1, 1, 1, 1)
    put("hh", 70, code, array.dtype.itemsize * 8)
    put("8f", 76, -1, 2, 3, 4, 0, 0, 0, 0)
    put("fff", 108, 352, slope, inter)
    put("hh", 252, 0 if sform else 1, 1 if sform else 0)
    # A quarter turn about z: x of the file is y of the world.
    put("6f", 256, 0, 0, 2**-0.5, 7, 8, 9)
    put("12f", 280, 0, -3, 0, 5, 2, 0, 0, 6, 0, 0, 4, 7)
    head[344:348] = b"n+1\0"
    return bytes(head) + array.astype(array.dtype.newbyteorder(sign)).tobytes(order="F")


array = values("int16")
(folder / "plain.nii").write_bytes(nifti(array, 4, "<", 0, 0, True))
keep("plain.nii", array)
(folder / "scaled.nii.gz").write_bytes(gzip.compress(nifti(array, 4, ">", 0.5, -3, False)))
keep("scaled.nii.gz", array * 0.5 - 3)

# A mask as the SDK puts it into a figure: z varies fastest.
mask = np.zeros((6, 5, 4), np.uint8)
mask[1:3, 2:5, 3] = 1
mask[2, 2, 1] = 1
text = ",".join(map(str, mask.shape)).encode() + b"|"
inline = base64.b64encode(gzip.compress(text + mask.tobytes())).decode()
wide = base64.b64encode(gzip.compress(text + mask.astype("<i2").tobytes())).decode()
print(
    json.dumps(
        {
            "volumes": expected,
            "inline": inline,
            "wide": wide,
            "set": sorted(np.argwhere(mask).tolist()),
        }
    )
)
