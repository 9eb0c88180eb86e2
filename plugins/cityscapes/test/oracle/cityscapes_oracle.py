"""Cityscapes as another program makes and reads it: Pillow and numpy, from the description of the format alone.

    cityscapes_oracle.py make FOLDER   writes the fixtures; prints what their masks are
    cityscapes_oracle.py read FOLDER   reads an export; prints a JSON report

A mask is told as [x, y, width, height, sha256 of its pixels row by row, a byte each] of its tight box.
"""
import hashlib
import json
import os
import sys

import numpy as np
from PIL import Image, ImageDraw

IDS = {"road": 7, "sky": 23, "car": 26, "cargroup": 26, "person": 24, "out of roi": 3}
INSTANCES = {"car", "person"}


def tell(mask):
    mask = mask.astype(np.uint8)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y, x = int(rows[0]), int(columns[0])
    part = np.ascontiguousarray(mask[y : rows[-1] + 1, x : columns[-1] + 1])
    return [x, y, part.shape[1], part.shape[0], hashlib.sha256(part.tobytes()).hexdigest()]


def write_json(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(data, file, indent=1)


def save(path, picture):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    picture.save(path)


def photo(width, height, seed):
    random = np.random.default_rng(seed)
    return Image.fromarray(random.integers(0, 255, (height, width, 3), dtype=np.uint8))


def draw(objects, width, height):
    """Label ids and instance ids, later objects above earlier ones."""
    labels, instances = Image.new("L", (width, height)), Image.new("I", (width, height))
    count = {}
    for one in objects:
        name, points = one["label"], [tuple(point) for point in one["polygon"]]
        if one.get("deleted") or len(points) < 3 or name not in IDS:
            continue
        number = IDS[name]
        if name in INSTANCES:
            number = IDS[name] * 1000 + count.get(name, 0)
            count[name] = count.get(name, 0) + 1
        ImageDraw.Draw(labels).polygon(points, fill=IDS[name])
        ImageDraw.Draw(instances).polygon(points, fill=number)
    return np.array(labels), np.array(instances).astype(np.uint16)


def make(folder):
    width, height = 48, 24
    frame = [[0, 0], [47, 0], [47, 23], [0, 23], [0, 0]]
    objects = [
        {"label": "road", "polygon": [[0, 12], [47, 12], [47, 23], [0, 23]]},
        {"label": "sky", "polygon": [[0, 0], [47, 0], [47.9, 6.5], [0, 6]]},
        {"label": "car", "polygon": [[10, 10], [20, 10], [20, 16], [10, 16]], "id": 4, "user": "someone"},
        {"label": "car", "polygon": [[18, 11], [28, 11], [28, 17], [18, 17]]},
        {"label": "cargroup", "polygon": [[40, 8], [52, 8], [52, 14], [40, 14]]},
        {"label": "person", "polygon": [[33, 5], [36, 5], [36, 15], [33, 15]]},
        {"label": "person", "polygon": [[1, 1], [2, 2]]},
        {"label": "car", "polygon": [[0, 0], [9, 0], [9, 9]], "deleted": 1},
        {"label": "out of roi", "polygon": frame + [[1, 1], [1, 22], [46, 22], [46, 1], [1, 1]]},
    ]
    first = "aachen_000000_000019"
    root = os.path.join(folder, "polygons")
    save(f"{root}/leftImg8bit/train/aachen/{first}_leftImg8bit.png", photo(width, height, 1))
    write_json(f"{root}/gtFine/train/aachen/{first}_gtFine_polygons.json",
               {"imgHeight": height, "imgWidth": width, "objects": objects})
    labels, instances = draw(objects, width, height)
    save(f"{root}/gtFine/train/aachen/{first}_gtFine_labelIds.png", Image.fromarray(labels))
    save(f"{root}/gtFine/train/aachen/{first}_gtFine_color.png", photo(width, height, 3))
    second = "bonn_000001_000019"
    save(f"{root}/leftImg8bit/val/bonn/{second}_leftImg8bit.png", photo(width, height, 2))
    write_json(f"{root}/gtCoarse/val/bonn/{second}_gtCoarse_polygons.json",
               {"imgHeight": height, "imgWidth": width, "objects": objects[:1]})
    write_json(f"{root}/gtCoarse/train/aachen/{first}_gtCoarse_polygons.json",
               {"imgHeight": height, "imgWidth": width, "objects": objects[:1]})
    save(f"{root}/leftImg8bit/test/ulm/ulm_000002_000019_leftImg8bit.png", photo(width, height, 4))

    root = os.path.join(folder, "ids")
    third, fourth = "koeln_000003_000019", "koeln_000004_000019"
    for name in (third, fourth):
        save(f"{root}/leftImg8bit/val/koeln/{name}_leftImg8bit.png", photo(width, height, 5))
        save(f"{root}/gtFine/val/koeln/{name}_gtFine_labelIds.png", Image.fromarray(labels))
    save(f"{root}/gtFine/val/koeln/{third}_gtFine_instanceIds.png", Image.fromarray(instances))
    return {
        "labels": {str(v): tell(labels == v) for v in np.unique(labels) if v},
        "instances": {str(v): tell(instances == v) for v in np.unique(instances) if v},
    }


def read(folder):
    with open(os.path.join(folder, "class_to_id.json")) as file:
        classes = json.load(file)
    ids = {one["name"]: one["id"] for one in classes}
    colours = {one["name"]: tuple(one["color"]) for one in classes}
    report = {"classes": classes, "scenes": {}}
    for at, _, names in sorted(os.walk(os.path.join(folder, "gtFine"))):
        for name in sorted(names):
            if not name.endswith("_gtFine_polygons.json"):
                continue
            stem = name[: -len("_gtFine_polygons.json")]
            with open(os.path.join(at, name)) as file:
                data = json.load(file)
            width, height = data["imgWidth"], data["imgHeight"]
            problems = []
            picture = os.path.join(at.replace("gtFine", "leftImg8bit"), f"{stem}_leftImg8bit.png")
            with Image.open(picture) as image:
                image.load()
                if image.format != "PNG" or image.size != (width, height):
                    problems.append(f"{picture}: {image.format} {image.size}")
            masks = {}
            for kind in ("labelIds", "instanceIds", "color"):
                with Image.open(os.path.join(at, f"{stem}_gtFine_{kind}.png")) as image:
                    masks[kind] = np.array(image)
                    if image.size != (width, height):
                        problems.append(f"{kind} has another size")
            labels = masks["labelIds"]
            instances = masks["instanceIds"].astype(np.int64)
            if not (np.where(instances >= 1000, instances // 1000, instances) == labels).all():
                problems.append("instance ids are not of the label ids")
            for title, number in ids.items():
                seen = masks["color"][labels == number]
                if seen.size and not (seen == np.array(colours[title])).all():
                    problems.append(f"the colour of {title}")
            drawn = Image.new("L", (width, height))
            for one in data["objects"]:
                points = [tuple(point) for point in one["polygon"]]
                if any(x < 0 or y < 0 or x >= width or y >= height for x, y in points) or len(points) < 3:
                    problems.append(f"points of {one['label']}")
                ImageDraw.Draw(drawn).polygon(points, fill=ids[one["label"]])
            key = os.path.relpath(os.path.join(at, stem), os.path.join(folder, "gtFine"))
            report["scenes"][key] = {
                "problems": problems,
                "objects": [[one["label"], len(one["polygon"])] for one in data["objects"]],
                "labels": {str(v): tell(labels == v) for v in np.unique(labels) if v},
                "instances": {str(v): tell(instances == v) for v in np.unique(instances) if v},
                # Scan lines of two programs differ at the edge; elsewhere they do not.
                "differ": int((np.array(drawn) != labels).sum()),
            }
    return report


if __name__ == "__main__":
    json.dump(make(sys.argv[2]) if sys.argv[1] == "make" else read(sys.argv[2]), sys.stdout, indent=1)
