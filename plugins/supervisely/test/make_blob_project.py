"""Writes a project whose pictures lie in a blob, as the SDK does: an uncompressed tar and pickled offsets.

Prints where tarfile and the pictures themselves say the members are.
"""
import io
import json
import os
import pickle
import sys
import tarfile

from PIL import Image

ROOT = sys.argv[1]


def path(*parts):
    full = os.path.join(ROOT, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


members = {}
for n in range(5):
    buffer = io.BytesIO()
    Image.new("RGB", (20 + n, 10 + n), (n * 40, 90, 120)).save(buffer, "PNG" if n % 2 else "JPEG")
    members[f"{'very-' * (30 * (n == 3))}picture_{n}.{'png' if n % 2 else 'jpg'}"] = buffer.getvalue()
members["picture_bad.jpg"] = b"this is no picture"

with open(path("blob", "pack.tar"), "wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
    for name, content in members.items():
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
with tarfile.open(path("blob", "pack.tar")) as tar:
    offsets = {member.name: [member.offset_data, member.offset_data + member.size] for member in tar}
# The SDK pickles objects of its own in lists of ten thousand; the importer must not need them.
with open(path("ds", "pack_offsets.pkl"), "wb") as file:
    entries = [(name, *place) for name, place in offsets.items()]
    pickle.dump(entries[:3], file)
    pickle.dump(entries[3:], file)
for n, name in enumerate(members):
    annotation = {
        "description": "",
        "tags": [],
        "size": {"width": 20 + n, "height": 10 + n},
        "objects": [{"classTitle": "car", "tags": [], "points": {"exterior": [[1, 1], [n + 2, 3]], "interior": []}}],
    }
    if n != 4:
        with open(path("ds", "ann", f"{name}.json"), "w") as file:
            json.dump(annotation, file)
if "--no-meta" not in sys.argv:
    with open(path("meta.json"), "w") as file:
        json.dump({"classes": [{"title": "car", "shape": "rectangle", "color": "#FF0000"}], "tags": []}, file)
sizes = {}
for name, content in members.items():
    if name != "picture_bad.jpg":
        sizes[name] = list(Image.open(io.BytesIO(content)).size)
print(json.dumps({name: {"range": offsets[name], "size": size} for name, size in sizes.items()}))
