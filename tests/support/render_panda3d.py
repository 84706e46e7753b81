"""What Panda3D shows of each DDS file in a folder: its texels as drawn, in a `.rgba` file beside each. A process of its
own, since an engine takes over the context of OpenGL.

`card`: a card with the texture as the fixed pipeline draws it, one texel a pixel. Else a shader fetches every texel,
the slices of arrays and volumes from top to bottom. Rows come from top to bottom, four floats a pixel.
"""

import sys
from pathlib import Path

from panda3d import core

core.load_prc_file_data(
    "",
    "load-display p3headlessgl\nwindow-type offscreen\naudio-library-name null\n"
    "textures-power-2 none\nnotify-level-egldisplay error\n",  # sizes as they are
)

VERTEX = """#version 140
in vec4 p3d_Vertex;
void main() { gl_Position = vec4(p3d_Vertex.xz, 0.0, 1.0); }
"""
FRAGMENT = """#version 140
uniform {sampler} image;
uniform ivec2 size;
out vec4 color;
void main() {{
    ivec2 place = ivec2(gl_FragCoord.xy);
    color = texelFetch(image, {place}, 0);
}}
"""
SLICED = "ivec3(place.x, place.y % size.y, place.y / size.y)"
SAMPLERS = {
    core.Texture.TT_2d_texture: ("sampler2D", "place"),
    core.Texture.TT_2d_texture_array: ("sampler2DArray", SLICED),
    core.Texture.TT_3d_texture: ("sampler3D", SLICED),
}


def show(host: core.GraphicsOutput, texture: core.Texture, card: bool) -> bytes:
    width, height, slices = texture.get_x_size(), texture.get_y_size(), texture.get_z_size()
    engine = core.GraphicsEngine.get_global_ptr()
    properties = core.FrameBufferProperties()
    properties.set_rgba_bits(32, 32, 32, 32)
    properties.set_float_color(True)
    output = engine.make_output(
        host.get_pipe(),
        "output",
        0,
        properties,
        core.WindowProperties.size(width, height * slices),
        core.GraphicsPipe.BF_refuse_window,
        host.get_gsg(),
        host,
    )
    shown = core.Texture()
    output.add_render_texture(shown, core.GraphicsOutput.RTM_copy_ram, core.GraphicsOutput.RTP_color)
    root = core.NodePath("root")
    lens = core.OrthographicLens()
    lens.set_film_size(2, 2)
    lens.set_near_far(-1, 1)
    output.make_display_region().set_camera(root.attach_new_node(core.Camera("camera", lens)))
    maker = core.CardMaker("card")
    maker.set_frame_fullscreen_quad()
    quad = root.attach_new_node(maker.generate())
    texture.set_minfilter(core.SamplerState.FT_nearest)
    texture.set_magfilter(core.SamplerState.FT_nearest)
    if card:
        quad.set_texture(texture)
    else:
        sampler, place = SAMPLERS[texture.get_texture_type()]
        fragment = FRAGMENT.format(sampler=sampler, place=place)
        quad.set_shader(core.Shader.make(core.Shader.SL_GLSL, VERTEX, fragment))
        quad.set_shader_input("image", texture)
        quad.set_shader_input("size", core.LVecBase2i(width, height))
    engine.render_frame()  # of a process, the first one is empty
    engine.render_frame()
    data = bytes(shown.get_ram_image_as("RGBA"))
    engine.remove_window(output)
    row = width * 4 * 4
    return b"".join(data[start : start + row] for start in range(len(data) - row, -1, -row))  # Panda3D's go upwards


def main(folder: Path) -> None:
    pipe = core.GraphicsPipeSelection.get_global_ptr().make_default_pipe()
    engine = core.GraphicsEngine.get_global_ptr()
    host = pipe and engine.make_output(
        pipe,
        "host",
        0,
        core.FrameBufferProperties.get_default(),
        core.WindowProperties.size(1, 1),
        core.GraphicsPipe.BF_refuse_window,
    )
    if host is None:
        sys.exit("Panda3D has no OpenGL without a display here")
    for file in sorted(folder.glob("*.dds")):
        texture = core.Texture()
        if not texture.read(core.Filename.from_os_specific(str(file))):
            sys.exit(f"Panda3D does not read {file.name}")
        file.with_suffix(".rgba").write_bytes(show(host, texture, file.name.startswith("card")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
