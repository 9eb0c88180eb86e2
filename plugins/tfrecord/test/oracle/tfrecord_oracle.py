"""Reads and writes TFRecord files from the description of the format alone: struct, an own CRC-32C, an own protobuf.

read FILE...          prints every record as JSON: features by key, masks and pictures as Pillow decodes them
write FOLDER          fills FOLDER with a source for the import and prints what must come out of it
"""
import gzip, hashlib, io, json, os, struct, sys, zlib
from PIL import Image

# CRC-32C: polynomial 0x1EDC6F41, bits reflected.
TABLE = []
for n in range(256):
    c = n
    for _ in range(8):
        c = (c >> 1) ^ (0x82F63B78 if c & 1 else 0)
    TABLE.append(c)


def crc32c(data):
    c = 0xFFFFFFFF
    for b in data:
        c = TABLE[(c ^ b) & 0xFF] ^ (c >> 8)
    return c ^ 0xFFFFFFFF


def masked(data):
    c = crc32c(data)
    return (((c >> 15) | (c << 17)) + 0xA282EAD8) & 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def records(data):
    at = 0
    while at < len(data):
        head = data[at:at + 8]
        (length,) = struct.unpack("<Q", head)
        assert struct.unpack("<I", data[at + 8:at + 12])[0] == masked(head), f"length at {at}"
        payload = data[at + 12:at + 12 + length]
        assert len(payload) == length
        assert struct.unpack("<I", data[at + 12 + length:at + 16 + length])[0] == masked(payload), f"data at {at}"
        yield payload
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        b = data[at]
        at += 1
        value |= (b & 127) << shift
        shift += 7
        if b < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            assert len(value) == size
        elif tag & 7 == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise AssertionError(tag)
        yield tag >> 3, tag & 7, value


def signed(n):
    return n - (1 << 64) if n >= 1 << 63 else n


def example(payload):
    out = {}
    for number, _, features in fields(payload):
        assert number == 1
        for number, _, entry in fields(features):
            assert number == 1
            parts = {n: v for n, _, v in fields(entry)}
            key, values = parts[1].decode(), []
            for kind, _, lst in fields(parts.get(2, b"")):
                for n, wire, value in fields(lst):
                    assert n == 1
                    if kind == 1:
                        values.append(value)
                    elif kind == 2:
                        values += [v for (v,) in struct.iter_unpack("<f", value)]
                    elif wire == 0:
                        values.append(signed(value))
                    else:
                        at = 0
                        while at < len(value):
                            v, at = varint(value, at)
                            values.append(signed(v))
            assert key not in out, f"{key} twice"
            out[key] = values
    return out


def told_picture(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return [image.format, image.mode, *image.size, hashlib.sha256(image.convert("RGBA").tobytes()).hexdigest()]


def told_mask(data):
    image = Image.open(io.BytesIO(data))
    w, h = image.size
    assert image.mode == "L"
    pixels = image.tobytes()
    assert set(pixels) <= {0, 255}
    return ["".join("1" if v else "0" for v in pixels[y * w:(y + 1) * w]) for y in range(h)]


def read(files):
    out = {}
    for file in files:
        told = []
        for payload in records(open(file, "rb").read()):
            found = example(payload)
            shown = {}
            for key, values in found.items():
                if key == "image/encoded":
                    shown[key] = [told_picture(v) for v in values]
                    if "image/key/sha256" in found:
                        assert found["image/key/sha256"] == [hashlib.sha256(values[0]).hexdigest().encode()]
                elif key == "image/object/mask":
                    shown[key] = [told_mask(v) for v in values]
                else:
                    # NaN is no JSON.
                    shown[key] = [v.decode() if isinstance(v, bytes) else None if v != v else v for v in values]
            told.append(shown)
        out[os.path.basename(file)] = told
    return out


# --- writing -----------------------------------------------------------------------------------------------

def put_varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def put(number, data):
    return put_varint(number << 3 | 2) + put_varint(len(data)) + data


def feature(values, packed=True):
    if not values:
        return b""
    if isinstance(values[0], bytes):
        return put(1, b"".join(put(1, v) for v in values))
    if isinstance(values[0], float):
        raw = [struct.pack("<f", v) for v in values]
        return put(2, put(1, b"".join(raw)) if packed else b"".join(b"\x0d" + v for v in raw))
    raw = [put_varint(v) for v in values]
    return put(3, put(1, b"".join(raw)) if packed else b"".join(b"\x08" + v for v in raw))


def make(features, packed=True):
    entries = b"".join(
        put(1, put(1, key.encode()) + put(2, feature(values, packed))) for key, values in features.items())
    return put(1, entries)


def frame(payload):
    head = struct.pack("<Q", len(payload))
    return head + struct.pack("<I", masked(head)) + payload + struct.pack("<I", masked(payload))


def png(width, height, colour):
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def mask_png(width, height, box, mode="L"):
    image = Image.new(mode, (width, height), 0)
    x0, y0, x1, y1 = box
    image.paste(1 if mode in ("1", "P") else 255, (x0, y0, x1, y1))
    if mode == "P":
        image.putpalette([0, 0, 0, 200, 10, 10])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def write(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "label_map.pbtxt"), "w") as f:
        f.write("# made by hand\nitem {\n  name: 'car'\n  id: 1\n}\nitem: { id: 2, name: \"/m/01g317\" display_name: \"per\" 'son' }\n"
                "item { id: 3 name: 'it\\'s \\303\\251' keypoints { id: 1 label: 'x' } }\n")
    first = make({
        "image/filename": [b"photos/first.png"], "image/source_id": [b"A17"],
        "image/height": [12], "image/width": [20], "image/format": [b"png"],
        "image/encoded": [png(20, 12, (200, 30, 40))],
        "image/object/bbox/xmin": [0.1, 0.5], "image/object/bbox/xmax": [0.4, 1.0],
        "image/object/bbox/ymin": [0.25, 0.0], "image/object/bbox/ymax": [0.5, 1.25],
        "image/object/class/text": [b"car", b""], "image/object/class/label": [1, 2],
        "image/object/difficult": [0, 1], "image/object/truncated": [1, 0],
        "image/object/view": [b"Left", b""], "image/object/weight": [0.1, float("nan")],
        "image/object/mask": [mask_png(20, 12, (3, 3, 8, 6)), b""],
        "image/class/text": [b"street", b"", b"rain"],
    })
    second = make({
        "image/encoded": [png(8, 6, (0, 0, 9))],
        "image/object/bbox/xmin": [0.0, 0.0], "image/object/bbox/xmax": [0.01, 0.5],
        "image/object/bbox/ymin": [0.0, 0.0], "image/object/bbox/ymax": [0.01, 0.5],
        "image/object/class/label": [7, 0],
        "image/object/score": [-3, 4],
    }, packed=False)
    third = make({
        "image/filename": [b"beside.png"], "image/encoded": [],
        "image/object/bbox/xmin": [0.0], "image/object/bbox/xmax": [1.0],
        "image/object/bbox/ymin": [0.0], "image/object/bbox/ymax": [1.0],
        "image/object/class/text": [b"/m/01g317"],
        "image/object/mask": [mask_png(10, 10, (0, 0, 5, 10), "P")],
    })
    fourth = make({
        "image/filename": [b"packed.jpg"], "image/encoded": [png(5, 5, (1, 2, 3))],
        "image/object/bbox/xmin": [0.0], "image/object/bbox/xmax": [1.0],
        "image/object/bbox/ymin": [0.0], "image/object/bbox/ymax": [1.0],
        "image/object/class/label": [3],
    })
    for name, data in {
        "train.tfrecord-00000-of-00002": frame(first) + frame(second),
        "train.tfrecord-00001-of-00002": frame(third),
        "val.record": gzip.compress(frame(fourth), mtime=0),
        "test.tfrecords": zlib.compress(frame(fourth)),
        "beside.png": png(20, 20, (9, 9, 9)),
    }.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    return {
        "firstPicture": first.index(png(20, 12, (200, 30, 40))) + 12,
        "firstLength": len(png(20, 12, (200, 30, 40))),
        "firstHash": hashlib.sha256(png(20, 12, (200, 30, 40))).hexdigest(),
        "packedHash": hashlib.sha256(png(5, 5, (1, 2, 3))).hexdigest(),
    }


if __name__ == "__main__":
    if sys.argv[1] == "write":
        print(json.dumps(write(sys.argv[2])))
    elif sys.argv[1] == "read":
        print(json.dumps(read(sys.argv[2:]), allow_nan=False))
