"""Unity 2022 and 6: PNG and EXR strips, which its importer cuts into slices, with `.meta` files.

Unity stores a texture's rows from bottom to top, so a shader sees each slice upside down: noise of the same quality.
The slices keep their order: the cell at the top of the strip is slice 0.
"""

from bluenoise_assets.engines.engine import Asset, Engine, Holding, Sidecar
from bluenoise_assets.engines.shaders import own_layout
from bluenoise_assets.engines.unity_meta import differences, patch
from bluenoise_assets.spec import GaussianDistribution, TableDistribution, TextureSpec
from bluenoise_assets.spec.names import identifier


def _holding(spec: TextureSpec) -> Holding:
    """PNG keeps 16 bits in Unity, in several channels too; floats are in EXR."""
    return Holding("png" if spec.encoding == "unorm" else "exr", spec.storage, spec.channels, "2d")


_TYPES = {"strip": "Texture2D", "array": "Texture2DArray", "volume": "Texture3D"}


def _snippet(asset: Asset) -> str:
    spec = asset.spec
    name, layout = identifier(spec.name), own_layout(spec)
    kind, variable = _TYPES[layout], f"_{name}_texture"
    picture = asset.file.rpartition("/")[2]
    use = "    color.rgb = {0}_dither(color.rgb, 256, {0}_load{1}({2}, pixel{3}));"
    slice_of = ("", "") if layout == "strip" else ("_slice", ", frame")
    if isinstance(spec.distribution, GaussianDistribution | TableDistribution):
        use = "    color.rgb += ({0}_load{1}({2}, pixel{3}).r - 0.5) * 0.1;"
    lines = [
        f"# {spec.name} in Unity",
        "",
        f"`{picture}` is imported as a `{kind}` by the settings in `{picture}.meta`: keep the two together.",
        f"This script, `{_class_name(name)}.cs`, binds it for all shaders, in any render pipeline:",
        "",
        "```csharp",
        "using UnityEngine;",
        "",
        "[ExecuteAlways]",
        f"public sealed class {_class_name(name)} : MonoBehaviour",
        "{",
        f"    [SerializeField] {kind} noise;  // drag {picture} here",
        "",
        f'    void OnEnable() => Shader.SetGlobalTexture("{variable}", noise);',
        "}",
        "```",
        "",
        "In a fragment shader, as its last step, in the space that is stored (after tone mapping and gamma):",
        "",
        "```hlsl",
        f'#include "{asset.stem}.hlsl"  // or its path from the project, "Assets/.../{asset.stem}.hlsl"',
        "",
        f"{kind}<float4> {variable};",
        "",
        "float4 frag(float4 position : SV_Position) : SV_Target",
        "{",
        "    float4 color = 0.5;  // your colour",
        "    int2 pixel = int2(position.xy);",
    ]
    if layout != "strip":
        clock = f"Unity's clock; any number will do: the {spec.slices} slices repeat"
        lines.append(f"    int frame = int(_Time.y * 60.0);  // {clock}")
    lines += [use.format(name, slice_of[0], variable, slice_of[1]), "    return color;", "}", "```", ""]
    return "\n".join(lines)


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_")) + "Binding"


ENGINE = Engine(
    title="Unity",
    holding=_holding,
    layout=own_layout,
    shaders=("hlsl",),
    snippet_suffix=".md",
    snippet=_snippet,
    sidecar=Sidecar(suffix=".meta", patch=patch, differences=differences),
)
