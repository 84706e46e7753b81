"""What a reader that we did not write makes of many files, some of them damaged: `READER FILES ANSWERS`.

FILES is a JSON list of files in base64; ANSWERS becomes a list of the hashes of what was read, null where the reader
refused. A process of its own: damaged files make libraries print, abort, or ask for all memory.
"""

import base64
import contextlib
import hashlib
import io
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path


def openexr():
    import OpenEXR

    def read(data, path):
        path.write_bytes(data)
        with OpenEXR.File(str(path), separate_channels=True) as file:
            header = {name: str(value) for name, value in dict(file.header()).items() if name != "channels"}
            channels = {
                name: (channel.pixels.dtype.str, channel.pixels.shape, channel.pixels.tobytes())
                for name, channel in file.channels().items()
            }
        if not channels or any(width * height == 0 for _, (width, height), _ in channels.values()):
            raise ValueError("it has read nothing, and printed why")
        return header, channels

    return read


def pillow():
    from PIL import Image

    def read(data, _):
        with Image.open(io.BytesIO(data)) as image:
            return image.mode, image.size, image.tobytes()

    return read


def pypng():
    import png

    def read(data, _):
        width, height, rows, info = png.Reader(bytes=data).read()
        return width, height, [list(row) for row in rows], info["bitdepth"], info["planes"]

    return read


def numpy():
    import numpy as np

    def read(data, _):
        array = np.load(io.BytesIO(data), allow_pickle=False)
        return array.dtype.str, array.shape, array.tobytes()

    return read


def panda3d():
    from panda3d import core

    core.load_prc_file_data("", "notify-level fatal\ntextures-power-2 none\n")

    def read(data, _):
        texture = core.Texture()
        if not texture.read_dds(core.StringStream(data), "x"):
            raise ValueError("refused")
        return (
            texture.get_texture_type(),
            texture.get_component_type(),
            texture.get_num_components(),
            (texture.get_x_size(), texture.get_y_size(), texture.get_z_size()),
            texture.get_num_ram_mipmap_images(),
            bytes(texture.get_ram_image()),
        )

    return read


def aborting(read):
    """The same, in a process for each file: Panda3D ends its own where it gets no memory."""
    import resource

    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    limit = used + 2**26

    def apart(data, path):
        source, target = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with contextlib.suppress(BaseException):
                os.write(target, hashlib.sha256(repr(read(data, path)).encode()).digest())
            os._exit(0)
        os.close(target)
        with os.fdopen(source, "rb") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        if not answer:
            raise ValueError("refused")
        return answer

    return apart


def main(reader, files, answers):
    warnings.simplefilter("error")
    read = {"openexr": openexr, "pillow": pillow, "pypng": pypng, "numpy": numpy, "panda3d": panda3d}[reader]()
    if reader == "panda3d":
        read = aborting(read)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for data in json.loads(Path(files).read_text(encoding="ascii")):
            try:
                what = read(base64.b64decode(data), Path(folder, "x"))
            except Exception:  # noqa: BLE001
                found.append(None)
            else:
                found.append(hashlib.sha256(repr(what).encode()).hexdigest())
    Path(answers).write_text(json.dumps(found), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
