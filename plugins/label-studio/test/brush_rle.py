"""Brush masks read and written from the description of the bits alone: brush_rle.py < JSON > JSON.

Input: {"decode": [{"rle": [...], "width", "height"}], "encode": [{"rows": [...]}]}. Output: for the first the rows of the
alpha channel as 0 and 1, for the second bytes, packed one literal word at a time.
"""
import json
import sys


class Bits:
    def __init__(self, data):
        self.text = "".join(f"{byte:08b}" for byte in data)
        self.at = 0

    def take(self, count):
        part = self.text[self.at : self.at + count]
        assert len(part) == count, "the data end too early"
        self.at += count
        return int(part, 2)


def decode(one):
    bits = Bits(one["rle"])
    count = bits.take(32)
    word = bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(4)]
    out = []
    while len(out) < count:
        repeated = bits.take(1)
        length = bits.take(sizes[bits.take(2)]) + 1
        if repeated:
            out += [bits.take(word)] * length
        else:
            out += [bits.take(word) for _ in range(length)]
    width, height = one["width"], one["height"]
    assert len(out) == count == width * height * 4
    assert len(bits.text) - bits.at < 8
    alpha = out[3::4]
    assert all(value in (0, 255) for value in out)
    return ["".join("1" if a else "0" for a in alpha[y * width : (y + 1) * width]) for y in range(height)]


def encode(one):
    values = []
    for row in one["rows"]:
        for pixel in row:
            values += [9, 9, 9, 200 if pixel == "1" else 0]
    bits = f"{len(values):032b}{7:05b}" + "0000" * 4
    for value in values:
        bits += "0" + "01" + "0" + f"{value:08b}"
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


given = json.load(sys.stdin)
print(json.dumps({"decode": [decode(one) for one in given["decode"]], "encode": [encode(one) for one in given["encode"]]}))
