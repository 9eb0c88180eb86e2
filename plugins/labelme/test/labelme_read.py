"""Another reader of a LabelMe export: labelme_read.py FOLDER -> JSON by path of the JSON file.

Masks are placed over the whole picture as LabelMe does it and come as rows of 0 and 1.
"""
import base64
import io
import json
import os
import sys

import numpy
from PIL import Image

out = {}
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        if not name.endswith(".json"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            data = json.load(file)
        picture = Image.open(os.path.join(folder, data["imagePath"]))
        assert picture.size == (data["imageWidth"], data["imageHeight"])
        assert data["imageData"] is None
        shapes = []
        for one in data["shapes"]:
            if one["shape_type"] == "mask":
                mask = numpy.array(Image.open(io.BytesIO(base64.b64decode(one["mask"])))).astype(bool)
                (x1, y1), (x2, y2) = one["points"]
                whole = numpy.zeros((data["imageHeight"], data["imageWidth"]), int)
                whole[y1 : y2 + 1, x1 : x2 + 1] = mask
                one["mask"] = ["".join(map(str, row)) for row in whole]
            shapes.append(one)
        out[os.path.relpath(os.path.join(folder, name), sys.argv[1])] = {
            "image": data["imagePath"],
            "flags": sorted(k for k, v in data["flags"].items() if v),
            "shapes": shapes,
        }
print(json.dumps(out))
