"""Point clouds of the same points in every encoding, written with numpy; prints what a reader must find."""
import json
import struct
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
rng = np.random.default_rng(7)
COUNT = 3000
xyz = rng.normal(0, 20, (COUNT, 3)).astype(np.float32)
xyz[:, 2] = np.round(xyz[:, 2])  # long runs, so that compression has something to find
intensity = rng.integers(0, 256, COUNT).astype(np.float32)
rgb = rng.integers(0, 256, (COUNT, 3)).astype(np.uint32)
packed = (0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]).astype(np.uint32)
ring = rng.integers(0, 64, COUNT).astype(np.uint16)
pad = np.zeros((COUNT, 3), np.uint8)


def header(fields, sizes, types, counts, data):
    return (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
        f"FIELDS {fields}\nSIZE {sizes}\nTYPE {types}\nCOUNT {counts}\n"
        f"WIDTH {COUNT}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {COUNT}\nDATA {data}\n"
    ).encode()


def compress(data):
    """LZF with a table of the last place of each three bytes."""
    out, literals, seen, at = bytearray(), bytearray(), {}, 0

    def flush():
        for start in range(0, len(literals), 32):
            part = literals[start : start + 32]
            out.append(len(part) - 1)
            out.extend(part)
        literals.clear()

    while at < len(data):
        key = data[at : at + 3]
        before = seen.get(key)
        seen[key] = at
        if len(key) < 3 or before is None or at - before > 8192:
            literals.append(data[at])
            at += 1
            continue
        length = 3
        while at + length < len(data) and length < 264 and data[before + length] == data[at + length]:
            length += 1
        flush()
        far = at - before - 1
        if length - 2 < 7:
            out.append((length - 2) << 5 | far >> 8)
        else:
            out.append(7 << 5 | far >> 8)
            out.append(length - 2 - 7)
        out.append(far & 255)
        at += length
    flush()
    return bytes(out)


# A field of three values between the others, an integer field, an opaque colour in a float.
names = ("x y z _ intensity ring rgb", "4 4 4 1 4 2 4", "F F F U F U F", "1 1 1 3 1 1 1")
record = np.dtype([("xyz", "<f4", 3), ("_", "u1", 3), ("i", "<f4"), ("ring", "<u2"), ("rgb", "<u4")])
rows = np.empty(COUNT, record)
rows["xyz"], rows["_"], rows["i"], rows["ring"], rows["rgb"] = xyz, pad, intensity, ring, packed
(folder / "binary.pcd").write_bytes(header(*names, "binary") + rows.tobytes())
columns = b"".join(
    np.ascontiguousarray(part).tobytes()
    for part in (xyz[:, 0], xyz[:, 1], xyz[:, 2], pad, intensity, ring, packed)
)
squeezed = compress(columns)
assert len(squeezed) < len(columns)
(folder / "compressed.pcd").write_bytes(
    header(*names, "binary_compressed") + struct.pack("<II", len(squeezed), len(columns)) + squeezed
)
lines = "".join(
    f"{a:.9g} {b:.9g} {c:.9g} 0 0 0 {i:g} {r} {p}\n"
    for (a, b, c), i, r, p in zip(xyz, intensity, ring, packed)
)
ascii_names = (names[0], names[1], "F F F U F U U", names[3])
(folder / "ascii.pcd").write_bytes(header(*ascii_names, "ascii") + lines.encode())

doubles = np.dtype([("xyz", ">f8", 3), ("c", "u1", 3)])
rows = np.empty(COUNT, doubles)
rows["xyz"], rows["c"] = xyz, rgb
properties = "".join(f"property double {axis}\n" for axis in "xyz") + "".join(
    f"property uchar {color}\n" for color in ("red", "green", "blue")
)
(folder / "big.ply").write_bytes(
    f"ply\nformat binary_big_endian 1.0\nelement vertex {COUNT}\n{properties}end_header\n".encode() + rows.tobytes()
)

# LAS 1.2, point format 2, coordinates of a national grid.
whole = np.round(xyz / 0.001).astype(np.int32)
offset = (500000.0, 5400000.0, 300.0)
las = np.dtype([("xyz", "<i4", 3), ("i", "<u2"), ("_", "u1", 6), ("c", "<u2", 3)])
rows = np.zeros(COUNT, las)
rows["xyz"], rows["i"], rows["c"] = whole, intensity, rgb * 257
head = bytearray(227)
head[0:4] = b"LASF"
head[24:26] = bytes([1, 2])
struct.pack_into("<HI", head, 94, 227, 227)
struct.pack_into("<BHI", head, 104, 2, las.itemsize + 2, COUNT)
struct.pack_into("<6d", head, 131, 0.001, 0.001, 0.001, *offset)
records = b"".join(row.tobytes() + b"\0\0" for row in rows)
(folder / "grid.las").write_bytes(bytes(head) + records)

print(
    json.dumps(
        {
            "xyz": xyz.astype(float).tolist(),
            "grid": (whole * 0.001 + np.array(offset)).tolist(),
            "intensity": intensity.tolist(),
            "rgb": rgb.tolist(),
        }
    )
)
