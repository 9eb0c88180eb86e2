"""Writes a small KITTI source with numpy and Pillow and prints what must come out of it.

Expected boxes are painted by numpy slices and read back; expected masks are told as hashes of their pixels.
"""
import hashlib
import json
import os
import sys

import numpy as np
from PIL import Image

ROOT = sys.argv[1]
OCCLUDED = ["fully visible", "partly occluded", "largely occluded", "unknown"]
FIELDS = ["height", "width", "length", "x", "y", "z", "rotation_y"]
expected = {}


def path(*parts):
    full = os.path.join(ROOT, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def picture(size, *parts):
    Image.fromarray(np.full((size[1], size[0], 3), 120, np.uint8)).save(path(*parts))


def told(mask):
    """Left, top, width, height and a hash of the tight box, a byte a pixel."""
    ys, xs = np.nonzero(mask)
    crop = mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].astype(np.uint8)
    return [int(xs.min()), int(ys.min()), crop.shape[1], crop.shape[0], hashlib.sha256(crop.tobytes()).hexdigest()]


# --- the object benchmark, as two archives unpack it
size = (124, 38)
picture(size, "data_object_image_2", "training", "image_2", "000000.png")
picture(size, "data_object_image_2", "training", "image_2", "000001.png")
picture(size, "data_object_image_2", "testing", "image_2", "000000.png")
picture(size, "data_object_image_3", "training", "image_3", "000000.png")
objects = [
    ("Pedestrian", 0.00, 0, -0.20, (71.24, 14.3, 81.73, 30.92), (1.89, 0.48, 1.20, 1.84, 1.47, 8.41, 0.01), [[71, 14], [82, 31]]),
    ("Car", 0.88, 3, -0.69, (0.0, 19.2, 40.2, 37.0), (1.60, 1.57, 3.23, -2.70, 1.74, 3.68, -1.29), [[0, 19], [40, 37]]),
    ("Truck", 0.5, 1, 1.5, (110.0, 5.0, 123.0, 20.0), (2.85, 2.63, 12.34, 0.47, 1.49, 69.44, -1.56), [[110, 5], [123, 20]]),
]
lines = []
for name, truncated, occluded, alpha, box, three_d, _ in objects:
    lines.append(" ".join([name] + [f"{v:.2f}" for v in [truncated]] + [str(occluded)] + [f"{v:.2f}" for v in (alpha, *box, *three_d)]))
lines.append("DontCare -1 -1 -10 50.3 10.0 60.1 20.0 -1 -1 -1 -1000 -1000 -1000 -10")
with open(path("data_object_label_2", "training", "label_2", "000000.txt"), "w") as file:
    file.write("\n".join(lines) + "\n")
with open(path("data_object_label_2", "training", "label_2", "000001.txt"), "w") as file:
    file.write("Cyclist -1 -1 -10.00 10.00 10.00 19.00 29.00 -1 -1 -1 -1000 -1000 -1000 -10 0.75\n")
expected["training/000000.png"] = [
    {
        "class": name,
        "points": points,
        "tags": {
            "truncated": truncated,
            "occluded": OCCLUDED[occluded],
            "alpha": alpha,
            **{f"3d {field}": value for field, value in zip(FIELDS, three_d)},
        },
    }
    for name, truncated, occluded, alpha, _, three_d, points in objects
]
expected["training/000001.png"] = [{"class": "Cyclist", "points": [[10, 10], [19, 29]], "tags": {"score": 0.75}}]
expected["testing/000000.png"] = []

# --- instances: class x 256 + number, holes and separate parts stay in one mask
h, w = 30, 40
instance = np.zeros((h, w), np.uint16)
instance[20:, :] = 7 * 256
instance[4:14, 4:14] = 26 * 256 + 1
instance[7:10, 7:10] = 0
instance[5:9, 25:33] = 26 * 256 + 2
instance[12:15, 30:39] = 26 * 256 + 2
instance[0, 0] = 3
instance[0, 39] = 60 * 256
picture((w, h), "semantics", "image_2", "000009_10.png")
Image.fromarray(instance).save(path("semantics", "instance", "000009_10.png"))
semantic = (instance // 256).astype(np.uint8)
Image.fromarray(semantic).save(path("semantics", "semantic", "000009_10.png"))
names = {7: "road", 26: "car", 0: "unlabeled", 60: "class_60"}
expected["semantics/000009_10.png"] = [
    {"class": names[int(v) // 256], "mask": told(instance == v)}
    for v in dict.fromkeys(instance.flatten().tolist())
    if v != 0
]
picture((w, h), "semantics", "image_2", "000010_10.png")
Image.fromarray(semantic).save(path("semantics", "semantic", "000010_10.png"))
expected["semantics/000010_10.png"] = [
    {"class": names[int(v)], "mask": told(semantic == v)} for v in dict.fromkeys(semantic.flatten().tolist()) if v != 0
]
print(json.dumps(expected))
