"""Writes a small COCO-Text source of both versions with Python's own json and prints what must come out of it."""
import json
import math
import os
import sys

from PIL import Image

ROOT = sys.argv[1]


def path(*parts):
    full = os.path.join(ROOT, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


expected = {}


def picture(folder, name, size):
    Image.new("RGB", size, (1, 2, 3)).save(path(folder, name))


def told(points, legibility, kind, language, text=None, shape="polygon"):
    tags = {"legibility": legibility, "class": kind, "language": language}
    if text is not None:
        tags["utf8_string"] = text
    return {"shape": shape, "points": points, "text": text or "", "tags": tags}


# --- version 1: annotations before pictures, pictures by the names of 2017, those of one picture apart
picture("train2017", "000000390310.jpg", (64, 48))
picture("train2017", "000000000042.jpg", (32, 32))
picture("val2017", "000000000099.jpg", (32, 32))
first = {
    "cats": {},
    "anns": {
        "45346": {
            "polygon": [10.4, 5.6, 30.9, 5.2, 31.0, 15.7, 10.0, 16.2],
            "language": "english",
            "area": 200.0,
            "id": 45346,
            "utf8_string": "that \"Ü\" \u4e2d",
            "image_id": 390310,
            "bbox": [10.0, 5.2, 21.0, 11.0],
            "legibility": "legible",
            "class": "machine printed",
        },
        "7": {
            "polygon": [1, 1, 9, 1, 9, 9, 1, 9],
            "language": "na",
            "id": 7,
            "image_id": 99,
            "legibility": "illegible",
            "class": "handwritten",
        },
        "45347": {
            "polygon": [50, 20, 70, 20, 70, 30, 50, 30],
            "language": "not english",
            "id": 45347,
            "image_id": 390310,
            "utf8_string": "caf\u00e9",
            "legibility": "legible",
            "class": "others",
        },
    },
    "imgs": {
        str(number): {"id": number, "set": split, "width": w, "height": h, "file_name": f"COCO_train2014_{number:012d}.jpg"}
        for number, split, w, h in [(390310, "train", 64, 48), (42, "train", 32, 32), (99, "val", 32, 32)]
    },
    "imgToAnns": {"390310": [45346, 45347], "42": [], "99": [7]},
    "info": {"version": "1.4"},
}
with open(path("COCO_Text.json"), "w") as file:
    json.dump(first, file)
ring = first["anns"]["45346"]["polygon"]
expected["train/000000390310.jpg"] = [
    told([[math.floor(ring[i]), math.floor(ring[i + 1])] for i in range(0, 8, 2)], "legible", "machine printed", "english", "that \"Ü\" \u4e2d"),
    told([[50, 20], [63, 20], [63, 30], [50, 30]], "legible", "others", "not english", "caf\u00e9"),
]
expected["train/000000000042.jpg"] = []
expected["val/000000000099.jpg"] = [told([[1, 1], [9, 1], [9, 9], [1, 9]], "illegible", "handwritten", "na")]

# --- version 2: outlines of any number of points, and a word that has only a box
picture("v2", "COCO_train2014_000000000500.jpg", (40, 30))
second = {
    "cats": {},
    "anns": {
        "1": {
            "mask": [2, 2, 12, 1, 20, 3, 20, 9, 11, 8, 2, 10],
            "class": "machine printed",
            "bbox": [2, 1, 18, 9],
            "image_id": 500,
            "id": 1,
            "language": "english",
            "area": 100,
            "utf8_string": "curved",
            "legibility": "legible",
        },
        "2": {"mask": [], "class": "handwritten", "bbox": [5.0, 20.0, 10.0, 5.0], "image_id": 500, "id": 2, "language": "english", "legibility": "illegible"},
    },
    "imgs": {"500": {"width": 40, "file_name": "COCO_train2014_000000000500.jpg", "set": "val", "id": 500, "height": 30}},
    "imgToAnns": {"500": [1, 2]},
    "info": {},
}
with open(path("cocotext.v2.json"), "w") as file:
    json.dump(second, file, indent=1, ensure_ascii=False)
expected["val/COCO_train2014_000000000500.jpg"] = [
    told([[2, 2], [12, 1], [20, 3], [20, 9], [11, 8], [2, 10]], "legible", "machine printed", "english", "curved"),
    told([[5, 20], [14, 24]], "illegible", "handwritten", "english", shape="rectangle"),
]
print(json.dumps(expected))
