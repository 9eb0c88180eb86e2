"""Reads DOTA labels as its development kit does, and tells smallest rectangles by OpenCV.

usage: dota_check.py labels FOLDER      every labelTxt/*.txt below the folder, as JSON
       dota_check.py rects FILE         a JSON list of lists of points -> area of each smallest rectangle
"""
import json
import os
import sys

import cv2
import numpy as np


def labels(folder):
    told = {}
    for parent, _, files in os.walk(folder):
        if os.path.basename(parent) != "labelTxt":
            continue
        for name in files:
            objects = []
            with open(os.path.join(parent, name), encoding="utf-8") as file:
                for line in file:
                    words = line.strip().split(" ")
                    if len(words) < 9:
                        continue
                    points = np.array([float(word) for word in words[:8]]).reshape(4, 2)
                    area = float(cv2.contourArea(points.astype(np.float32)))
                    objects.append(
                        {
                            "name": words[8],
                            "difficult": words[9] if len(words) > 9 else "0",
                            "points": [[round(float(value), 2) for value in point] for point in points],
                            "area": round(area, 1),
                        }
                    )
            told[os.path.relpath(os.path.join(parent, name), folder)] = objects
    return told


def rects(path):
    with open(path, encoding="utf-8") as file:
        groups = json.load(file)
    areas = []
    for points in groups:
        _, (width, height), _ = cv2.minAreaRect(np.array(points, dtype=np.float32))
        areas.append(float(width) * float(height))
    return areas


print(json.dumps(labels(sys.argv[2]) if sys.argv[1] == "labels" else rects(sys.argv[2])))
