"""Makes fixtures/v2 (versions 2.0 and 1.2), fixtures/v1 (older layout, no configuration) and expected.json.

    make_fixtures.py FOLDER

Masks are drawn here and parts are found by OpenCV. A mask is told as [class, object key, x, y, width, height, sha256 of
its box, a byte a pixel]; the key is the number of the mask where parts of one object share an instance, else null.
"""
import hashlib
import json
import os
import sys

import cv2
import numpy as np
from PIL import Image

rng = np.random.default_rng(1712)
out = sys.argv[1]
expected = {}
CONFIG = {
    "version": "2.0",
    "labels": [
        {"name": "animal--bird", "readable": "Bird", "color": [165, 42, 42], "instances": True, "evaluate": True},
        {"name": "construction--flat--road", "readable": "Road", "color": [128, 64, 128], "instances": False, "evaluate": True},
        {"name": "object--vehicle--car", "readable": "Car", "color": [0, 0, 142], "instances": True, "evaluate": True},
        {"name": "object--vehicle--car-group", "readable": "Car", "color": [0, 0, 143], "instances": False, "evaluate": False},
    ],
}
TITLES = ["Bird", "Road", "Car", "Car (object--vehicle--car-group)"]
THINGS = [True, False, True, False]


def path_of(path):
    path = os.path.join(out, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def photo(path, size):
    Image.fromarray(np.full((*size, 3), 70, np.uint8)).save(path_of(path))


def blobs(numbers, size, grain=4):
    height, width = size
    coarse = rng.choice(numbers, (height // grain + 1, width // grain + 1))
    return np.kron(coarse, np.ones((grain, grain), dtype=np.int64))[:height, :width]


def tell(title, key, mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y, x = int(rows[0]), int(columns[0])
    box = np.ascontiguousarray(mask[y : rows[-1] + 1, x : columns[-1] + 1]).astype(np.uint8)
    return [title, key, x, y, box.shape[1], box.shape[0], hashlib.sha256(box.tobytes()).hexdigest()]


def parts(grid, titles, things, shift):
    found = []
    for value in np.unique(grid):
        index = int(value) >> shift
        if index >= len(titles):
            continue
        count, numbered = cv2.connectedComponents((grid == value).astype(np.uint8), connectivity=4)
        shared = things[index] and shift == 8 and count > 2
        found += [tell(titles[index], int(value) if shared else None, numbered == i) for i in range(1, count)]
    return found


def whole(grid, titles):
    return [tell(titles[int(v) >> 8], None, grid == v) for v in np.unique(grid) if int(v) >> 8 < len(titles)]


def save16(path, grid):
    Image.fromarray(grid.astype(np.uint16)).save(path_of(path))


for version in ["v2.0", "v1.2"]:
    with open(path_of(f"v2/config_{version}.json"), "w", encoding="utf-8") as file:
        json.dump(CONFIG, file, indent=1)
for i, split in enumerate(["training", "validation"]):
    size = (18 + i, 25 + 3 * i)
    photo(f"v2/{split}/images/p{i}.jpg", size)
    for version in ["v2.0", "v1.2"]:
        grid = blobs([0, 1, 256, 512, 513, 769], size)
        if version == "v2.0" and i == 1:
            grid[:2, :3] = 9 * 256 + 4
        save16(f"v2/{split}/{version}/instances/p{i}.png", grid)
        flat = Image.fromarray((grid >> 8).astype(np.uint8), mode="P")
        flat.putpalette([k for label in CONFIG["labels"] for k in label["color"]])
        flat.save(path_of(f"v2/{split}/{version}/labels/p{i}.png"))
        expected[f"{version} {split}"] = {
            "parts": parts(grid, TITLES, THINGS, 8),
            "instance": whole(grid, TITLES),
            "labels": parts(grid >> 8, TITLES, THINGS, 0),
        }
    polygons = {"width": size[1] * (1 + i), "height": size[0] * (1 + i), "objects": [
        {"id": 0, "label": "object--vehicle--car", "polygon": [[2, 2], [12, 2], [12, 10], [2, 10]]},
        {"id": 1, "label": "animal--dog", "polygon": [[-5, 4], [8, 4.5], [8, 400], [-5, 400]]},
        {"id": 2, "label": "construction--flat--road", "polygon": [[1, 1]]},
    ]}
    with open(path_of(f"v2/{split}/v2.0/polygons/p{i}.json"), "w", encoding="utf-8") as file:
        json.dump(polygons, file)

# Version 1: numbers of its own table, and a mask half as large as its picture
V1 = {0: "Bird", 13: "Road", 19: "Person", 55: "Car", 65: "Unlabeled"}
titles = [V1.get(i, "?") for i in range(66)]
things = [i in (0, 19, 55) for i in range(66)]
grid = blobs([0, 13 * 256, 19 * 256, 19 * 256 + 1, 55 * 256 + 7, 65 * 256], (16, 20), 3)
photo("v1/train/images/a.jpg", (16, 20))
save16("v1/train/instances/a.png", grid)
expected["v1 a"] = {"parts": parts(grid, titles, things, 8)}
photo("v1/train/images/b.jpg", (33, 40))
save16("v1/train/instances/b.png", grid)
large = np.array(Image.fromarray(grid.astype(np.int32)).resize((40, 33), Image.NEAREST))
expected["v1 b"] = {"parts": parts(large, titles, things, 8)}
photo("v1/train/images/bare.jpg", (4, 4))
save16("v1/train/instances/gone.png", grid)

with open(path_of("expected.json"), "w", encoding="utf-8") as file:
    json.dump(expected, file)
    file.write("\n")
