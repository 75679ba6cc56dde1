"""Draw the fixtures again: python make.py, with Pillow 13.0.0, numpy 2.4.6, pydicom 3.0.2 and tifffile 2026.3.3.

Everything starts from film.png, which `frontend phantom -seed 5 -opacity 0.7 -size 80x64 film.png` has drawn.
"""

import struct
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
)

HERE = Path(__file__).parent
film = Image.open(HERE / "film.png").convert("L")
grey = np.asarray(film)
rows, columns = grey.shape
y, x = np.mgrid[:rows, :columns]
deep = (grey.astype(np.uint16) << 8) + (7 * x + 13 * y).astype(np.uint16) % 256


def jpegs() -> None:
    film.save(HERE / "progressive.jpg", quality=90, progressive=True)
    film.save(HERE / "restarts.jpg", quality=90, restart_marker_blocks=3)
    # Black makes half of the darkness, and the three inks make the rest.
    black = (255 - grey) // 2
    ink = np.clip(255 - np.round(255.0 * grey / (255 - black)), 0, 255).astype(np.uint8)
    cmyk = Image.fromarray(np.dstack([ink, ink, ink, black]), "CMYK")
    cmyk.save(HERE / "cmyk.jpg", quality=95)
    cmyk.save(HERE / "cmyk-progressive.jpg", quality=95, progressive=True)
    # Pillow writes no YCCK. Its planes for neutral inks: ink, 128, 128, black. Pillow inverts all, YCCK only black.
    half = np.full_like(ink, 127)
    Image.fromarray(np.dstack([255 - ink, half, half, black]), "CMYK").save(HERE / "ycck.jpg", quality=95)
    data = bytearray((HERE / "ycck.jpg").read_bytes())
    data[data.index(b"Adobe") + 11] = 2
    (HERE / "ycck.jpg").write_bytes(data)
    for name in "cmyk.jpg", "ycck.jpg":
        again = np.asarray(Image.open(HERE / name).convert("RGB").convert("L")).astype(int)
        assert np.abs(again - grey).mean() < 3, (name, np.abs(again - grey).mean())


def webps() -> None:
    film.convert("RGB").save(HERE / "lossy.webp", quality=90)
    Image.open(HERE / "lossy.webp").convert("L").save(HERE / "lossy.webp.png")
    film.convert("RGB").save(HERE / "lossless.webp", lossless=True)
    sepia = np.dstack([np.clip(grey.astype(int) + by, 0, 255) for by in (45, 0, -45)]).astype(np.uint8)
    Image.fromarray(sepia).save(HERE / "coloured.webp", quality=90)
    Image.open(HERE / "coloured.webp").convert("RGB").save(HERE / "coloured.webp.png")
    clear = film.convert("RGBA")
    clear.putalpha(Image.fromarray(np.where(x < columns // 2, 255, 0).astype(np.uint8)))
    clear.save(HERE / "alpha.webp", quality=90, alpha_quality=100, exact=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    film.convert("RGB").save(HERE / "turned.webp", lossless=True, exif=exif)
    small = film.resize((40, 32)).convert("RGB")
    small.save(HERE / "moving.webp", save_all=True, append_images=[small.rotate(180)], lossless=True)


def tiffs() -> None:
    film.save(HERE / "lzw.tif", compression="tiff_lzw")
    film.save(HERE / "packbits.tif", compression="packbits")
    tifffile.imwrite(HERE / "deep-big-endian.tif", deep, byteorder=">", photometric="minisblack")
    tifffile.imwrite(HERE / "deep-tiled.tif", deep, tile=(32, 32), compression="zlib", predictor=True, photometric="minisblack")
    tifffile.imwrite(HERE / "white-is-zero.tif", 255 - grey, photometric="miniswhite")
    tifffile.imwrite(HERE / "turned.tif", grey, photometric="minisblack", extratags=[(274, 3, 1, 8, True)])
    film.convert("RGB").save(HERE / "colour.tif", compression="tiff_lzw")
    film.quantize(64).save(HERE / "palette.tif")
    film.convert("CMYK").resize((40, 32)).save(HERE / "cmyk.tif", compression="tiff_lzw")
    small = film.resize((40, 32))
    small.save(HERE / "pages.tif", save_all=True, append_images=[small.rotate(180)], compression="tiff_lzw")
    small.save(HERE / "jpeg.tif", compression="jpeg")
    tifffile.imwrite(HERE / "float.tif", np.asarray(small).astype(np.float32), compression="zlib", photometric="minisblack")


def dicom(name: str, pixels: np.ndarray, syntax=ExplicitVRLittleEndian, data: bytes | None = None, **elements) -> Dataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    ds = Dataset()
    ds.file_meta = meta
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.Modality, ds.PatientName, ds.PatientID, ds.PatientAge, ds.ViewPosition = "DX", "Doe^Jane", "Doe-1", "004Y", "PA"
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 8 * pixels.itemsize
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    for key, value in elements.items():
        setattr(ds, key, value)
    ds.HighBit = ds.BitsStored - 1
    if syntax == ExplicitVRBigEndian:
        pixels = pixels.astype(pixels.dtype.newbyteorder(">"))
    ds.PixelData = data or pixels.tobytes()
    ds["PixelData"].VR = "OW" if ds.BitsAllocated == 16 and data is None else "OB"
    if data is not None:
        ds["PixelData"].is_undefined_length = True
    if syntax == RLELossless:
        ds.compress(RLELossless, pixels, encoding_plugin="pydicom", generate_instance_uid=False)
    ds.save_as(HERE / f"{name}.dcm", enforce_file_format=True)
    return ds


def dicoms() -> None:
    stored = (deep >> 4).astype(np.uint16)  # 12 bits
    dicom("implicit", stored, ImplicitVRLittleEndian, BitsStored=12, WindowCenter=[2048, 100], WindowWidth=[4096, 50])
    dicom("big-endian", stored, ExplicitVRBigEndian, BitsStored=12, WindowCenter=2048, WindowWidth=4096)
    dicom("rle-16", stored, RLELossless, BitsStored=12, WindowCenter=2048, WindowWidth=4096)
    dicom("rle-8", grey, RLELossless)
    jpeg = (HERE / "inside.jpg").read_bytes()
    jpeg += b"\0" * (-len(jpeg) % 4)
    pieces = encapsulate([jpeg], fragments_per_frame=2, has_bot=False)
    dicom("jpeg", grey, JPEGBaseline8Bit, data=pieces)


def windows() -> None:
    """Ramps, and beside each the levels that pydicom makes of it, stretched to 16 bits. No level lies half between two."""
    ramp = np.arange(48 * 40, dtype=np.int16).reshape(40, 48)

    def write(name: str, pixels: np.ndarray, **elements) -> None:
        ds = dicom(name, pixels, **elements)
        levels = apply_voi_lut(apply_modality_lut(pixels, ds), ds, prefer_lut=False).astype(float)
        if "VOILUTSequence" in ds:
            low, high = 0, 2 ** ds.VOILUTSequence[0].LUTDescriptor[2] - 1
        elif ds.PixelRepresentation and ds.get("RescaleSlope") is None:
            low, high = -(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1
        else:
            slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
            least = -(2 ** (ds.BitsStored - 1)) if ds.PixelRepresentation else 0
            most = least + 2**ds.BitsStored - 1
            low, high = least * slope + intercept, most * slope + intercept
        levels = np.floor((levels - low) / (high - low) * 65535 + 0.5).astype(np.uint16)
        Image.fromarray(levels).save(HERE / f"{name}.dcm.png")

    write("linear", ramp.astype(np.uint16), BitsStored=12, WindowCenter=900, WindowWidth=1200, VOILUTFunction="LINEAR")
    write("linear-exact", ramp.astype(np.uint16), BitsStored=12, WindowCenter=900.5, WindowWidth=1201, VOILUTFunction="LINEAR_EXACT")
    write("sigmoid", ramp.astype(np.uint16), BitsStored=12, WindowCenter=900, WindowWidth=1200, VOILUTFunction="SIGMOID")
    write("signed", ramp - 1000, BitsStored=12, WindowCenter=-100, WindowWidth=700)
    write("rescaled", ramp.astype(np.uint16), BitsStored=12, RescaleSlope="0.5", RescaleIntercept="-300.25", WindowCenter=200, WindowWidth=402)
    table = Dataset()
    curve = np.round(1023 * (np.arange(1600) / 1599) ** 2).astype(np.uint16)
    table.LUTDescriptor = [1600, 150, 10]
    table["LUTDescriptor"].VR = "US"
    table.add_new(0x00283006, "OW", curve.tobytes())
    write("lut", ramp.astype(np.uint16), BitsStored=12, VOILUTSequence=Sequence([table]))


film.save(HERE / "inside.jpg", quality=90)
jpegs()
webps()
tiffs()
dicoms()
windows()
