"""Writes a small ICDAR 2015 source (tasks 4.1 and 4.3) and prints what must come out of it.

Lines are put together by hand as the organisers' files have them: UTF-8 with byte order mark, CRLF, commas in words.
"""
import json
import os
import sys

from PIL import Image

ROOT = sys.argv[1]
expected = {}


def path(*parts):
    full = os.path.join(ROOT, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def localisation(split, picture_folder, gt_folder, n, size, words):
    Image.new("RGB", size, (10 * n, 90, 120)).save(path(picture_folder, f"img_{n}.jpg"))
    lines = [",".join(str(value) for point in ring for value in point) + "," + text for ring, text, _ in words]
    with open(path(gt_folder, f"gt_img_{n}.txt"), "wb") as file:
        file.write(b"\xef\xbb\xbf" + "".join(line + "\r\n" for line in lines).encode())
    expected[f"{split}/img_{n}.jpg"] = [
        {"points": kept, "text": "" if text == "###" else text, "tags": ["illegible"] if text == "###" else []}
        for (_, text, kept) in words
    ]


square = [[5, 5], [20, 6], [21, 15], [4, 14]]
small = [[30, 2], [35, 2], [35, 8], [30, 8]]
over = [[50, 30], [70, 30], [70, 45], [50, 45]]
localisation(
    "train",
    "ch4_training_images",
    "ch4_training_localization_transcription_gt",
    1,
    (64, 48),
    [(square, "Genaxis Theatre", square), (small, "###", small), (over, "1,000,00 \u20ac \u201equoted\u201c", [[50, 30], [63, 30], [63, 45], [50, 45]])],
)
localisation("train", "ch4_training_images", "ch4_training_localization_transcription_gt", 2, (40, 30), [])
localisation("test", "ch4_test_images", "Challenge4_Test_Task1_GT", 1, (32, 32), [(square, '"Yes"', square)])


def words(split, folder, gt_name, entries):
    coords, gt = [], []
    for n, size, ring, text in entries:
        Image.new("RGB", size, (200, 90, 10 * n)).save(path(folder, f"word_{n}.png"))
        coords.append(f"word_{n}.png," + ",".join(str(value) for point in ring for value in point))
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        gt.append(f'word_{n}.png, "{escaped}"')
        expected[f"{split}/word_{n}.png"] = [
            {"points": ring, "text": "" if text == "###" else text, "tags": ["illegible"] if text == "###" else []}
        ]
    for name, lines in (("coords.txt", coords), (gt_name, gt)):
        with open(path(folder, name), "wb") as file:
            file.write(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())


words(
    "train",
    "ch4_training_word_images_gt",
    "gt.txt",
    [
        (1, (30, 12), [[0, 1], [29, 0], [29, 10], [0, 11]], "JOINT"),
        (2, (12, 9), [[0, 0], [11, 0], [11, 8], [0, 8]], 'say "hi", \\o/'),
        (3, (8, 8), [[0, 0], [7, 0], [7, 7], [0, 7]], "###"),
    ],
)
words("test", "ch4_test_word_images_gt", "Challenge4_Test_Task3_GT.txt", [(1, (9, 9), [[1, 1], [8, 0], [8, 8], [0, 7]], "o\u00f9")])
print(json.dumps(expected))
