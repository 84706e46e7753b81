"""Unreal Engine 5.1 and later: PNG and EXR strips; the settings come from an editor script, see integrations/unreal.

Materials read every texture as one 2D texture: slices are stacked in it from top to bottom, as in the engine's own blue
noise. Of a volume the script makes a volume texture, too, for materials that sample it themselves.
"""

from bluenoise_assets.engines.engine import Asset, Engine, Holding
from bluenoise_assets.engines.shaders import Layout
from bluenoise_assets.spec import GaussianDistribution, TableDistribution, TextureSpec
from bluenoise_assets.spec.names import identifier


def _holding(spec: TextureSpec) -> Holding:
    """PNG where Unreal keeps what is in it, else EXR.

    Of 16-bit integers it keeps one channel only. In a PNG with alpha it rewrites the colour where alpha is 0.
    """
    if spec.encoding == "float":
        return Holding("exr", spec.storage, spec.channels, "2d")
    if spec.channels == 4 or (spec.bits == 16 and spec.channels > 1):
        return Holding("exr", "float32", spec.channels, "2d")
    return Holding("png", spec.storage, spec.channels, "2d")


def _layout(_spec: TextureSpec) -> Layout:
    return "strip"


def _snippet(asset: Asset) -> str:
    spec = asset.spec
    name = identifier(spec.name)
    picture = asset.file.rpartition("/")[2]
    header = f"/Project/{asset.file.rpartition('/')[0]}/{asset.stem}.ush"
    load = f"{name}_load(Noise, Pixel)"
    if spec.slices > 1:
        load = f"{name}_load_slice(Noise, Pixel, int(View.FrameNumber))"
    code = f"return {name}_dither(Color, 256, {load});"
    inputs = "`Noise` (a Texture Object node) and `Color`"
    if isinstance(spec.distribution, GaussianDistribution | TableDistribution):
        code, inputs = f"return {load}.rgb;", "`Noise` (a Texture Object node)"
    lines = [
        f"# {spec.name} in Unreal",
        "",
        f"1. `import_bluenoise.py` imports `{picture}` with the settings that noise needs. It lies in the folder that",
        "   `bluenoise-assets integration unreal` prints.",
        f"2. Copy `{asset.stem}.ush` to `Shaders{header.removeprefix('/Project')}` below the project's folder: Unreal",
        "   knows `Shaders` as `/Project`.",
        "3. In a material, or a post-process material after tone mapping, add a Custom node with the inputs",
        f"   {inputs}, the output type CMOT Float 3, this path in Include File Paths:",
        "",
        "   ```",
        f"   {header}",
        "   ```",
        "",
        "   and this code:",
        "",
        "   ```hlsl",
        "   int2 Pixel = int2(Parameters.SvPosition.xy);",
        f"   {code}",
        "   ```",
        "",
    ]
    if spec.slices > 1:
        rows = f"The texture's {spec.slices} slices are stacked from top to bottom, {spec.size[1]} rows each."
        volume = f" `{asset.stem}_Volume` is the same as a volume texture." if spec.kind == "volume" else ""
        lines += [rows + volume, ""]
    return "\n".join(lines)


ENGINE = Engine(
    title="Unreal Engine",
    holding=_holding,
    layout=_layout,
    shaders=("ush",),
    snippet_suffix=".md",
    snippet=_snippet,
)
