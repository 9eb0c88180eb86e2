"""Independent answers for masks and contours, from OpenCV and Pillow: format-oracle.py SEED COUNT -> JSON.

test/fixtures/format/opencv.json is the output for seed 1 and 60 cases (OpenCV 4.6, Pillow 9.4).
"""
import base64
import io
import json
import random
import sys
import zlib

import cv2
import numpy as np
from PIL import Image


def packed(mask):
    return base64.b64encode(np.packbits(mask.astype(bool).ravel()).tobytes()).decode()


def random_ring(rng, width, height, count):
    return [[rng.randint(0, width - 1), rng.randint(0, height - 1)] for _ in range(count)]


def fill_case(rng):
    width, height = rng.randint(3, 40), rng.randint(3, 40)
    exterior = random_ring(rng, width, height, rng.randint(3, 9))
    interior = [random_ring(rng, width, height, 3) for _ in range(rng.randint(0, 2))]
    image = np.zeros((height, width), np.uint8)
    cv2.fillPoly(image, [np.array(exterior, np.int32)], 1)
    for ring in interior:
        cv2.fillPoly(image, [np.array(ring, np.int32)], 0)
    return {"width": width, "height": height, "exterior": exterior, "interior": interior, "bits": packed(image)}


def random_mask(rng):
    width, height = rng.randint(1, 24), rng.randint(1, 24)
    mask = np.zeros((height, width), np.uint8)
    if rng.random() < 0.5:
        share = rng.choice([0.3, 0.5, 0.8, 0.95])
        for y in range(height):
            for x in range(width):
                mask[y, x] = rng.random() < share
    else:
        for _ in range(rng.randint(1, 4)):
            centre = (rng.randint(0, width - 1), rng.randint(0, height - 1))
            cv2.circle(mask, centre, rng.randint(1, 9), int(rng.random() < 0.7), -1)
    return mask


def contour_case(mask):
    contours, tree = cv2.findContours(np.pad(mask, 1), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    rings = [(one.reshape(-1, 2) - 1).tolist() for one in contours]
    polygons = []
    for i, ring in enumerate(rings):
        if tree[0][i][3] < 0:
            holes = [rings[j] for j in range(len(rings)) if tree[0][j][3] == i]
            polygons.append({"exterior": ring, "interior": holes})
    height, width = mask.shape
    return {"width": width, "height": height, "bits": packed(mask), "polygons": polygons}


def bitmap_case(mask):
    height, width = mask.shape
    image = Image.new("P", (width, height))
    image.putdata(mask.ravel().tolist())
    image.putpalette([0, 0, 0, 255, 255, 255])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=0, bits=1, optimize=0)
    data = base64.b64encode(zlib.compress(buffer.getvalue())).decode()
    return {"width": width, "height": height, "bits": packed(mask), "data": data}


def main():
    rng = random.Random(int(sys.argv[1]))
    out = {"fill": [], "contours": [], "bitmaps": []}
    for _ in range(int(sys.argv[2])):
        out["fill"].append(fill_case(rng))
        mask = random_mask(rng)
        out["contours"].append(contour_case(mask))
        if mask.any():
            out["bitmaps"].append(bitmap_case(mask))
    json.dump(out, sys.stdout, separators=(",", ":"))


main()
