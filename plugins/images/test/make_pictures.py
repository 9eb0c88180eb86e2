"""Pictures made by Pillow, and what is in pictures: `make FOLDER`, or `read FILE ...` as JSON."""
import json
import sys

from PIL import Image


def make(folder):
    pages = [Image.new("RGB", (20 + i, 10), (40 * i, 0, 255)) for i in range(3)]
    pages[0].save(f"{folder}/pages.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    deep = []
    for i in range(2):
        page = Image.new("I;16", (6, 4))
        for x in range(6):
            for y in range(4):
                page.putpixel((x, y), 1000 * i + 257 * x + y)
        deep.append(page)
    deep[0].save(f"{folder}/deep.tif", save_all=True, append_images=deep[1:])
    deep[1].save(f"{folder}/one.tif")
    flat = [Image.new("F", (5, 5), 0.25), Image.new("F", (5, 5), 0.5)]
    flat[0].save(f"{folder}/float.tif", save_all=True, append_images=flat[1:])
    turned = Image.new("RGB", (32, 16), (0, 0, 0))
    turned.paste((255, 255, 255), (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(f"{folder}/turned.jpg", exif=exif, quality=95)
    Image.new("RGB", (7, 9), (1, 2, 3)).save(f"{folder}/old.bmp")


def read(files):
    facts = []
    for file in files:
        with Image.open(file) as picture:
            width, height = picture.size
            corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
            facts.append(
                {
                    "format": picture.format,
                    "mode": picture.mode,
                    "size": [width, height],
                    "orientation": picture.getexif().get(0x0112, 1),
                    "corners": [picture.getpixel(corner) for corner in corners],
                }
            )
    print(json.dumps(facts))


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    read(sys.argv[2:])
