"""Reads a dataset by the rules of the Ultralytics loader and tells it in pixels, as JSON.

usage: yolo_check.py FOLDER TASK        (numpy, PIL, OpenCV, yaml)
Wherever that loader would refuse a label or a dataset, a problem is told.
"""
import json
import os
import sys

import cv2
import numpy as np
import yaml
from PIL import Image

IMAGES = {"bmp", "dng", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp", "pfm", "heic"}
folder, task = sys.argv[1], sys.argv[2]
problems = []
told = {"problems": problems, "images": {}}

with open(os.path.join(folder, "data.yaml"), encoding="utf-8") as file:
    data = yaml.safe_load(file)
for key in ("train", "val", "names"):
    if key not in data:
        problems.append(f"data.yaml has no {key}")
names = data["names"]
if isinstance(names, list):
    names = dict(enumerate(names))
names = {int(key): str(value) for key, value in names.items()}
if names and max(names) >= len(names):
    problems.append("class numbers have gaps")
if data.get("nc", len(names)) != len(names):
    problems.append("nc is not the number of names")
if len(data.get("colors", [])) not in (0, len(names)):
    problems.append("colors do not fit names")
shape = data.get("kpt_shape", [0, 0])
if task == "pose" and (shape[0] <= 0 or shape[1] not in (2, 3)):
    problems.append("kpt_shape")
if "flip_idx" in data and sorted(data["flip_idx"]) != list(range(shape[0])):
    problems.append("flip_idx")
told.update(names=[names[key] for key in sorted(names)], yaml=data)


def rounded(values):
    return [round(float(value), 2) + 0.0 for value in np.asarray(values).ravel()]


def read_label(path, width, height):
    with open(path, encoding="utf-8") as file:
        rows = [line.split() for line in file.read().strip().splitlines() if line]
    if not rows:
        return []
    segments = any(len(row) > 6 for row in rows) and task != "pose"
    if segments and any(len(row) < 7 for row in rows):
        problems.append(f"{path}: boxes and outlines together")
    if task == "pose" and any(len(row) != 5 + shape[0] * shape[1] for row in rows):
        problems.append(f"{path}: columns")
    if task == "detect" and any(len(row) != 5 for row in rows):
        problems.append(f"{path}: columns")
    if task == "obb" and any(len(row) != 9 for row in rows):
        problems.append(f"{path}: columns")
    objects = []
    for row in rows:
        numbers = np.array(row, dtype=np.float64)
        cls = int(numbers[0])
        if cls != numbers[0] or cls >= len(names):
            problems.append(f"{path}: class {row[0]}")
        places = numbers[1:]
        if task == "pose":
            keypoints = numbers[5:].reshape(shape[0], shape[1])
            places = np.concatenate([numbers[1:5], keypoints[:, :2].ravel()])
        if places.min() < 0 or places.max() > 1:
            problems.append(f"{path}: numbers beyond 0 and 1")
        one = {"class": names.get(cls)}
        if segments:
            points = (numbers[1:].reshape(-1, 2) * [width, height]).astype(np.float32)
            one["points"] = rounded(points)
            one["area"] = round(float(cv2.contourArea(points)), 1)
            if task == "obb":
                _, (w, h), _ = cv2.minAreaRect(points)
                one["sides"] = sorted(rounded([w, h]))
        else:
            x, y, w, h = numbers[1:5]
            if w <= 0 or h <= 0:
                problems.append(f"{path}: a box without an area")
            one["box"] = rounded(
                [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height]
            )
        if task == "pose":
            one["keypoints"] = [
                [*rounded([px * width, py * height]), int(v)] for px, py, v in keypoints
            ]
        objects.append(one)
    return objects


for split in ("train", "val", "test"):
    if split not in data:
        continue
    root = os.path.join(folder, data[split])
    if not os.path.isdir(root):
        problems.append(f"{split}: {data[split]} is no folder")
        continue
    for parent, _, files in os.walk(root):
        for name in files:
            path = os.path.join(parent, name)
            if name.rsplit(".", 1)[-1].lower() not in IMAGES:
                problems.append(f"{path} is no picture")
            label = f"{os.sep}labels{os.sep}".join(path.rsplit(f"{os.sep}images{os.sep}", 1)).rsplit(".", 1)[0] + ".txt"
            if not os.path.isfile(label):
                problems.append(f"{label} is not there")
                continue
            width, height = Image.open(path).size
            told["images"][f"{split}/{os.path.relpath(path, root)}"] = read_label(label, width, height)

print(json.dumps(told, sort_keys=True))
