"""Reads and writes tables of boxes with Python's csv module and Pillow.

read FOLDER    prints every table, and what does not fit the pictures
write FOLDER   fills FOLDER with a source for the import, in several layouts
"""
import csv, glob, json, os, sys
from PIL import Image


def read(folder):
    out = {"tables": {}, "problems": []}
    for path in sorted(glob.glob(os.path.join(folder, "*.csv"))):
        with open(path, newline="", encoding="utf8") as f:
            rows = list(csv.DictReader(f, strict=True))
        out["tables"][os.path.basename(path)] = rows
        for row in rows:
            image = os.path.join(folder, "images", row["filename"])
            if not os.path.exists(image):
                out["problems"].append(f"{row['filename']} is not there")
            elif Image.open(image).size != (int(row["width"]), int(row["height"])):
                out["problems"].append(f"{row['filename']} has another size")
            if not (0 <= int(row["xmin"]) < int(row["xmax"]) <= int(row["width"])
                    and 0 <= int(row["ymin"]) < int(row["ymax"]) <= int(row["height"])):
                out["problems"].append(f"{row}: out of the picture")
    return out


def table(folder, name, rows, delimiter=","):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", newline="", encoding="utf8") as f:
        csv.writer(f, delimiter=delimiter).writerows(rows)


def picture(folder, path, size):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    Image.new("RGB", size, (90, 120, 20)).save(full)


def write(folder):
    tf = os.path.join(folder, "tensorflow")
    picture(tf, "images/a.png", (40, 20))
    picture(tf, "images/b.png", (10, 10))
    picture(tf, "images/none.png", (10, 10))
    table(tf, "train_labels.csv", [
        "filename,width,height,class,xmin,ymin,xmax,ymax,difficult,doors,Colour,score".split(","),
        ["a.png", 40, 20, "car, red", 0, 0, 40, 20, 1, 4, "red", 0.5],
        ["b.png", 10, 10, "dog", 2.6, 3, 5.4, 9, 0, "", "a \"b\"", ""],
        ["a.png", 80, 40, "dog", 20, 10, 40, 20, 0, 2, "", 1],
        ["gone.png", 10, 10, "dog", 0, 0, 5, 5, 0, 1, "", 1],
        ["b.png", 10, 10, "", 0, 0, 5, 5, 0, 1, "", 1],
        ["b.png", 10, 10, "dog", 0, "x", 5, 5, 0, 1, "", 1],
        ["b.png", 10, 10, "dog", 50, 50, 60, 60, 0, 1, "", 1],
        ["b.png", 10, 10, "dog", 8, 8, 12, 12, 0, 1, "", "high"],
    ])
    rn = os.path.join(folder, "retinanet")
    picture(rn, "pics/a.png", (40, 20))
    picture(rn, "pics/b.png", (10, 10))
    table(rn, "annotations.csv", [
        ["pics/a.png", 1, 2, 11, 12, "cat"], ["pics/b.png", "", "", "", "", ""], ["pics/a.png", 0, 0, 3, 3, "1"]])
    table(rn, "classes.csv", [["cat", 0], ["dog", 1]])
    sh = os.path.join(folder, "shares")
    picture(sh, "val/a.png", (40, 20))
    table(sh, "boxes.tsv", [
        ["Image ID", "Label", "x_center", "y_center", "width", "height", "Usage"],
        ["a", "cat", 0.5, 0.5, 0.5, 0.5, "Public"]], "\t")
    li = os.path.join(folder, "list")
    picture(li, "a.png", (40, 20))
    table(li, "wheat.csv", [
        ["image_id", "width", "height", "bbox", "source"],
        ["a", 40, 20, "[10.0, 5.0, 20.0, 10.0]", "usask_1"]], ";")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        print(json.dumps(read(sys.argv[2])))
