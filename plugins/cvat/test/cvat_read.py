"""Another reader of CVAT XML, made from its description alone: cvat_read.py FILE -> JSON.

Of each <image>: name, subset, size and its shapes; boxes as numbers, points as lists, masks as rows of 0 and 1 over
the whole image, in the order of z_order.
"""
import json
import sys
import xml.etree.ElementTree as ET


def points(text):
    return [[float(n) for n in pair.split(",")] for pair in text.split(";")]


def mask(shape, width, height):
    runs = [int(n) for n in shape.get("rle").split(",")]
    w, h = int(shape.get("width")), int(shape.get("height"))
    left, top = int(shape.get("left")), int(shape.get("top"))
    bits = []
    for i, run in enumerate(runs):
        bits += [i % 2] * run
    assert len(bits) == w * h, (len(bits), w, h)
    rows = [[0] * width for _ in range(height)]
    for y in range(h):
        for x in range(w):
            rows[top + y][left + x] = bits[y * w + x]
    return ["".join(map(str, row)) for row in rows]


def read_shape(shape, width, height):
    got = {
        "kind": shape.tag,
        "label": shape.get("label"),
        "occluded": shape.get("occluded") == "1",
        "group": int(shape.get("group_id", "0")),
        "attributes": {a.get("name"): a.text for a in shape.findall("attribute")},
    }
    if shape.tag == "box":
        got["box"] = [float(shape.get(k)) for k in ("xtl", "ytl", "xbr", "ybr")]
        got["rotation"] = float(shape.get("rotation", "0"))
    elif shape.tag in ("polygon", "polyline", "points"):
        got["points"] = points(shape.get("points"))
    elif shape.tag == "mask":
        got["rows"] = mask(shape, width, height)
    elif shape.tag == "cuboid":
        got["corners"] = [
            [float(shape.get(axis + corner + face)) for axis in "xy"]
            for face in "12"
            for corner in ("tl", "tr", "br", "bl")
        ]
    elif shape.tag == "skeleton":
        got["nodes"] = {
            p.get("label"): [points(p.get("points"))[0], p.get("occluded") == "1"]
            for p in shape.findall("points")
            if p.get("outside") != "1"
        }
    return got


root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "annotations" and root.findtext("version") == "1.1"
labels = {label.findtext("name"): label.findtext("type") for label in root.iter("label")}
images = []
for image in root.findall("image"):
    width, height = int(image.get("width")), int(image.get("height"))
    shapes = [one for one in image if one.tag != "tag"]
    shapes.sort(key=lambda one: int(one.get("z_order")))
    images.append(
        {
            "name": image.get("name"),
            "subset": image.get("subset"),
            "size": [width, height],
            "tags": [[t.get("label"), t.findtext("attribute")] for t in image.findall("tag")],
            "shapes": [read_shape(one, width, height) for one in shapes],
        }
    )
    for one in image:
        assert one.get("label") in labels, one.get("label")
print(json.dumps({"labels": labels, "images": images}))
