"""An independent reader and writer of COCO, from the definition of the format alone.

    coco_check.py check FOLDER      reads annotations/*.json and images/ of an export; prints a JSON report
    coco_check.py write FILE SEED   writes a COCO file with masks; prints what each mask is, as JSON

A mask is told as [x, y, width, height, sha256 of its pixels row by row, a byte each] of its tight box.
"""
import hashlib
import json
import os
import sys

import numpy as np
from PIL import Image


def decode_text(text):
    counts, at = [], 0
    data = text.encode("ascii")
    while at < len(data):
        value, bits = 0, 0
        while True:
            group = data[at] - 48
            assert 0 <= group < 64, "character out of range"
            at += 1
            value |= (group & 31) << bits
            bits += 5
            if not group & 32:
                break
        if group & 16:
            value -= 1 << bits
        if len(counts) > 2:
            value += counts[-2]
        counts.append(value)
    return counts


def encode_text(counts):
    text = ""
    for i, count in enumerate(counts):
        value = count - counts[i - 2] if i > 2 else count
        while True:
            group = value & 31
            value >>= 5
            last = value == (-1 if group & 16 else 0)
            text += chr(48 + (group if last else group | 32))
            if last:
                break
    return text


def mask_of(counts, size):
    height, width = size
    assert sum(counts) == height * width, "runs do not cover the image"
    values = np.repeat(np.arange(len(counts)) % 2, counts).astype(np.uint8)
    return values.reshape((width, height)).T


def counts_of(mask):
    flat = mask.T.reshape(-1)
    changes = np.flatnonzero(np.diff(flat)) + 1
    edges = np.concatenate([[0], changes, [flat.size]])
    counts = np.diff(edges).tolist()
    return ([0] if flat[0] else []) + counts


def tell(mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y, x = int(rows[0]), int(columns[0])
    part = np.ascontiguousarray(mask[y : rows[-1] + 1, x : columns[-1] + 1])
    return [x, y, part.shape[1], part.shape[0], hashlib.sha256(part.tobytes()).hexdigest()]


def shoelace(ring):
    points = np.array(ring, dtype=float).reshape(-1, 2)
    x, y = points[:, 0], points[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def check(folder):
    report = {}
    for name in sorted(os.listdir(os.path.join(folder, "annotations"))):
        with open(os.path.join(folder, "annotations", name), encoding="utf-8") as file:
            report[name] = check_file(json.load(file), folder)
    return report


def check_file(data, folder):
    problems = []

    def expect(fine, what):
        if not fine:
            problems.append(what)

    images = {image["id"]: image for image in data["images"]}
    categories = {category["id"]: category for category in data.get("categories", [])}
    licenses = {license["id"] for license in data["licenses"]}
    expect(len(images) == len(data["images"]), "image ids repeat")
    expect(len({a["id"] for a in data["annotations"]}) == len(data["annotations"]), "annotation ids repeat")
    expect(len({c["name"] for c in categories.values()}) == len(categories), "category names repeat")
    for image in images.values():
        path = os.path.join(folder, "images", image["file_name"])
        if os.path.exists(path):
            with Image.open(path) as picture:
                expect(picture.size == (image["width"], image["height"]), f"{path} has another size")
        else:
            expect("coco_url" in image, f"{path} is missing")
        expect(image.get("license") in licenses | {None}, "license unknown")
    told = []
    for one in data["annotations"]:
        image = images.get(one["image_id"])
        expect(image is not None, "annotation of no image")
        if "caption" in one:
            expect(isinstance(one["caption"], str), "caption is no text")
            continue
        where = f"annotation {one['id']}: "
        category = categories.get(one["category_id"])
        expect(category is not None, where + "no category")
        x, y, w, h = one["bbox"]
        expect(w >= 0 and h >= 0, where + "negative box")
        expect(x >= 0 and y >= 0 and x + w <= image["width"] and y + h <= image["height"], where + "box outside")
        expect(one["iscrowd"] in (0, 1), where + "iscrowd")
        kept = {"image": image["file_name"], "category": category["name"], "bbox": one["bbox"]}
        segmentation = one["segmentation"]
        if isinstance(segmentation, dict):
            expect(segmentation["size"] == [image["height"], image["width"]], where + "size of the mask")
            mask = mask_of(decode_text(segmentation["counts"]), segmentation["size"])
            kept["mask"] = tell(mask)
            expect(one["area"] == int(mask.sum()), where + "area of the mask")
        elif segmentation:
            for ring in segmentation:
                expect(len(ring) >= 6 and len(ring) % 2 == 0, where + "ring")
                expect(all(0 <= v <= image["width"] for v in ring[0::2]), where + "x outside")
                expect(all(0 <= v <= image["height"] for v in ring[1::2]), where + "y outside")
            expect(abs(one["area"] - sum(map(shoelace, segmentation))) < 1e-6, where + "area of the rings")
            kept["rings"] = segmentation
        if "keypoints" in one:
            names, numbers = category["keypoints"], one["keypoints"]
            expect(len(numbers) == 3 * len(names), where + "number of keypoints")
            expect(one["num_keypoints"] == sum(v > 0 for v in numbers[2::3]), where + "num_keypoints")
            expect(all(1 <= i <= len(names) for pair in category["skeleton"] for i in pair), where + "skeleton")
            kept["keypoints"] = numbers
        told.append(kept)
    return {"problems": problems, "images": len(images), "annotations": told}


def write(path, seed):
    random = np.random.default_rng(seed)
    images, annotations, told = [], [], []
    for i in range(40):
        height, width = (int(side) for side in random.integers(1, 70, 2))
        images.append({"id": i, "file_name": f"{i}.png", "coco_url": f"http://e.example/{i}.png", "height": height, "width": width})
        mask = (random.random((height, width)) < random.choice([0.02, 0.5, 0.98])).astype(np.uint8)
        mask[random.integers(height), random.integers(width)] = 1
        counts = counts_of(mask)
        assert (mask_of(decode_text(encode_text(counts)), (height, width)) == mask).all()
        annotations.append({"id": i, "image_id": i, "category_id": 1, "iscrowd": 1,
                            "segmentation": {"size": [height, width], "counts": encode_text(counts) if i % 2 else counts}})
        told.append(tell(mask))
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "blob"}]}, file)
    return told


if __name__ == "__main__":
    result = check(sys.argv[2]) if sys.argv[1] == "check" else write(sys.argv[2], int(sys.argv[3]))
    json.dump(result, sys.stdout)
