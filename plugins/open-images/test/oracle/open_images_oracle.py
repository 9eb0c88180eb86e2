"""Reads and writes the tables of Open Images with Python's csv module and Pillow.

read FOLDER    prints every table, what each mask shows, and what does not fit together
write FOLDER   fills FOLDER with a source for the import
"""
import csv, glob, json, os, sys
from PIL import Image


def read(folder):
    out = {"tables": {}, "masks": {}, "problems": []}
    for path in sorted(glob.glob(os.path.join(folder, "annotations", "*.csv"))):
        with open(path, newline="", encoding="utf8") as f:
            rows = list(csv.DictReader(f, strict=True))
        name = os.path.basename(path)
        out["tables"][name] = rows
        for row in rows:
            if None in row or None in row.values():
                out["problems"].append(f"{name}: a row of another length: {row}")
    names = {row["LabelName"] for row in out["tables"].get("class-descriptions.csv", [])}
    pictures = {}
    for path in glob.glob(os.path.join(folder, "images", "**", "*"), recursive=True):
        if os.path.isfile(path):
            pictures[os.path.splitext(os.path.basename(path))[0]] = Image.open(path).size
    for name, rows in out["tables"].items():
        for row in rows:
            if "LabelName" in row and row["LabelName"] not in names:
                out["problems"].append(f"{name}: {row['LabelName']} has no name")
            if "ImageID" in row and row["ImageID"] not in pictures:
                out["problems"].append(f"{name}: {row['ImageID']} has no picture")
            if "MaskPath" in row:
                found = glob.glob(os.path.join(folder, "masks", "**", glob.escape(row["MaskPath"])), recursive=True)
                if len(found) != 1:
                    out["problems"].append(f"{row['MaskPath']} is there {len(found)} times")
                    continue
                mask = Image.open(found[0])
                w, h = mask.size
                if mask.size != pictures.get(row["ImageID"]) or mask.mode != "L":
                    out["problems"].append(f"{row['MaskPath']}: {mask.mode} {mask.size}")
                data = mask.tobytes()
                out["masks"][row["ImageID"] + " " + row["LabelName"]] = [
                    "".join("1" if v else "0" for v in data[y * w:(y + 1) * w]) for y in range(h)]
    return out


BOX = ("ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
       "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside").split(",")


def table(folder, name, header, rows):
    path = os.path.join(folder, "annotations", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="", encoding="utf8") as f:
        writer = csv.writer(f, lineterminator="\r\n" if "validation" in name else "\n")
        if header:
            writer.writerow(header)
        writer.writerows(rows)


def picture(folder, path, size, colour=(90, 120, 20)):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    Image.new("RGB", size, colour).save(full)


def mask(folder, path, size, box, mode="1"):
    full = os.path.join(folder, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    image = Image.new(mode, size, 0)
    image.paste(1 if mode == "1" else (255, 255, 255), box)
    image.save(full)


def write(folder):
    picture(folder, "images/train/aaaa000000000001.jpg", (40, 20))
    picture(folder, "images/train/aaaa000000000002.png", (10, 10))
    picture(folder, "images/validation/bbbb000000000001.jpg", (30, 30))
    picture(folder, "images/extra.jpg", (8, 8))
    table(folder, "class-descriptions-boxable.csv", None,
          [["/m/01", "Cat"], ["/m/02", "Dog, \"hot\""], ["/m/03", "Snow"], ["/m/04", "Night"]])
    # Not sorted, and with a picture that is not here.
    table(folder, "train-annotations-bbox.csv", BOX, [
        ["aaaa000000000002", "xclick", "/m/02", 1, 0.1, 0.5, 0, 1.0, 0, 1, 0, 0, 0],
        ["aaaa000000000001", "xclick", "/m/01", 1, 0.25, 0.5, 0.1, 0.6, 1, 0, -1, 0, 1],
        ["cccc000000000009", "xclick", "/m/01", 1, 0, 1, 0, 1, 0, 0, 0, 0, 0],
        ["aaaa000000000002", "activemil", "/m/09", 0.75, 0.9, 1.2, 0.9, 1.2, 0, 0, 1, 1, 0],
        ["aaaa000000000001", "xclick", "/m/01", 1, 0, 0.004, 0, 0.004, 0, 0, 0, 0, 0],
    ])
    table(folder, "validation-annotations-bbox.csv", BOX, [
        ["bbbb000000000001", "xclick", "/m/01", 1, 0, 1, 0, 1, 0, 0, 0, 0, 0],
        ["bbbb000000000001", "xclick", "/m/01", 1, "x", 1, 0, 1, 0, 0, 0, 0, 0],
        ["bbbb000000000001", "xclick", "/m/01", 1, 40, 80, 0, 10, 0, 0, 0, 0, 0],
        ["bbbb000000000001", "xclick", "", 1, 0, 1, 0, 1, 0, 0, 0, 0, 0],
    ])
    table(folder, "train-annotations-object-segmentation.csv",
          "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks".split(","), [
        ["aaaa000000000001_m01_1f2e3d4c.png", "aaaa000000000001", "/m/01", "1f2e3d4c", 0.25, 0.5, 0.1, 0.6, 0.9, "0.1 0.2 1"],
        ["aaaa000000000002_m03_00000000.png", "aaaa000000000002", "/m/03", "00000000", 0, 1, 0, 1, 0, ""],
        ["gone.png", "aaaa000000000002", "/m/03", "00000001", 0, 1, 0, 1, 0, ""],
        ["cccc000000000009_m01_00000002.png", "cccc000000000009", "/m/01", "00000002", 0, 1, 0, 1, 0, ""],
    ])
    mask(folder, "masks/train/aaaa000000000001_m01_1f2e3d4c.png", (20, 10), (5, 1, 10, 6))
    mask(folder, "masks/train/aaaa000000000002_m03_00000000.png", (10, 10), (0, 0, 3, 3), "RGB")
    mask(folder, "masks/train/cccc000000000009_m01_00000002.png", (10, 10), (0, 0, 3, 3))
    mask(folder, "masks/train/dddd000000000009_m01_00000003.png", (10, 10), (0, 0, 3, 3))
    table(folder, "train-annotations-human-imagelabels.csv", "ImageID,Source,LabelName,Confidence".split(","), [
        ["aaaa000000000001", "verification", "/m/03", 1],
        ["aaaa000000000001", "verification", "/m/04", 0],
    ])
    table(folder, "train-annotations-machine-imagelabels.csv", "ImageID,Source,LabelName,Confidence".split(","), [
        ["aaaa000000000001", "machine", "/m/04", 0.9],
        ["aaaa000000000002", "machine", "/m/03", 0.6],
    ])
    table(folder, "image_ids_and_rotation.csv",
          "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,OriginalSize,OriginalMD5,Thumbnail300KURL,Rotation".split(","), [
        ["aaaa000000000002", "train", "https://x.example/2.jpg", "", "CC BY", "", "A. \"B\"", "two\nlines, here", 1, "x", "", 0.0],
        ["bbbb000000000001", "validation", "", "", "", "", "", "", "", "", "", ""],
    ])
    table(folder, "relationships.csv", ["ImageID", "LabelName1", "LabelName2", "XMin1"], [["a", "b", "c", 1]])


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        print(json.dumps(read(sys.argv[2])))
