// A full-screen gradient from black to white in four greys, dithered: draw one triangle of three vertices. `dither` is
// a texture of a manifest of yours: join this text with its file's, which the builder writes, and with that of
// bluenoise_common.wgsl beside it.

struct Settings {
    width: f32,  // of the target, in pixels
    frame: i32,  // 0 for a picture that stands still
}

@group(0) @binding(0) var noise: texture_2d<f32>;
@group(0) @binding(1) var<uniform> settings: Settings;

@vertex
fn vertex_main(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let corner = vec2<i32>(i32(index & 1u), i32(index >> 1u)) * 4 - 1;
    return vec4<f32>(vec2<f32>(corner), 0.0, 1.0);
}

@fragment
fn fragment_main(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let pixel = vec2<i32>(position.xy);
    let value = bluenoise_animate(dither_load(noise, pixel), settings.frame);
    let color = vec3<f32>(position.x / settings.width);
    return vec4<f32>(bluenoise_dither(color, 4, value), 1.0);  // 256 levels for an 8-bit target
}
