"""Writes a small WIDER FACE source with other software than the importer and prints what must come out of it.

Boxes are drawn into the pictures: the expected corners are read back from the pixels, not from the numbers.
"""
import json
import os
import sys

from PIL import Image, ImageDraw

ROOT = sys.argv[1]
NAMES = ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"]
WORDS = {
    "blur": ["clear", "normal", "heavy"],
    "expression": ["typical", "exaggerate"],
    "illumination": ["normal", "extreme"],
    "invalid": ["valid", "invalid"],
    "occlusion": ["none", "partial", "heavy"],
    "pose": ["typical", "atypical"],
}


def path(*parts):
    full = os.path.join(ROOT, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def corners(size, box):
    """Of a box drawn with fractions of pixels left out: what Pillow paints."""
    x, y, w, h = box
    canvas = Image.new("L", size)
    ImageDraw.Draw(canvas).rectangle([x, y, x + w - 1, y + h - 1], fill=255)
    left, top, right, bottom = canvas.getbbox()
    return [[left, top], [right - 1, bottom - 1]]


def picture(split, name, size):
    Image.new("RGB", size, (90, 120, 150)).save(path(f"WIDER_{split}", "images", name))


PICTURES = {
    "train": [
        ("0--Parade/0_Parade_marchingband_1_849.jpg", (64, 48), [((10, 8, 12, 14), (0, 0, 0, 0, 0, 0)), ((40, 20, 30, 20), (2, 1, 1, 1, 2, 1))]),
        ("0--Parade/0_Parade_Parade_0_904.jpg", (40, 30), []),
        ("61--Street_Battle/61_Street_Battle_1_1.jpg", (80, 60), [((0, 0, 80, 60), (1, 0, 0, 0, 1, 0)), ((79, 59, 1, 1), (2, 0, 0, 1, 0, 0))]),
    ],
    "val": [("1--Handshaking/1_Handshaking_2.jpg", (32, 32), [((3, 4, 5, 6), (0, 1, 0, 0, 1, 1))])],
}
expected = {}
for split, pictures in PICTURES.items():
    lines = []
    for name, size, faces in pictures:
        picture(split, name, size)
        lines += [name, str(len(faces))]
        lines += [" ".join(map(str, box + attributes)) + " " for box, attributes in faces] or ["0 0 0 0 0 0 0 0 0 0 "]
        expected[f"{split}/{os.path.basename(name)}"] = {
            "event": name.split("/")[0].split("--")[1],
            "faces": [
                {"points": corners(size, box), "tags": {key: WORDS[key][code] for key, code in zip(WORDS, attributes)}}
                for box, attributes in faces
            ],
            "landmarks": [],
        }
    with open(path("wider_face_split", f"wider_face_{split}_bbx_gt.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")

picture("test", "2--Demonstration/2_Demonstration_9.jpg", (24, 24))
with open(path("wider_face_split", "wider_face_test_filelist.txt"), "w") as file:
    file.write("2--Demonstration/2_Demonstration_9.jpg\n")
expected["test/2_Demonstration_9.jpg"] = {"event": "Demonstration", "faces": [], "landmarks": []}

# RetinaFace repeats the boxes of the training list and adds five points to each that it knows.
first = "train/0_Parade_marchingband_1_849.jpg"
points = [(13.4, 12.9, 0), (18.2, 12.1, 0), (15.5, 15.5, 0), (13.9, 18.0, 1), (-1, -1, -1)]
numbers = " ".join(f"{x} {y} {float(flag)}" for x, y, flag in points)
with open(path("retinaface", "train", "label.txt"), "w") as file:
    file.write("# 0--Parade/0_Parade_marchingband_1_849.jpg\n")
    file.write(f"10 8 12 14 {numbers} 0.82\n")
    file.write(f"40 20 30 20 {' '.join(['-1.0'] * 15)} 0.1\n")
    file.write("# 61--Street_Battle/61_Street_Battle_1_1.jpg\n")
    file.write(f"20 20 8 8 {' '.join(['-1.0'] * 15)} 0.5\n")
expected[first]["faces"][0]["tags"]["blur_score"] = 0.82
expected[first]["faces"][1]["tags"]["blur_score"] = 0.1
expected[first]["landmarks"] = [
    {
        name: {"loc": [int(x), int(y)], **({"disabled": True} if flag == 1 else {})}
        for name, (x, y, flag) in zip(NAMES, points)
        if flag >= 0
    }
]
expected["train/61_Street_Battle_1_1.jpg"]["faces"].append({"points": [[20, 20], [27, 27]], "tags": {"blur_score": 0.5}})
print(json.dumps(expected))
