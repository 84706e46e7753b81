"""What goes wrong with textures on their way into a game, done to good ones: by Pillow and by encoders of blocks where they do it.

`FAULTS` has each by its name in a table: `(texels [slice, height, width, channel], generator) -> texels`, or None where
a texture is not of the kind that this happens to, and the name of the fault that a diagnosis should find.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter


@dataclass(frozen=True)
class Breakage:
    """A way to break a texture. `expected`: the names of which one is right; `kinds`: of image, `frames` for loops."""

    expected: tuple[str, ...]
    break_: Callable
    kinds: tuple[str, ...] = ("2d", "layers", "frames")


def values(texels):
    """In [0, 1], as GPUs read them."""
    return texels / np.iinfo(texels.dtype).max if texels.dtype.kind == "u" else texels.astype(np.float64)


def stored(found, dtype):
    """Values in [0, 1] as texels of this type."""
    if dtype.kind == "u":
        return np.rint(np.clip(found, 0, 1) * np.iinfo(dtype).max).astype(dtype)
    return found.astype(dtype)


def srgb_encoded(texels, _):
    v = values(texels)
    return stored(np.where(v <= 0.0031308, 12.92 * v, 1.055 * np.maximum(v, 0) ** (1 / 2.4) - 0.055), texels.dtype)


def srgb_decoded(texels, _):
    v = values(texels)
    return stored(np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0) + 0.055) / 1.055) ** 2.4), texels.dtype)


def each_plane(change):
    """A change of a plane `[height, width]`, float32, in units of the range, made to every slice and channel."""

    def changed(texels, generator):
        planes = np.moveaxis(values(texels), 3, 1).astype(np.float32)
        done = np.stack([np.stack([change(plane, generator) for plane in one]) for one in planes])
        return stored(np.moveaxis(done, 1, 3), texels.dtype)

    return changed


def resized(factor, resample):
    def change(plane, _):
        height, width = plane.shape
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        return np.asarray(Image.fromarray(plane).resize(size, resample))

    return each_plane(change)


def half_texel_shift(plane, _):
    """What a linear sampler reads between texels."""
    plane = (plane + np.roll(plane, 1, 0)) / 2
    return (plane + np.roll(plane, 1, 1)) / 2


def gaussian_blur(texels, _):
    if texels.dtype != np.uint8:
        return None
    blur = ImageFilter.GaussianBlur(0.8)
    planes = np.moveaxis(texels, 3, 1)
    done = [[np.asarray(Image.fromarray(np.ascontiguousarray(p)).filter(blur)) for p in one] for one in planes]
    return np.moveaxis(np.array(done), 1, 3)


def as_pictures(save):
    """What Pillow makes of 8 bits, slice by slice: `save` writes a picture, which is then read."""

    def through(texels, _):
        if texels.dtype != np.uint8 or texels.shape[3] == 2:
            return None
        done = []
        for one in texels:
            file = io.BytesIO()
            if not save(Image.fromarray(one[..., 0] if one.shape[2] == 1 else one), file):
                return None
            read = Image.open(file)
            read = read.convert("L") if one.shape[2] == 1 else read.convert("RGB" if one.shape[2] == 3 else "RGBA")
            done.append(np.asarray(read).reshape(one.shape))
        return np.stack(done)

    return through


def jpeg(quality):
    def save(picture, file):
        if picture.mode == "RGBA":
            return False
        picture.save(file, "JPEG", quality=quality)
        return True

    return as_pictures(save)


def blocks_by_pillow(pixel_format):
    def save(picture, file):
        if picture.width % 4 or picture.height % 4:
            return False
        picture = picture.convert("RGBA" if picture.mode == "RGBA" or pixel_format != "DXT1" else "RGB")
        picture.save(file, "DDS", pixel_format=pixel_format)
        return True

    return as_pictures(save)


def blocks_by_etcpak(name):
    """BC1, BC4, BC7 and ETC2 by etcpak, read by texture2ddecoder; of BC4 the channels one by one."""

    def through(texels, _):
        height, width, channels = texels.shape[1:]
        if texels.dtype != np.uint8 or width % 4 or height % 4 or channels == 2 or (name == "bc4" and channels > 1):
            return None
        done = [_through_etcpak(name, one) for one in texels]
        return np.stack(done)

    return through


def _through_etcpak(name, texels):
    import etcpak
    import texture2ddecoder

    height, width, channels = texels.shape
    shown = np.full((height, width, 4), 255, np.uint8)
    shown[..., : max(channels, 3)] = texels  # grey as RGB
    data = getattr(etcpak, f"compress_{name}")(shown.tobytes(), width, height)
    read = getattr(texture2ddecoder, {"etc2_rgb": "decode_etc2"}.get(name, f"decode_{name}"))(data, width, height)
    blue_first = np.frombuffer(read, np.uint8).reshape(height, width, 4)
    return blue_first[..., [2, 1, 0, 3][:channels]]


def palette(texels, _):
    """Saved as a GIF, or quantised, with 32 colours."""
    if texels.dtype != np.uint8 or texels.shape[3] not in {1, 3}:
        return None
    done = []
    for one in texels:
        picture = Image.fromarray(one[..., 0] if one.shape[2] == 1 else one).convert("RGB")
        read = picture.quantize(32, dither=Image.Dither.NONE).convert("L" if one.shape[2] == 1 else "RGB")
        done.append(np.asarray(read).reshape(one.shape))
    return np.stack(done)


def five_bits(texels, _):
    """RGB565, as old hardware and small frame buffers have: 5, 6 and 5 bits, their upper ones repeated below."""
    if texels.dtype != np.uint8 or texels.shape[3] > 3:
        return None
    bits = np.array([5, 6, 5])[: texels.shape[3]]
    top = texels.astype(int) >> (8 - bits)
    return (top << (8 - bits) | top >> (2 * bits - 8)).astype(np.uint8)


def clipped(texels, _):
    return stored(np.clip((values(texels) - 0.5) * 1.25 + 0.5, 0, 1), texels.dtype) if _is_wide(texels) else None


def _is_wide(texels):
    """Whether its values reach the ends of the range, so that more contrast clips them."""
    v = values(texels)
    return v.min() < 0.06 and v.max() > 0.94


def premultiplied(texels, _):
    if texels.shape[3] != 4 or np.ptp(texels[..., 3]) == 0:
        return None
    v = values(texels)
    return stored(np.concatenate([v[..., :3] * v[..., 3:], v[..., 3:]], axis=3), texels.dtype)


def copy_of_8_bits(repeat):
    def through(texels, _):
        if texels.dtype != np.uint16:
            return None
        top = texels >> 8
        return (top << 8 | (top if repeat else 0)).astype(np.uint16)

    return through


def cropped(texels, _):
    height, width = texels.shape[1:3]
    return texels[:, height // 8 : height - height // 8, width // 8 : width - width // 8]


def tiled(texels, _):
    return np.tile(texels, (1, 2, 2, 1))


def shuffled(texels, generator):
    """White noise with the same values."""
    flat = texels.reshape(len(texels), -1, texels.shape[3])
    return np.stack([generator.permutation(one) for one in flat]).reshape(texels.shape)


def repeated_frame(texels, generator):
    texels, where = texels.copy(), generator.integers(1, len(texels))
    texels[where] = texels[where - 1]
    return texels


def turned_frame(turn, square=False):
    def turned(texels, generator):
        if square and texels.shape[1] != texels.shape[2]:
            return None
        texels, where = texels.copy(), generator.integers(len(texels))
        texels[where] = turn(texels[where])
        return texels

    return turned


def mirrored_copy(texels, generator):
    texels, where = texels.copy(), generator.integers(1, len(texels))
    texels[where] = texels[where - 1][:, ::-1]
    return texels


def missing_frame(texels, generator):
    return np.delete(texels, generator.integers(1, len(texels) - 1), axis=0)


def swapped_frames(texels, generator):
    if len(texels) < 12:
        return None
    one = generator.integers(len(texels))
    order = np.arange(len(texels))
    other = (one + len(texels) // 2) % len(texels)
    order[[one, other]] = other, one
    return texels[order]


def cut_loop(texels, _):
    return texels[: 3 * len(texels) // 4]


def constant_channel(texels, _):
    if texels.shape[3] < 2:
        return None
    texels = texels.copy()
    texels[..., 0] = texels.dtype.type(0.5 if texels.dtype.kind == "f" else np.iinfo(texels.dtype).max // 2)
    return texels


def copied_channel(texels, _):
    if texels.shape[3] < 3 or np.ptp(texels[..., 2]) == 0:
        return None
    texels = texels.copy()
    texels[..., 1] = texels[..., 0]
    return texels


BOX, BILINEAR, BICUBIC, NEAREST = (
    getattr(Image.Resampling, name) for name in ("BOX", "BILINEAR", "BICUBIC", "NEAREST")
)
LAYERS = ("layers", "frames")
FAULTS = {
    "sRGB encoded": Breakage(("srgb",), srgb_encoded),
    "sRGB decoded": Breakage(("srgb",), srgb_decoded),
    "sampled between texels": Breakage(("filtered",), each_plane(half_texel_shift)),
    "Gaussian blur": Breakage(("filtered",), gaussian_blur),
    "2x, bilinear": Breakage(("resized",), resized(2, BILINEAR)),
    "1.5x, bicubic": Breakage(("resized",), resized(1.5, BICUBIC)),
    "2x, nearest": Breakage(("resized",), resized(2, NEAREST)),
    "1.5x, nearest": Breakage(("resized",), resized(1.5, NEAREST)),
    "1/2, box": Breakage(("resized",), resized(0.5, BOX)),
    "2/3, bilinear": Breakage(("resized",), resized(2 / 3, BILINEAR)),
    "1/2, nearest": Breakage(("white_noise",), resized(0.5, NEAREST)),
    "JPEG 95": Breakage(("jpeg",), jpeg(95)),
    "JPEG 75": Breakage(("jpeg",), jpeg(75)),
    "JPEG 30": Breakage(("jpeg",), jpeg(30)),
    "BC1": Breakage(("block_compressed",), blocks_by_pillow("DXT1")),
    "BC3": Breakage(("block_compressed",), blocks_by_pillow("DXT5")),
    "BC4": Breakage(("block_compressed",), blocks_by_etcpak("bc4")),
    "BC7": Breakage(("block_compressed",), blocks_by_etcpak("bc7")),
    "ETC2": Breakage(("block_compressed",), blocks_by_etcpak("etc2_rgb")),
    "palette of 32": Breakage(("few_levels",), palette),
    "RGB565": Breakage(("few_levels",), five_bits),
    "clipped": Breakage(("clipped",), clipped),
    "premultiplied": Breakage(("premultiplied",), premultiplied),
    "8 bits x 257": Breakage(("copy_of_8_bits",), copy_of_8_bits(repeat=True)),
    "8 bits << 8": Breakage(("copy_of_8_bits",), copy_of_8_bits(repeat=False)),
    "cropped": Breakage(("not_tileable",), cropped, ("2d", "layers", "frames", "volume")),
    "tiled 2x2": Breakage(("tiled",), tiled, ("2d", "layers", "frames", "volume")),
    "shuffled": Breakage(("white_noise",), shuffled),
    "repeated frame": Breakage(("repeated_frame",), repeated_frame, LAYERS),
    "mirrored copy": Breakage(("flipped_frame",), mirrored_copy, LAYERS),
    "flipped frame": Breakage(("flipped_frame",), turned_frame(lambda one: one[::-1]), ("frames",)),
    "turned frame": Breakage(("flipped_frame",), turned_frame(np.rot90, square=True), ("frames",)),
    "missing frame": Breakage(("missing_frame",), missing_frame, ("frames",)),
    "two frames swapped": Breakage(("misplaced_frame",), swapped_frames, ("frames",)),
    "a loop's end cut off": Breakage(("missing_frame",), cut_loop, ("frames",)),
    "constant channel": Breakage(("constant_channel",), constant_channel),
    "copied channel": Breakage(("copied_channel",), copied_channel),
}
