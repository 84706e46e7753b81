// What to do with blue noise: dithering, animation, levels of detail, directions. WGSL.
// One file for all textures: each has a file of its own, which loads its values. Join the two with your own module's
// text, or import what you need from both, where your renderer knows imports.
//
// `value` are always uniform values in (0, 1), as `fog_load` gives them for a texture called fog, or, where these have
// a triangular law, `fog_uniform(fog_load(...))`. No result depends on whether a compiler fuses a product and a sum.
// Written by bluenoise-assets: a change here is lost. Generated textures and emitted shader files are yours (CC0).

// The values of another frame: they move on by the golden ratio, 2654435769 / 2^32, and wrap around. Any integer is a
// frame; 0 leaves the values as they are.
fn bluenoise_animate(value: vec4<f32>, frame: i32) -> vec4<f32> {
    let moved = vec4<u32>(value * 16777216.0) + ((u32(frame) * 2654435769u) >> 8u);
    return vec4<f32>(max(moved & vec4<u32>(16777215u), vec4<u32>(1u))) / 16777216.0;
}

// Triangular values in (-1, 1).
fn bluenoise_to_triangular(value: vec4<f32>) -> vec4<f32> {
    let centred = 2.0 * value - 1.0;
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
}

// Uniform values, from a triangular law's in (0, 1).
fn bluenoise_to_uniform(value: vec4<f32>) -> vec4<f32> {
    let tail = min(value, 1.0 - value);
    let square = 2.0 * tail * tail;
    // In steps of 2^-24 the difference is exact, and below 1.
    return select(1.0 - ceil(square * 16777216.0) / 16777216.0, square, value < vec4<f32>(0.5));
}

// A colour in units of 1/65536 of a level. With integers the noise meets the fraction alone: a colour that lies on a
// level stays there.
fn bluenoise_fixed(color: f32, top: f32) -> u32 {
    return u32(round(clamp(color, 0.0, 1.0) * top * 65536.0));
}

fn bluenoise_dither_1(color: f32, levels: i32, value: f32) -> f32 {
    let top = f32(levels - 1);
    return f32((bluenoise_fixed(color, top) + u32(value * 65536.0)) >> 16u) / top;
}

// The noise is U(-1/2, 1/2) + U(-a, a) levels, a = min(1/2, colour, top - colour): triangular but for the half level
// beside either end. It takes no root to round the colour with it: the colour lies d above its nearest level, a uniform
// value u below (a - d)^2 / 4a gives the level under that, and one from 1 - (a + d)^2 / 4a on the level over it. Beside
// an end d is a or -a, which leaves one tail, of a: uniform noise. u has steps of 2^-24; 2^32 wraps around to 0.
fn bluenoise_dither_triangular_1(color: f32, levels: i32, value: f32) -> f32 {
    let fixed_color = bluenoise_fixed(color, f32(levels - 1));
    if (min(fixed_color, (u32(levels - 1) << 16u) - fixed_color) < 32768u) {
        return bluenoise_dither_1(color, levels, value);
    }
    let nearest = (fixed_color + 32768u) >> 16u;
    let above = (fixed_color + 32768u) & 65535u;
    let below = 65536u - above;
    let lower = ((below * below - 1u) >> 9u) + 1u;
    let upper = 16777216u - ((above * above) >> 9u);
    let u = u32(value * 16777216.0);
    return f32(select(select(nearest + 1u, nearest, u < upper), nearest - 1u, u < lower)) / f32(levels - 1);
}

// The colour, in [0, 1], on 2 to 65536 equal levels (256 for 8 bits), dithered with uniform noise. It is the last step
// before the target, in the space that is stored (after tone mapping and gamma).
fn bluenoise_dither(color: vec3<f32>, levels: i32, value: vec4<f32>) -> vec3<f32> {
    return vec3<f32>(
        bluenoise_dither_1(color.x, levels, value.x), bluenoise_dither_1(color.y, levels, value.y),
        bluenoise_dither_1(color.z, levels, value.z));
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour, but for the half level
// beside black and beside white: there it narrows, so that the mean is the colour's and black and white stay.
fn bluenoise_dither_triangular(color: vec3<f32>, levels: i32, value: vec4<f32>) -> vec3<f32> {
    return vec3<f32>(
        bluenoise_dither_triangular_1(color.x, levels, value.x),
        bluenoise_dither_triangular_1(color.y, levels, value.y),
        bluenoise_dither_triangular_1(color.z, levels, value.z));
}

// Alpha dithering: whether to keep a fragment; with alpha 0 never, with alpha 1 always.
fn bluenoise_alpha(alpha: f32, value: vec4<f32>) -> bool {
    return alpha > value.x;
}

// The cross-fade of two levels of detail, whether to keep a fragment: one has a fade in (0, 1], the other -fade.
// Each pixel belongs to exactly one of the two.
fn bluenoise_lod(fade: f32, value: vec4<f32>) -> bool {
    if (fade >= 0.0) {
        return value.x < fade;
    }
    return value.x >= -fade;
}

// A random direction in the plane, of length 1.
fn bluenoise_circle(value: vec4<f32>) -> vec2<f32> {
    let angle = 6.28318531 * value.x;
    return vec2<f32>(cos(angle), sin(angle));
}

// A random point of the unit disk. This, and what follows, is for two channels or more.
fn bluenoise_disk(value: vec4<f32>) -> vec2<f32> {
    return sqrt(value.x) * bluenoise_circle(value.yyyy);
}

// A random direction in space, of length 1.
fn bluenoise_sphere(value: vec4<f32>) -> vec3<f32> {
    return vec3<f32>(2.0 * sqrt(value.x * (1.0 - value.x)) * bluenoise_circle(value.yyyy), 1.0 - 2.0 * value.x);
}

// A random direction around +z, of length 1, the more likely the nearer to z (by the cosine).
fn bluenoise_cosine_hemisphere(value: vec4<f32>) -> vec3<f32> {
    return vec3<f32>(bluenoise_disk(value), sqrt(1.0 - value.x));
}

// A direction around +z as one around a normal, both of length 1 (Duff et al. 2017).
fn bluenoise_around(direction: vec3<f32>, normal: vec3<f32>) -> vec3<f32> {
    let side = select(-1.0, 1.0, normal.z >= 0.0);
    let a = -1.0 / (side + normal.z);
    let b = normal.x * normal.y * a;
    let tangent = vec3<f32>(1.0 + side * normal.x * normal.x * a, side * b, -side * normal.x);
    let bitangent = vec3<f32>(b, side + normal.y * normal.y * a, -normal.y);
    return direction.x * tangent + direction.y * bitangent + direction.z * normal;
}
