"""Masks as another program makes and reads them: Pillow, numpy and OpenCV, from the description of the format alone.

    masks_oracle.py make FOLDER   writes the fixtures
    masks_oracle.py read FOLDER   reads an export; prints a JSON report

A mask is told as [x, y, width, height, sha256 of its pixels row by row, a byte each] of its tight box.
"""
import hashlib
import json
import os
import sys

import cv2
import numpy as np
from PIL import Image


def tell(mask):
    mask = (mask != 0).astype(np.uint8)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return None
    y, x = int(rows[0]), int(columns[0])
    part = np.ascontiguousarray(mask[y : rows[-1] + 1, x : columns[-1] + 1])
    return [x, y, part.shape[1], part.shape[0], hashlib.sha256(part.tobytes()).hexdigest()]


def save(folder, path, picture):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    picture.save(path)


def photo(width, height, seed):
    random = np.random.default_rng(seed)
    return Image.fromarray(random.integers(0, 255, (height, width, 3), dtype=np.uint8))


def numbers(width, height, shapes):
    mask = np.zeros((height, width), np.int32)
    for value, kind, *at in shapes:
        if kind == "box":
            x, y, w, h = at
            mask[y : y + h, x : x + w] = value
        else:
            x, y, r = at
            cv2.circle(mask, (x, y), r, value, -1)
    return mask


def make(folder):
    told = {}

    def expect(name, classes):
        told[name] = {title: tell(mask) for title, mask in classes.items() if mask.any()}

    # 1: what the platform's own export looked like: three equal channels, a map with lists.
    root = "machine"
    street = numbers(40, 30, [(1, "box", 0, 20, 40, 10), (2, "circle", 12, 18, 6), (3, "box", 30, 4, 3, 20)])
    yard = numbers(24, 16, [(1, "box", 2, 2, 20, 12), (0, "box", 6, 5, 8, 6)])
    os.makedirs(os.path.join(folder, root), exist_ok=True)
    with open(os.path.join(folder, root, "obj_class_to_machine_color.json"), "w") as file:
        json.dump({"road": [1, 1, 1], "car": [2, 2, 2], "pole": [3, 3, 3], "sky": [4, 4, 4]}, file, indent=1)
    with open(os.path.join(folder, root, "obj_class_to_semantic_color.json"), "w") as file:
        json.dump({"road": [128, 64, 128], "car": [0, 0, 142], "pole": [153, 153, 153], "sky": [70, 130, 180]}, file)
    save(folder, f"{root}/town/img/street.jpg", photo(40, 30, 1))
    save(folder, f"{root}/town/img/yard.png", photo(24, 16, 2))
    save(folder, f"{root}/town/img/bare.png", photo(8, 8, 3))
    for name, mask in (("street", street), ("yard", yard)):
        save(folder, f"{root}/town/masks_machine/{name}.png", Image.fromarray(np.dstack([mask.astype(np.uint8)] * 3)))
        save(folder, f"{root}/town/masks_human/{name}.png", photo(mask.shape[1] * 2, mask.shape[0], 9))
        expect(f"{root}/{name}", {"road": mask == 1, "car": mask == 2, "pole": mask == 3})
    save(folder, f"{root}/town/masks_instances/street/car.png", Image.fromarray(((street == 2) * 255).astype(np.uint8)))
    first = numbers(40, 30, [(255, "box", 1, 1, 5, 5)])
    save(folder, f"{root}/town/masks_instances/street/car_01.png", Image.fromarray(first.astype(np.uint8)))
    told["car_01"] = tell(first)

    # 2: black and white, one bit, eight bits, alpha, palette and a JPEG.
    root = "two-levels"
    shape = numbers(32, 20, [(1, "circle", 10, 10, 6), (1, "box", 24, 2, 5, 5)])
    pictures = {
        "bits": Image.fromarray(shape.astype(bool)),
        "grey": Image.fromarray((shape * 255).astype(np.uint8)),
        "rgb": Image.fromarray(np.dstack([(shape * 255).astype(np.uint8)] * 3)),
    }
    alpha = np.zeros((20, 32, 4), np.uint8)
    alpha[..., 3] = shape * 255
    pictures["alpha"] = Image.fromarray(alpha)
    for name, mask in pictures.items():
        save(folder, f"{root}/train/images/{name}.jpg", photo(32, 20, 4))
        save(folder, f"{root}/train/masks/{name}.png", mask)
    save(folder, f"{root}/val/images/blurred.jpg", photo(32, 20, 5))
    path = os.path.join(folder, f"{root}/val/masks/blurred.jpg")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    pictures["grey"].save(path, quality=60)
    told["two-levels"] = tell(shape)
    told["two-levels parts"] = [tell(shape * (np.arange(32) < 20)), tell(shape * (np.arange(32) >= 20))]
    told["blurred"] = tell(cv2.imread(path, cv2.IMREAD_GRAYSCALE) > 127)

    # 3: class numbers in a palette picture and in 16 bits.
    root = "numbers"
    mask = numbers(20, 20, [(1, "box", 0, 0, 10, 10), (7, "box", 10, 10, 10, 10)])
    palette = Image.fromarray(mask.astype(np.uint8))
    palette = palette.convert("P")
    colours = [0] * 768
    colours[3:6] = [200, 10, 20]
    colours[21:24] = [30, 140, 250]
    palette.putpalette(colours)
    save(folder, f"{root}/images/palette.png", photo(20, 20, 6))
    save(folder, f"{root}/masks/palette_mask.png", palette)
    deep = numbers(20, 20, [(1, "box", 3, 3, 4, 4), (300, "circle", 14, 14, 3)])
    save(folder, f"{root}/images/deep.png", photo(20, 20, 7))
    save(folder, f"{root}/masks/deep.png", Image.fromarray(deep.astype(np.uint16)))
    expect("numbers/palette", {"class_1": mask == 1, "class_7": mask == 7})
    expect("numbers/deep", {"class_1": deep == 1, "class_300": deep == 300})
    return told


def read(folder):
    report = {"files": {}, "masks": {}, "instances": {}, "rgb": {}}
    with open(os.path.join(folder, "obj_class_to_machine_color.json")) as file:
        machine = json.load(file)
    semantic = {}
    if os.path.exists(os.path.join(folder, "obj_class_to_semantic_color.json")):
        with open(os.path.join(folder, "obj_class_to_semantic_color.json")) as file:
            semantic = json.load(file)
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            if not name.endswith(".png") and not name.endswith(".jpg"):
                continue
            relative = os.path.relpath(path, folder)
            with Image.open(path) as picture:
                picture.load()
                report["files"][relative] = [picture.mode, *picture.size]
                pixels = np.array(picture)
            mask = cv2.imread(path, cv2.IMREAD_UNCHANGED)
            if mask.ndim == 2 and pixels.ndim == 2:
                assert (mask == pixels).all(), "two readers disagree"
            if "/masks_machine/" in path:
                assert set(np.unique(mask)) <= {0} | {v[0] for v in machine.values()}, "a number of no class"
                report["masks"][relative] = {t: tell(mask == v[0]) for t, v in machine.items() if (mask == v[0]).any()}
            if "/masks_instances/" in path:
                assert set(np.unique(mask)) <= {0, 255}, "not black and white"
                report["instances"][relative] = tell(mask > 0)
            if "/masks_semantic_rgb/" in path:
                told = {t: (pixels == np.array(v)).all(axis=2) for t, v in semantic.items()}
                report["rgb"][relative] = {t: tell(m) for t, m in told.items() if m.any()}
            if "/masks_human/" in path:
                report.setdefault("human", {})[relative] = pixels.tolist()
    return report


if __name__ == "__main__":
    json.dump(make(sys.argv[2]) if sys.argv[1] == "make" else read(sys.argv[2]), sys.stdout, indent=1)
