"""Writes a small BDD100K source in its three JSON forms and prints what must come out of it.

Curves are computed here by de Casteljau's halving, not by the polynomial the importer uses.
"""
import json
import math
import os
import sys

from PIL import Image

ROOT = sys.argv[1]
expected = {}


def path(*parts):
    full = os.path.join(ROOT, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def dump(data, *parts):
    with open(path(*parts), "w") as file:
        json.dump(data, file)


def picture(split, name, size=(128, 72)):
    Image.new("RGB", size, (60, 70, 80)).save(path("images", "100k", split, name))


def between(a, b, t):
    return tuple(p + (q - p) * t for p, q in zip(a, b))


def bezier(points, t):
    while len(points) > 1:
        points = [between(a, b, t) for a, b in zip(points, points[1:])]
    return points[0]


def curve(points):
    """Eight straight parts, as pixels, without the start."""
    return [[math.floor(value) for value in bezier(points, n / 8)] for n in range(1, 9)]


# --- 2020: one list, boxes in one file and lanes in another, both of the same picture
picture("train", "0000f77c-6257be58.jpg")
picture("train", "0000f77c-cb820c98.jpg")
dump(
    [
        {
            "name": "0000f77c-6257be58.jpg",
            "attributes": {"weather": "clear", "timeofday": "daytime", "scene": "city street"},
            "timestamp": 10000,
            "videoName": None,
            "labels": [
                {"id": "0", "attributes": {"occluded": False, "truncated": False, "trafficLightColor": "G"}, "category": "traffic light", "box2d": {"x1": 10.8, "y1": 20.2, "x2": 20.9, "y2": 30.2}},
                {"id": "1", "attributes": {"occluded": True, "truncated": True, "trafficLightColor": "NA"}, "category": "car", "box2d": {"x1": 100, "y1": 50, "x2": 128, "y2": 72}},
            ],
        },
        {"name": "0000f77c-cb820c98.jpg", "attributes": {"weather": "hail", "timeofday": "night", "scene": "undefined"}, "timestamp": 10000},
    ],
    "labels",
    "det_20",
    "det_train.json",
)
bezier_points = [(10.0, 60.0), (20.0, 10.0), (40.0, 10.0), (50.0, 60.0)]
dump(
    [
        {
            "name": "0000f77c-6257be58.jpg",
            "labels": [
                {
                    "id": "5",
                    "category": "road curb",
                    "attributes": {"laneDirection": "parallel", "laneStyle": "solid"},
                    "poly2d": [
                        {"vertices": [[0, 0], [30.5, 40.5]], "types": "LL", "closed": False},
                        {"vertices": bezier_points, "types": "LCCC", "closed": False},
                    ],
                }
            ],
        }
    ],
    "labels",
    "lane",
    "polygons",
    "lane_train.json",
)
expected["train/0000f77c-6257be58.jpg"] = {
    "tags": {"weather": "clear", "timeofday": "daytime", "scene": "city street"},
    "meta": {"timestamp": 10000},
    "labels": [
        {"class": "traffic light", "shape": "rectangle", "points": [[11, 20], [21, 30]], "tags": {"trafficLightColor": "green"}},
        {"class": "car", "shape": "rectangle", "points": [[100, 50], [127, 71]], "tags": {"occluded": None, "truncated": None}},
        {"class": "road curb", "shape": "line", "points": [[0, 0], [30, 40]], "tags": {"laneDirection": "parallel", "laneStyle": "solid"}},
        {"class": "road curb", "shape": "line", "points": [[10, 60]] + curve(bezier_points), "tags": {"laneDirection": "parallel", "laneStyle": "solid"}},
    ],
}
expected["train/0000f77c-cb820c98.jpg"] = {
    "tags": {"weather_1": "hail", "timeofday": "night", "scene": "undefined"},
    "meta": {"timestamp": 10000},
    "labels": [],
}

# --- 2018: one file a picture, names without ending, points with their type
picture("val", "b1c66a42-6f7d68ca.jpg")
dump(
    {
        "name": "b1c66a42-6f7d68ca",
        "frames": [
            {
                "timestamp": 10000,
                "objects": [
                    {"category": "traffic sign", "id": 0, "attributes": {"occluded": False, "truncated": True, "trafficLightColor": "none"}, "box2d": {"x1": 5, "y1": 6, "x2": 9, "y2": 12}},
                    {"category": "area/drivable", "id": 1, "attributes": {}, "poly2d": [[10, 60, "L"], [60, 40, "L"], [100, 60, "L"]]},
                    {"category": "lane/single white", "id": 2, "attributes": {"direction": "parallel", "style": "dashed"}, "poly2d": [[1, 70, "L"], [60, 40, "L"]]},
                ],
            }
        ],
        "attributes": {"weather": "rainy", "scene": "highway", "timeofday": "dawn/dusk"},
    },
    "labels",
    "100k",
    "val",
    "b1c66a42-6f7d68ca.json",
)
expected["val/b1c66a42-6f7d68ca.jpg"] = {
    "tags": {"weather": "rainy", "scene": "highway", "timeofday": "dawn/dusk"},
    "meta": {"timestamp": 10000},
    "labels": [
        {"class": "traffic sign", "shape": "rectangle", "points": [[5, 6], [9, 12]], "tags": {"truncated": None}},
        {"class": "area/drivable", "shape": "polygon", "points": [[10, 60], [60, 40], [100, 60]], "tags": {}},
        {"class": "lane/single white", "shape": "line", "points": [[1, 70], [60, 40]], "tags": {"direction": "parallel", "style": "dashed"}},
    ],
}

# --- Scalabel: an object with frames that have names; box and outline of one object
picture("val", "scalabel.jpg")
dump(
    {
        "frames": [
            {
                "name": "scalabel.jpg",
                "labels": [
                    {
                        "id": "9",
                        "category": "car",
                        "score": 0.5,
                        "box2d": {"x1": 10, "y1": 10, "x2": 19, "y2": 19},
                        "poly2d": [{"vertices": [[10, 10], [20, 10], [20, 20]], "types": "LLL", "closed": True}],
                    }
                ],
            }
        ],
        "config": {"categories": [{"name": "car"}]},
    },
    "scalabel_val.json",
)
expected["val/scalabel.jpg"] = {
    "tags": {},
    "meta": None,
    "labels": [
        {"class": "car", "shape": "rectangle", "points": [[10, 10], [19, 19]], "tags": {"score": 0.5}},
        {"class": "car_polygon", "shape": "polygon", "points": [[10, 10], [20, 10], [20, 20]], "tags": {"score": 0.5}},
    ],
}
print(json.dumps(expected))
