"""Shrinks the browser tests' screenshots for the README: python pictures.py FROM TO."""

import sys
from pathlib import Path

from PIL import Image

# The name of each screenshot in the README.
NAMES = {
    "result-light": "page-light",
    "result-dark": "page-dark",
    "result-phone": "page-phone",
    "refused": "page-refused",
}
MAX_BYTES = 150_000
# A screenshot is cropped to this height, by its width: the rest is not readable at the README's size.
MAX_HEIGHT = {1280: 1500, 320: 1760}


def main(source: Path, target: Path) -> None:
    for taken, shown in NAMES.items():
        picture = Image.open(source / f"{taken}.png").convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, MAX_HEIGHT[picture.width])))
        path = target / f"{shown}.webp"
        for quality in range(90, 30, -10):
            picture.save(path, quality=quality, method=6)
            if path.stat().st_size <= MAX_BYTES:
                break
        else:
            sys.exit(f"{path} has {path.stat().st_size} bytes")
        print(f"{path} {picture.width}x{picture.height} quality {quality} {path.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
