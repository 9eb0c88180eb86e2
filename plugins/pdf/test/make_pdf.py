"""`make FOLDER`: PDFs by Pillow. `compare PICTURE PICTURE`: the largest mean difference of 8 x 8 blocks, as JSON."""
import json
import sys

from PIL import Image

if sys.argv[1] == "make":
    folder = sys.argv[2]
    pages = []
    for colour in [(200, 30, 30), (30, 160, 60), (40, 60, 220)]:
        page = Image.new("RGB", (200, 120), (255, 255, 255))
        page.paste(colour, (20, 10, 120, 60))
        pages.append(page)
    pages[0].save(f"{folder}/three.pdf", save_all=True, append_images=pages[1:], resolution=72)
    pages[1].save(f"{folder}/one.pdf", resolution=72)
else:
    first, second = (Image.open(name).convert("RGB") for name in sys.argv[2:4])
    assert first.size == second.size, (first.size, second.size)
    small = [image.resize((image.width // 8, image.height // 8), Image.BOX) for image in (first, second)]
    pairs = zip(small[0].getdata(), small[1].getdata())
    print(json.dumps(max(abs(a - b) for one, two in pairs for a, b in zip(one, two))))
