"""three.js: KTX2 through its loader, and an ES module that loads and binds it. Import settings are code there.

Tried with r187 in Chromium: 16-bit unsigned formats are refused (but RGBA), and an array loads as its layer 0 without a
word, so that both are held as something else. EXR is not used: its loader gives halves unless told otherwise, and turns
the rows over, so that a strip's slices would come from the last to the first.
"""

import re

from bluenoise_assets.engines.engine import Asset, Engine, Holding, without_3_channels, without_16_bits
from bluenoise_assets.engines.shaders import Layout
from bluenoise_assets.spec import TextureSpec, TriangularDistribution, UniformDistribution
from bluenoise_assets.spec.names import identifier

SAMPLERS: dict[Layout, str] = {"strip": "sampler2D", "volume": "sampler3D"}

MODULE = """\
// Texture @NAME@ for three.js (r187, WebGLRenderer): @WHAT@.
// Written by bluenoise-assets: change the manifest, not this file.
//
//     import load@AND_DITHER@ from @FROM@;
//
//     const noise = await load( renderer );
@EXAMPLE@//
// In a ShaderMaterial of your own:
//
//     uniforms: { tex: { value: noise.texture } },
//     fragmentShader: `uniform highp @SAMPLER@ tex;
//         ${ noise.glsl }
//         void main() {
//             vec4 value = @ID@@LOAD_SLICE@( tex, ivec2( gl_FragCoord.xy )@FIRST_SLICE@ );
//             ...
//         }`
//
@NOTES@
import { NearestFilter, NoColorSpace, RepeatWrapping } from 'three';
import { KTX2Loader } from 'three/addons/loaders/KTX2Loader.js';

// Browsers and bundlers (Vite, webpack, Parcel) find both files beside this one.
const TEXTURE = new URL( @TEXTURE@, import.meta.url );
const SHADER = new URL( @SHADER@, import.meta.url );

async function text( url ) {

	const response = await fetch( url );
	if ( ! response.ok ) throw new Error( `${ url }: ${ response.status } ${ response.statusText }` );
	return response.text();

}

// The texture, as data and without filtering, and the GLSL functions that read it@AND_SLICE@.
export default async function load( renderer ) {

	// The loader asks for a renderer, but this file is not compressed: no transcoder is fetched.
	const loader = new KTX2Loader().detectSupport( renderer );
	const [ texture, glsl ] = await Promise.all( [ loader.loadAsync( TEXTURE.href ), text( SHADER ) ] );
	texture.colorSpace = NoColorSpace;
	texture.minFilter = NearestFilter;
	texture.magFilter = NearestFilter;
	texture.generateMipmaps = false;
	texture.wrapS = RepeatWrapping;
	texture.wrapT = RepeatWrapping;
@WRAP_R@	texture.needsUpdate = true;
	return { texture, glsl@SLICE@ };

}
"""

DITHER = """
// Dithers what a built-in material shows, as its last step: on 256 levels for a target of 8 bits.
export function dither( material, noise, levels = 256 ) {

	const before = material.onBeforeCompile;
	const key = `${ material.customProgramCacheKey() } ${ SHADER.href }`;
	material.customProgramCacheKey = () => key;
	material.onBeforeCompile = ( shader, renderer ) => {

		before.call( material, shader, renderer );
		shader.uniforms.@ID@_tex = { value: noise.texture };
		shader.uniforms.@ID@_levels = { value: levels };
@UNIFORM_VALUE@		shader.fragmentShader = shader.fragmentShader
			.replace( '#include <common>', () => `#include <common>
uniform highp @SAMPLER@ @ID@_tex;
uniform int @ID@_levels;
@UNIFORM@${ noise.glsl }` )
			.replace( '#include <dithering_fragment>', `
	gl_FragColor.rgb = @ID@_dither@TRIANGULAR@( gl_FragColor.rgb, @ID@_levels,
		@ID@@LOAD_SLICE@( @ID@_tex, ivec2( gl_FragCoord.xy )@UNIFORM_SLICE@ ) );` );

	};
	material.needsUpdate = true;
	return material;

}
"""

NOTE = "// Positions count from the bottom in WebGL: the tile stands on its head, which noise does not show.\n"
NOTE_ARRAY = (
    "// three.js has no loader for arrays: the @COUNT@ layers are the slices of a volume, read texel by texel.\n"
)
NOTE_FLOAT = (
    "// three.js loads no 16-bit integers of so few channels: the file holds the values they stand for, as floats.\n"
)


def holding(spec: TextureSpec) -> Holding:
    """Bytes as they are, 16-bit integers as the floats they stand for, arrays as volumes."""
    storage = without_16_bits(spec)
    return Holding("ktx2", storage, without_3_channels(spec), "2d" if spec.kind == "2d" else "volume")


def layout(spec: TextureSpec) -> Layout:
    """A volume also for an array."""
    return "strip" if spec.kind == "2d" else "volume"


def snippet(asset: Asset) -> str:
    """An ES module: a function that loads, and one that dithers a material."""
    spec = asset.spec
    volume = layout(spec) == "volume"
    dithers = isinstance(spec.distribution, UniformDistribution | TriangularDistribution)
    channels = "1 channel" if spec.channels == 1 else f"{spec.channels} channels"
    example = "//     dither( material, noise );  // a built-in material; 256 levels, or as a third argument\n"
    if volume:
        example += "//     noise.slice.value = frame;  // another slice each frame, if frames are blended (TAA)\n"
    notes = NOTE
    if spec.kind == "array":
        notes += NOTE_ARRAY.replace("@COUNT@", str(spec.slices))
    if spec.encoding == "unorm" and asset.holding.storage == "float32":
        notes += NOTE_FLOAT
    words = {
        "NAME": ascii(spec.name),
        "WHAT": f"{' x '.join(map(str, spec.size))} texels, {channels}, {spec.distribution.tag()}",
        "AND_DITHER": ", { dither }" if dithers else "",
        "FROM": f"'./{_url(asset.stem)}.js'",
        "EXAMPLE": example if dithers else "",
        "NOTES": notes,
        "TEXTURE": f"'./{_url(asset.file.rpartition('/')[2])}'",
        "SHADER": f"'./{_url(asset.stem)}.glsl'",
        "SAMPLER": SAMPLERS[layout(spec)],
        "ID": identifier(spec.name),
        "LOAD_SLICE": "_load_slice" if volume else "_load",
        "FIRST_SLICE": ", 0" if volume else "",
        "AND_SLICE": "; `slice` is the slice that `dither` shows" if volume and dithers else "",
        "WRAP_R": "\ttexture.wrapR = RepeatWrapping;\n" if volume else "",
        "SLICE": ", slice: { value: 0 }" if volume and dithers else "",
        "UNIFORM_VALUE": f"\t\tshader.uniforms.{identifier(spec.name)}_slice = noise.slice;\n" if volume else "",
        "UNIFORM": f"uniform int {identifier(spec.name)}_slice;\n" if volume else "",
        "UNIFORM_SLICE": f", {identifier(spec.name)}_slice" if volume else "",
        "TRIANGULAR": "_triangular" if isinstance(spec.distribution, TriangularDistribution) else "",
    }
    return re.sub("@([A-Z_]+)@", lambda match: words[match[1]], MODULE + (DITHER if dithers else ""))


def _url(file: str) -> str:
    """A file's name in an address, also with a space or a # in it."""
    from urllib.parse import quote

    return quote(file, safe="")


ENGINE = Engine(
    title="three.js",
    holding=holding,
    layout=layout,
    shaders=("glsl",),
    snippet_suffix=".js",
    snippet=snippet,
)
