"""Makes fixtures/sets: each data set as a small tree, and expected.json with what its masks are.

    make_fixtures.py FOLDER

Needs Pillow, numpy, OpenCV and SciPy. Nothing of this is the program's own: masks are drawn here, MATLAB files are
written by SciPy, parts are found by OpenCV. A label is [class, x, y, width, height, sha256 of its box, a byte a pixel].
"""
import hashlib
import json
import os
import shutil
import sys

import cv2
import numpy as np
from PIL import Image
from scipy.io import savemat

rng = np.random.default_rng(2016)
out = sys.argv[1]
shutil.rmtree(out, ignore_errors=True)
expected = {}


def path_of(*parts):
    path = os.path.join(out, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def photo(path, size):
    height, width = size
    pixels = rng.integers(0, 256, (1, 1, 3), dtype=np.uint8)
    Image.fromarray(np.broadcast_to(pixels, (height, width, 3)).copy()).save(path_of(path))


def text(path, content):
    with open(path_of(path), "w", encoding="utf-8") as file:
        file.write(content)


def blobs(numbers, size, grain=4):
    """Coarse noise, so that there are parts, holes and corners that touch."""
    height, width = size
    coarse = rng.choice(numbers, (height // grain + 1, width // grain + 1))
    return np.kron(coarse, np.ones((grain, grain), dtype=np.int64))[:height, :width]


def size_of(i):
    return 17 + 3 * i, 23 + 2 * i


def tell(title, mask):
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return []
    y, x = int(rows[0]), int(columns[0])
    box = np.ascontiguousarray(mask[y : rows[-1] + 1, x : columns[-1] + 1]).astype(np.uint8)
    return [[title, x, y, box.shape[1], box.shape[0], hashlib.sha256(box.tobytes()).hexdigest()]]


def parts(title, mask):
    count, numbered = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return [label for i in range(1, count) for label in tell(title, numbered == i)]


def labels(grid, classes, how):
    """`classes`: title -> number or a test of the grid."""
    found = []
    for title, number in classes.items():
        mask = number(grid) if callable(number) else grid == number
        found += how(title, mask)
    return sorted(found)


def whole(title, mask):
    return tell(title, mask)


def paint(grid):
    return np.stack([(grid >> 16) & 255, (grid >> 8) & 255, grid & 255], axis=-1).astype(np.uint8)


def rgb(text_of):
    table = {}
    for part in text_of.split(";"):
        name, value = part.rsplit(" ", 1)
        if value.startswith("#"):
            table[name.strip()] = int(value[1:], 16)
        else:
            r, g, b = map(int, value.split(","))
            table[name.strip()] = r << 16 | g << 8 | b
    return table


def item(name, dataset, file, found):
    expected.setdefault(name, []).append({"dataset": dataset, "name": file, "labels": found})


# BDD100K, some colours of many; test has no masks
BDD = rgb("unknown #000000;road #804080;car #00008E;person #DC143C;train #005064")
for i, split in enumerate(["train", "val"]):
    grid = blobs(list(BDD.values()), size_of(i))
    photo(f"bdd100k/bdd100k/seg/images/{split}/{i}.jpg", grid.shape)
    rgba = np.dstack([paint(grid), np.full(grid.shape, 255, np.uint8)])
    Image.fromarray(rgba).save(path_of(f"bdd100k/bdd100k/seg/color_labels/{split}/{i}_train_color.png"))
    item("bdd100k", split, f"{i}.jpg", labels(grid, BDD, parts))
photo("bdd100k/bdd100k/seg/images/test/9.jpg", (5, 5))
item("bdd100k", "test", "9.jpg", [])

# CamVid, also with a colour that is in no legend
CAMVID = rgb("Animal 64,128,64;Road 128,64,128;Void 0,0,0;Wall 64,192,0;Sky 128,128,128")
for i in range(2):
    grid = blobs(list(CAMVID.values()), size_of(i), 3)
    if i == 1:
        grid[2:4, 5:9] = 0x010203
    photo(f"camvid/701_StillsRaw_full/f{i}.png", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"camvid/LabeledApproved_full/f{i}_L.png"))
    item("camvid", "dataset", f"f{i}.png", labels(grid, CAMVID, parts))

# eTRIMS, palette pictures
ETRIMS = rgb("Unknown 0,0,0;Building 128,0,0;Car 128,0,128;Sky 0,128,128;Window 0,0,128")
for i, name in enumerate(["04_etrims-ds", "08_etrims-ds"]):
    indices = blobs([0, 1, 2, 3, 4], size_of(i))
    palette = Image.fromarray(indices.astype(np.uint8), mode="P")
    palette.putpalette([channel for colour in ETRIMS.values() for channel in (colour >> 16, colour >> 8 & 255, colour & 255)])
    photo(f"etrims/etrims-db_v1/images/{name}/basel_{i}.jpg", indices.shape)
    palette.save(path_of(f"etrims/etrims-db_v1/annotations/{name}/basel_{i}.png"))
    item("etrims", name, f"basel_{i}.jpg", labels(indices, {title: k for k, title in enumerate(ETRIMS)}, parts))

# Graz50
GRAZ = rgb("unknown 0,0,0;window 255,0,0;door 255,128,0;ground_floor 0,255,0;facade 255,255,0;sky 128,255,255")
for i in range(2):
    grid = blobs(list(GRAZ.values()), size_of(i))
    base = "graz50/graz50_facade_dataset/graz50_facade_dataset"
    photo(f"{base}/images/facade_{i}.png", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"{base}/labels_full/facade_{i}.png"))
    item("graz50", "dataset", f"facade_{i}.png", labels(grid, GRAZ, parts))

# Paris Art Deco, text
PARIS = {"Unknown": -1, "Door": 0, "Shop": 1, "Balcony": 2, "Window": 3, "Wall": 4, "Sky": 5, "Roof": 6}
for i in range(2):
    grid = blobs(list(PARIS.values()), size_of(i))
    photo(f"parisart/ParisArtDecoFacadesDataset-master/images/monge_{i}.png", grid.shape)
    np.savetxt(path_of(f"parisart/ParisArtDecoFacadesDataset-master/labels/monge_{i}.txt"), grid, fmt="%d")
    item("parisart", "dataset", f"monge_{i}.png", labels(grid, PARIS, parts))

# Freiburg, doubles and compressed
FREIBURG = {f"part{n}": n for n in range(1, 15)}
for i in range(2):
    grid = blobs(range(15), size_of(i), 3)
    photo(f"freiburg/Sitting/img/{i}.jpg", grid.shape)
    target = path_of(f"freiburg/Sitting/masks/{i}.mat")
    savemat(target, {"M": grid.astype(np.float64)}, do_compression=i == 0)
    item("freiburg", "dataset", f"{i}.jpg", labels(grid, FREIBURG, whole))

# Range body parts; one mask is smaller than its picture
RANGE = {"background": 0, "head": 1, "body": 2, "hand": 3, "leg": 4}
for i, name in enumerate(["seq1", "seq2"]):
    grid = blobs(range(5), size_of(i))
    photo(f"rangepart/RANGE/{name}/d_images/d{i}.png", (41, 52) if i == 1 else grid.shape)
    savemat(path_of(f"rangepart/RANGE/{name}/d_masks/d{i}.mat"), {"other": "text", "MM": grid.astype(np.uint8)}, do_compression=True)
    if i == 1:
        grid = np.array(Image.fromarray(grid.astype(np.uint8)).resize((52, 41), Image.NEAREST))
    item("rangepart", name, f"d{i}.png", labels(grid, RANGE, whole))

# Pratheepan
SKIN = {"background": lambda grid: grid < 128, "skin": lambda grid: grid >= 128}
for i, name in enumerate(["FacePhoto", "FamilyPhoto"]):
    grid = blobs([0, 255, 254, 3], size_of(i))
    photo(f"human-skin/Pratheepan_Dataset/{name}/pratheepan{i}.jpg", grid.shape)
    Image.fromarray(np.dstack([grid] * 3).astype(np.uint8)).save(path_of(f"human-skin/Ground_Truth/GroundT_{name}/pratheepan{i}.png"))
    item("human-skin", name, f"pratheepan{i}.jpg", labels(grid, SKIN, parts))

# Pascal Context
CONTEXT = {"aeroplane": 2, "wall": 440, "sky": 360}
text("pascal-context/labels.txt", "1: accordion\n2: aeroplane\n360: sky\n440: wall\n")
for i in range(2):
    grid = blobs([0, 2, 360, 440], size_of(i))
    photo(f"pascal-context/JPEGImages/2008_{i:06}.jpg", grid.shape)
    savemat(path_of(f"pascal-context/trainval/2008_{i:06}.mat"), {"LabelMap": grid.astype(np.uint16)}, do_compression=i == 1)
    item("pascal-context", "dataset", f"2008_{i:06}.jpg", labels(grid, CONTEXT, whole))

# Pascal Part
for i in range(2):
    size = size_of(i)
    things, found = [], []
    for k, title in enumerate(["person", "dog", "person"][: 2 + i]):
        mask = blobs([0, 1], size)
        found += tell(title, mask)
        members = []
        for part in ["head", "torso"][:k]:
            piece = mask * blobs([0, 1], size)
            found += tell(part, piece)
            members.append((part, piece.astype(np.uint8)))
        table = np.zeros((1, len(members)), dtype=[("part_name", object), ("mask", object)])
        for at, member in enumerate(members):
            table[0, at] = member
        things.append((title, k + 1, mask.astype(np.uint8), table if members else np.zeros((0, 0))))
    objects = np.zeros((1, len(things)), dtype=[("class", object), ("class_ind", object), ("mask", object), ("parts", object)])
    for at, thing in enumerate(things):
        objects[0, at] = thing
    photo(f"pascal-part/JPEGImages/2010_{i:06}.jpg", size)
    savemat(path_of(f"pascal-part/Annotations_Part/2010_{i:06}.mat"), {"anno": {"imname": f"2010_{i:06}", "objects": objects}}, do_compression=i == 1)
    item("pascal-part", "dataset", f"2010_{i:06}.jpg", sorted(found))

# PPSS
PPSS = rgb("background 0,0,143;hair 0,32,255;face 0,191,255;upperclothes 96,255,159;lowerclothes 255,255,0;arms 255,80,0;shoes 143,0,0;body 175,0,0")
for i in range(2):
    grid = blobs(list(PPSS.values()), size_of(i))
    photo(f"pedestrian/pedestrian_parsing_dataset/data/{201 + i}/{i + 1}.jpg", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"pedestrian/pedestrian_parsing_dataset/data/{201 + i}/{i + 1}_m.png"))
    item("pedestrian", str(201 + i), f"{i + 1}.jpg", labels(grid, PPSS, parts))

# Penn-Fudan
for i in range(2):
    grid = blobs([0, 1, 2, 3], size_of(i))
    photo(f"pennfudan/PennFudanPed/PNGImages/FudanPed0000{i}.png", grid.shape)
    Image.fromarray(grid.astype(np.uint8)).save(path_of(f"pennfudan/PennFudanPed/PedMasks/FudanPed0000{i}_mask.png"))
    item("pennfudan", "dataset", f"FudanPed0000{i}.png", labels(grid, {"background": 0, "object1": 1, "object2": 2, "object3": 3}, whole))

# ADE20K, classes and instances
INFO = "Idx\tRatio\tTrain\tVal\tName\n1\t0.15\t1\t1\twall\n2\t0.11\t1\t1\tbuilding, edifice\n8\t0.02\t1\t1\tbed \n"
for name in ["ade20k", "ade20k-instances"]:
    text(f"{name}/ADEChallengeData2016/objectInfo150.txt", INFO)
text("ade20k-instances/ADEChallengeData2016/categoryMapping.txt", "Instance100\tSceneParse150\tFULL_ADE\n1\t8\t165\n2\t1\t3055\n")
for i, split in enumerate(["training", "validation"]):
    grid = blobs([0, 1, 2, 8], size_of(i))
    photo(f"ade20k/ADEChallengeData2016/images/{split}/ADE_{i}.jpg", grid.shape)
    Image.fromarray(grid.astype(np.uint8)).save(path_of(f"ade20k/ADEChallengeData2016/annotations/{split}/ADE_{i}.png"))
    item("ade20k", split, f"ADE_{i}.jpg", labels(grid, {"background": 0, "wall": 1, "building": 2, "bed": 8}, parts))
    grid = blobs([0, 0x010100, 0x010200, 0x020300, 0x630400], size_of(i))
    photo(f"ade20k-instances/ADEChallengeData2016/images/{split}/ADE_{i}.jpg", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"ade20k-instances/ADEChallengeData2016/annotations_instance/{split}/ADE_{i}.png"))
    found = []
    for title, number in [("background", 0), ("bed", 0x010100), ("bed", 0x010200), ("wall", 0x020300), ("object99", 0x630400)]:
        found += tell(title, grid == number)
    item("ade20k-instances", split, f"ADE_{i}.jpg", sorted(found))

# Aberystwyth
for i, tray in enumerate(["PSI_Tray031", "PSI_Tray032"]):
    numbers = [0, 0xFF0000, 0x00FF80, 0x123456]
    grid = blobs(numbers, size_of(i))
    base = f"aberystwyth/images_and_annotations/{tray}/tv"
    photo(f"{base}/{tray}_{i}.png", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"{base}/gt/{tray}_{i}_gt.png"))
    item("aberystwyth", "ds", f"{tray}_{i}.png", sorted(label for n in numbers[1:] for label in tell("leaf", grid == n)))

# Crops and weeds: neutral is black where the mask is 0
for i in range(2):
    grid = blobs([0, 0xFF0000, 0x00FF00], size_of(i))
    plants = blobs([0, 255], size_of(i), 5)
    base = "crops-and-weeds/field"
    photo(f"{base}/images/00{i}_image.png", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"{base}/annotations/00{i}_annotation.png"))
    Image.fromarray(plants.astype(np.uint8)).save(path_of(f"{base}/masks/00{i}_mask.png"))
    found = labels(grid, {"weed": 0xFF0000, "crop": 0x00FF00}, whole) + tell("neutral", (grid == 0) & (plants == 0))
    item("crops-and-weeds", "field", f"00{i}_image.png", sorted(found))

# DAVIS 2016
for i, (name, split) in enumerate([("bear", "train"), ("blackswan", "val")]):
    grid = blobs([0, 255], size_of(i))
    photo(f"davis2016/DAVIS/JPEGImages/480p/{name}/00000.jpg", grid.shape)
    Image.fromarray(grid.astype(np.uint8)).save(path_of(f"davis2016/DAVIS/Annotations/480p/{name}/00000.png"))
    line = f"/JPEGImages/480p/{name}/00000.jpg /Annotations/480p/{name}/00000.png\n"
    text(f"davis2016/DAVIS/ImageSets/480p/{split}.txt", line)
    with open(path_of("davis2016/DAVIS/ImageSets/480p/trainval.txt"), "a", encoding="utf-8") as file:
        file.write(line)
    item("davis2016", f"{split}480p", f"{name}_00000.jpg", labels(grid, {"background": 0, "object": 255}, whole))

# COCO-Stuff
text("cocostuff/labels.txt", "0: unlabeled\n1: person\n2: bicycle\n182: wood\n")
for i, split in enumerate(["train2017", "val2017"]):
    grid = blobs([0, 1, 181, 255], size_of(i))
    photo(f"cocostuff/{split}/00000000000{i}.jpg", grid.shape)
    Image.fromarray(grid.astype(np.uint8)).save(path_of(f"cocostuff/stuffthingmaps_trainval2017/{split}/00000000000{i}.png"))
    item("cocostuff", split, f"00000000000{i}.jpg", labels(grid, {"person": 0, "bicycle": 1, "wood": 181}, parts))

# Nobody's data set: a legend as a file, names that end in _mask, a mask nobody has
text("custom/colors.txt", "# our colours\nroad 128 64 128\nnight sky #102030\nbackground 0 0 0\n")
CUSTOM = rgb("road 128,64,128;night sky #102030")
for i in range(2):
    grid = blobs([0, 0x804080, 0x102030], size_of(i))
    photo(f"custom/photos/p{i}.jpg", grid.shape)
    Image.fromarray(paint(grid)).save(path_of(f"custom/painted/p{i}_mask.png"))
    item("custom", "photos", f"p{i}.jpg", labels(grid, CUSTOM, whole))
Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(path_of("custom/painted/gone_mask.png"))

with open(path_of("expected.json"), "w", encoding="utf-8") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
