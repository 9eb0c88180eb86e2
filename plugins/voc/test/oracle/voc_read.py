"""Reads a VOCdevkit with xml.etree, Pillow and numpy and prints what it says as JSON: voc_read.py FOLDER"""
import json
import os
import sys
import xml.etree.ElementTree as ET

import numpy
from PIL import Image

root = sys.argv[1]


def box(element):
    bndbox = element.find("bndbox")
    return [int(bndbox.find(side).text) for side in ("xmin", "ymin", "xmax", "ymax")]


def fields(element):
    told = {}
    for child in element:
        if child.tag in ("name", "bndbox", "part", "point"):
            continue
        if child.tag == "attributes":
            for pair in child:
                value = pair.find("value")
                told["@" + pair.find("name").text] = None if value is None else value.text
        else:
            told[child.tag] = child.text
    return told


def annotation(file):
    tree = ET.parse(file).getroot()
    objects = []
    for element in tree.iter("object"):
        point = element.find("point")
        objects.append(
            {
                "name": element.find("name").text,
                "box": box(element),
                "fields": fields(element),
                "point": None if point is None else [int(point.find("x").text), int(point.find("y").text)],
                "parts": [[part.find("name").text, box(part), fields(part)] for part in element.iter("part")],
            }
        )
    size = tree.find("size")
    return {
        "root": tree.tag,
        "filename": tree.find("filename").text,
        "size": [int(size.find(name).text) for name in ("width", "height", "depth")],
        "segmented": tree.find("segmented").text,
        "objects": objects,
    }


def mask(file):
    image = Image.open(file)
    colours = numpy.array(image.convert("RGB"), dtype=numpy.uint32)
    numbers = (colours[:, :, 0] << 16) | (colours[:, :, 1] << 8) | colours[:, :, 2]
    told = {"mode": image.mode, "colours": [["%06x" % number for number in row] for row in numbers.tolist()]}
    if image.mode == "P":
        told["indices"] = numpy.array(image).tolist()
    return told


def each(folder, read):
    where = os.path.join(root, folder)
    if not os.path.isdir(where):
        return {}
    return {name: read(os.path.join(where, name)) for name in sorted(os.listdir(where))}


def picture(file):
    image = Image.open(file)
    image.load()
    return [image.format, *image.size, list(image.convert("RGB").getpixel((0, 0)))]


def lists(folder):
    return each(folder, lambda file: open(file, encoding="utf-8").read().splitlines())


colours = os.path.join(root, "colors.txt")
print(
    json.dumps(
        {
            "pictures": each("JPEGImages", picture),
            "annotations": each("Annotations", annotation),
            "classes": each("SegmentationClass", mask),
            "objects": each("SegmentationObject", mask),
            "main": lists("ImageSets/Main"),
            "segmentation": lists("ImageSets/Segmentation"),
            "colours": open(colours, encoding="utf-8").read() if os.path.exists(colours) else None,
        }
    )
)
