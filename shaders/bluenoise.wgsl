// Dithering and more with a tileable blue-noise texture. WGSL; join it with your own module's text.
//
//     @group(0) @binding(0) var noise: texture_2d<f32>;  // linear data (not sRGB), one mip level
// ---- with no frames ----
//     let value = bluenoise_load(noise, vec2<i32>(position.xy));  // @builtin(position)
// ---- with frames ----
//     // Any integer is a frame: count up with each picture that is blended with those before it (TAA).
//     let value = bluenoise_load_frame(noise, vec2<i32>(position.xy), frame);
// ---- with a uniform or triangular law ----
//     // The last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     let dithered = bluenoise_dither(color.rgb, 256, value);
// ---- with vectors ----
//     // bluenoise_sample(value) is the sample: a point, or a direction.
// ---- end ----
//
// A texel is loaded by its integer position: there is no sampler that could filter it. No result depends on whether a
// compiler fuses a product and a sum. Generated textures and emitted shader files are yours (CC0).

const BLUENOISE_WIDTH: i32 = 64;
const BLUENOISE_HEIGHT: i32 = 64;
const BLUENOISE_SLICES: i32 = 1;  // layers of an array, depth of a volume
const BLUENOISE_CHANNELS: i32 = 4;
const BLUENOISE_BITS: u32 = 8;  // 8 or 16: unsigned normalised integers; 0: floats, the values as they are
const BLUENOISE_DISTRIBUTION: i32 = 0;  // 0 uniform, 1 triangular, 2 another law

// % takes the sign of its first operand: a negative position counts from the tile's far end.
fn bluenoise_wrap_axis(position: i32, side: i32) -> i32 {
    let rest = i32(u32(select(position, ~position, position < 0)) % u32(side));
    return select(rest, side - 1 - rest, position < 0);
}

// The texel of the tile that covers any pixel, also one with negative coordinates.
fn bluenoise_wrap(pixel: vec2<i32>) -> vec2<i32> {
    return vec2<i32>(
        bluenoise_wrap_axis(pixel.x, BLUENOISE_WIDTH), bluenoise_wrap_axis(pixel.y, BLUENOISE_HEIGHT));
}

fn bluenoise_fetch(tex: texture_2d<f32>, place: vec2<i32>, slice: i32) -> vec4<f32> {
    return textureLoad(tex, vec2<i32>(place.x, place.y + BLUENOISE_HEIGHT * slice), 0);
}

// ---- with scalars ----
// The texture's values in its own distribution, in (0, 1); only its own channels hold noise. Slices wrap around.
// ---- with vectors ----
// A texel's components, for bluenoise_sample: in (0, 1), floats of directions in [-1, 1]. Slices wrap around.
// ---- end ----
// A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
fn bluenoise_load_slice(tex: texture_2d<f32>, pixel: vec2<i32>, slice: i32) -> vec4<f32> {
    let value = bluenoise_fetch(tex, bluenoise_wrap(pixel), bluenoise_wrap_axis(slice, BLUENOISE_SLICES));
    if (BLUENOISE_BITS == 0) {
        return value;
    }
    let top = f32((1 << BLUENOISE_BITS) - 1);
    return (floor(value * top + 0.5) + 0.5) / (top + 1.0);
}

fn bluenoise_load(tex: texture_2d<f32>, pixel: vec2<i32>) -> vec4<f32> {
    return bluenoise_load_slice(tex, pixel, 0);
}

// ---- with frames ----
// The same of a frame of the loop, which repeats.
fn bluenoise_load_frame(tex: texture_2d<f32>, pixel: vec2<i32>, frame: i32) -> vec4<f32> {
    return bluenoise_load_slice(tex, pixel, frame);
}

// ---- with a uniform or triangular law ----
fn bluenoise_to_uniform_1(value: f32) -> f32 {
    if (BLUENOISE_DISTRIBUTION == 1) {
        let tail = min(value, 1.0 - value);
        let square = 2.0 * tail * tail;
        // In steps of 2^-24 the difference is exact, and below 1.
        return select(1.0 - ceil(square * 16777216.0) / 16777216.0, square, value < 0.5);
    }
    return value;
}

// A uniform value as a triangular one in (-1, 1).
fn bluenoise_triangle(u: f32) -> f32 {
    let centred = 2.0 * u - 1.0;
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
}

fn bluenoise_to_triangular_1(value: f32) -> f32 {
    if (BLUENOISE_DISTRIBUTION == 1) {
        return 2.0 * value - 1.0;
    }
    return bluenoise_triangle(value);
}

fn bluenoise_animate_1(value: f32, frame: i32) -> f32 {
    let u = u32(bluenoise_to_uniform_1(value) * 16777216.0);
    let moved = (u + ((u32(frame) * 2654435769u) >> 8u)) & 16777215u;
    let result = f32(max(moved, 1u)) / 16777216.0;
    if (BLUENOISE_DISTRIBUTION == 1) {
        return 0.5 + 0.5 * bluenoise_triangle(result);
    }
    return result;
}

// Uniform values in (0, 1), from the texture's own.
fn bluenoise_to_uniform(value: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        bluenoise_to_uniform_1(value.x), bluenoise_to_uniform_1(value.y),
        bluenoise_to_uniform_1(value.z), bluenoise_to_uniform_1(value.w));
}

// Triangular values in (-1, 1), from the texture's own.
fn bluenoise_to_triangular(value: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        bluenoise_to_triangular_1(value.x), bluenoise_to_triangular_1(value.y),
        bluenoise_to_triangular_1(value.z), bluenoise_to_triangular_1(value.w));
}

// The values of another frame, in the same distribution: uniform values move on by the golden ratio, 2654435769 / 2^32,
// and wrap around. Any integer is a frame; 0 leaves the values as they are.
fn bluenoise_animate(value: vec4<f32>, frame: i32) -> vec4<f32> {
    return vec4<f32>(
        bluenoise_animate_1(value.x, frame), bluenoise_animate_1(value.y, frame),
        bluenoise_animate_1(value.z, frame), bluenoise_animate_1(value.w, frame));
}

// The values for red, green and blue; with fewer than three channels the first serves all.
fn bluenoise_rgb(value: vec4<f32>) -> vec3<f32> {
    if (BLUENOISE_CHANNELS >= 3) {
        return value.xyz;
    }
    return value.xxx;
}

// A colour in units of 1/65536 of a level. With integers the noise meets the fraction alone: a colour that lies on a
// level stays there.
fn bluenoise_fixed(color: f32, top: f32) -> u32 {
    return u32(round(clamp(color, 0.0, 1.0) * top * 65536.0));
}

fn bluenoise_dither_1(color: f32, levels: i32, value: f32) -> f32 {
    let top = f32(levels - 1);
    let noise = u32(bluenoise_to_uniform_1(value) * 65536.0);
    return f32((bluenoise_fixed(color, top) + noise) >> 16u) / top;
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
    let u = u32(bluenoise_to_uniform_1(value) * 16777216.0);
    return f32(select(select(nearest + 1u, nearest, u < upper), nearest - 1u, u < lower)) / f32(levels - 1);
}

// The colour, in [0, 1], on 2 to 65536 equal levels (256 for 8 bits), dithered with uniform noise.
fn bluenoise_dither(color: vec3<f32>, levels: i32, value: vec4<f32>) -> vec3<f32> {
    let noise = bluenoise_rgb(value);
    return vec3<f32>(
        bluenoise_dither_1(color.x, levels, noise.x), bluenoise_dither_1(color.y, levels, noise.y),
        bluenoise_dither_1(color.z, levels, noise.z));
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour, but for the half level
// beside black and beside white: there it narrows, so that the mean is the colour's and black and white stay.
fn bluenoise_dither_triangular(color: vec3<f32>, levels: i32, value: vec4<f32>) -> vec3<f32> {
    let noise = bluenoise_rgb(value);
    return vec3<f32>(
        bluenoise_dither_triangular_1(color.x, levels, noise.x),
        bluenoise_dither_triangular_1(color.y, levels, noise.y),
        bluenoise_dither_triangular_1(color.z, levels, noise.z));
}

// Alpha dithering: whether to keep a fragment; with alpha 0 never, with alpha 1 always.
fn bluenoise_alpha(alpha: f32, value: vec4<f32>) -> bool {
    return alpha > bluenoise_to_uniform_1(value.x);
}

// The cross-fade of two levels of detail, whether to keep a fragment: one has a fade in (0, 1], the other -fade.
// Each pixel belongs to exactly one of the two.
fn bluenoise_lod(fade: f32, value: vec4<f32>) -> bool {
    let u = bluenoise_to_uniform_1(value.x);
    if (fade >= 0.0) {
        return u < fade;
    }
    return u >= -fade;
}

// A random direction in the plane, of length 1.
fn bluenoise_circle(value: vec4<f32>) -> vec2<f32> {
    let angle = 6.28318531 * bluenoise_to_uniform_1(value.x);
    return vec2<f32>(cos(angle), sin(angle));
}

// ---- with such a law and two channels or more ----
// A random point of the unit disk.
fn bluenoise_disk(value: vec4<f32>) -> vec2<f32> {
    return sqrt(bluenoise_to_uniform_1(value.x)) * bluenoise_circle(value.yyyy);
}

// A random direction in space, of length 1.
fn bluenoise_sphere(value: vec4<f32>) -> vec3<f32> {
    let u = bluenoise_to_uniform_1(value.x);
    return vec3<f32>(2.0 * sqrt(u * (1.0 - u)) * bluenoise_circle(value.yyyy), 1.0 - 2.0 * u);
}

// A random direction around +z, of length 1, the more likely the nearer to z (by the cosine).
fn bluenoise_cosine_hemisphere(value: vec4<f32>) -> vec3<f32> {
    return vec3<f32>(bluenoise_disk(value), sqrt(1.0 - bluenoise_to_uniform_1(value.x)));
}
// ---- with vectors ----

const BLUENOISE_SPACE: i32 = 0;  // of samples: 0 points; directions, 1 stored as 0 to 1, 2 as they are

// The sample: a point, its components in (0, 1), or a direction of length 1; those of hemispheres are around +z.
fn bluenoise_sample(value: vec4<f32>) -> vec4<f32> {
    if (BLUENOISE_SPACE == 0) {
        return value.xyzw;
    }
    return normalize(select(value.xyzw, 2.0 * value.xyzw - 1.0, BLUENOISE_SPACE == 1));
}

// ---- with hemispheres ----
// A direction around +z as one around a normal, both of length 1 (Duff et al. 2017).
fn bluenoise_around(direction: vec3<f32>, normal: vec3<f32>) -> vec3<f32> {
    let side = select(-1.0, 1.0, normal.z >= 0.0);
    let a = -1.0 / (side + normal.z);
    let b = normal.x * normal.y * a;
    let tangent = vec3<f32>(1.0 + side * normal.x * normal.x * a, side * b, -side * normal.x);
    let bitangent = vec3<f32>(b, side + normal.y * normal.y * a, -normal.y);
    return direction.x * tangent + direction.y * bitangent + direction.z * normal;
}
// ---- end ----
