// Dithering and more with a tileable blue-noise texture. GLSL 3.30 or later, or GLSL ES 3.00 or later.
//
//     uniform highp sampler2D noise;  // linear data (not sRGB), nearest filter, no mipmaps
// ---- with no frames ----
//     vec4 value = bluenoise_load(noise, ivec2(gl_FragCoord.xy));
// ---- with frames ----
//     // Any integer is a frame: count up with each picture that is blended with those before it (TAA).
//     vec4 value = bluenoise_load_frame(noise, ivec2(gl_FragCoord.xy), frame);
// ---- with a uniform or triangular law ----
//     // The last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     color.rgb = bluenoise_dither(color.rgb, 256, value);
// ---- with vectors ----
//     // bluenoise_sample(value) is the sample: a point, or a direction.
// ---- end ----
//
// A texel is fetched by its integer position, so no sampler setting can filter it. No result depends on whether a
// compiler fuses a product and a sum. Generated textures and emitted shader files are yours (CC0).

#ifndef BLUENOISE_INCLUDED
#define BLUENOISE_INCLUDED

#define BLUENOISE_WIDTH 64
#define BLUENOISE_HEIGHT 64
#define BLUENOISE_SLICES 1  // layers of an array, depth of a volume
#define BLUENOISE_CHANNELS 4
#define BLUENOISE_BITS 8  // 8 or 16: unsigned normalised integers; 0: floats, the values as they are
#define BLUENOISE_DISTRIBUTION 0  // 0 uniform, 1 triangular, 2 another law

// % is undefined for negative operands: a negative position counts from the tile's far end.
highp int bluenoise_wrap_axis(highp int position, highp int side)
{
    highp int rest = int(uint(position < 0 ? ~position : position) % uint(side));
    return position < 0 ? side - 1 - rest : rest;
}

// The texel of the tile that covers any pixel, also one with negative coordinates.
highp ivec2 bluenoise_wrap(highp ivec2 pixel)
{
    return ivec2(
        bluenoise_wrap_axis(pixel.x, BLUENOISE_WIDTH), bluenoise_wrap_axis(pixel.y, BLUENOISE_HEIGHT));
}

highp vec4 bluenoise_fetch(highp sampler2D tex, highp ivec2 place, highp int slice)
{
    return texelFetch(tex, ivec2(place.x, place.y + BLUENOISE_HEIGHT * slice), 0);
}

// ---- with scalars ----
// The texture's values in its own distribution, in (0, 1); only its own channels hold noise. Slices wrap around.
// ---- with vectors ----
// A texel's components, for bluenoise_sample: in (0, 1), floats of directions in [-1, 1]. Slices wrap around.
// ---- end ----
// A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
highp vec4 bluenoise_load_slice(highp sampler2D tex, highp ivec2 pixel, highp int slice)
{
    highp vec4 value = bluenoise_fetch(tex, bluenoise_wrap(pixel), bluenoise_wrap_axis(slice, BLUENOISE_SLICES));
    if (BLUENOISE_BITS == 0) {
        return value;
    }
    highp float top = float((1 << BLUENOISE_BITS) - 1);
    return (floor(value * top + 0.5) + 0.5) / (top + 1.0);
}

highp vec4 bluenoise_load(highp sampler2D tex, highp ivec2 pixel)
{
    return bluenoise_load_slice(tex, pixel, 0);
}

// ---- with frames ----
// The same of a frame of the loop, which repeats.
highp vec4 bluenoise_load_frame(highp sampler2D tex, highp ivec2 pixel, highp int frame)
{
    return bluenoise_load_slice(tex, pixel, frame);
}

// ---- with a uniform or triangular law ----
highp float bluenoise_to_uniform_1(highp float value)
{
    if (BLUENOISE_DISTRIBUTION == 1) {
        highp float tail = min(value, 1.0 - value);
        highp float square = 2.0 * tail * tail;
        // In steps of 2^-24 the difference is exact, and below 1.
        return value < 0.5 ? square : 1.0 - ceil(square * 16777216.0) / 16777216.0;
    }
    return value;
}

// A uniform value as a triangular one in (-1, 1).
highp float bluenoise_triangle(highp float u)
{
    highp float centred = 2.0 * u - 1.0;
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
}

highp float bluenoise_to_triangular_1(highp float value)
{
    if (BLUENOISE_DISTRIBUTION == 1) {
        return 2.0 * value - 1.0;
    }
    return bluenoise_triangle(value);
}

highp float bluenoise_animate_1(highp float value, highp int frame)
{
    highp uint u = uint(bluenoise_to_uniform_1(value) * 16777216.0);
    u = (u + (uint(frame) * 2654435769u >> 8)) & 16777215u;
    highp float moved = float(max(u, 1u)) / 16777216.0;
    if (BLUENOISE_DISTRIBUTION == 1) {
        return 0.5 + 0.5 * bluenoise_triangle(moved);
    }
    return moved;
}

// Uniform values in (0, 1), from the texture's own.
highp vec4 bluenoise_to_uniform(highp vec4 value)
{
    return vec4(
        bluenoise_to_uniform_1(value.x), bluenoise_to_uniform_1(value.y),
        bluenoise_to_uniform_1(value.z), bluenoise_to_uniform_1(value.w));
}

// Triangular values in (-1, 1), from the texture's own.
highp vec4 bluenoise_to_triangular(highp vec4 value)
{
    return vec4(
        bluenoise_to_triangular_1(value.x), bluenoise_to_triangular_1(value.y),
        bluenoise_to_triangular_1(value.z), bluenoise_to_triangular_1(value.w));
}

// The values of another frame, in the same distribution: uniform values move on by the golden ratio, 2654435769 / 2^32,
// and wrap around. Any integer is a frame; 0 leaves the values as they are.
highp vec4 bluenoise_animate(highp vec4 value, highp int frame)
{
    return vec4(
        bluenoise_animate_1(value.x, frame), bluenoise_animate_1(value.y, frame),
        bluenoise_animate_1(value.z, frame), bluenoise_animate_1(value.w, frame));
}

// The values for red, green and blue; with fewer than three channels the first serves all.
highp vec3 bluenoise_rgb(highp vec4 value)
{
    if (BLUENOISE_CHANNELS >= 3) {
        return value.xyz;
    }
    return value.xxx;
}

// A colour in units of 1/65536 of a level. With integers the noise meets the fraction alone: a colour that lies on a
// level stays there.
highp uint bluenoise_fixed(highp float color, highp float top)
{
    return uint(roundEven(clamp(color, 0.0, 1.0) * top * 65536.0));
}

highp float bluenoise_dither_1(highp float color, highp int levels, highp float value)
{
    highp float top = float(levels - 1);
    highp uint noise = uint(bluenoise_to_uniform_1(value) * 65536.0);
    return float((bluenoise_fixed(color, top) + noise) >> 16) / top;
}

// The noise is U(-1/2, 1/2) + U(-a, a) levels, a = min(1/2, colour, top - colour): triangular but for the half level
// beside either end. It takes no root to round the colour with it: the colour lies d above its nearest level, a uniform
// value u below (a - d)^2 / 4a gives the level under that, and one from 1 - (a + d)^2 / 4a on the level over it. Beside
// an end d is a or -a, which leaves one tail, of a: uniform noise. u has steps of 2^-24; 2^32 wraps around to 0.
highp float bluenoise_dither_triangular_1(highp float color, highp int levels, highp float value)
{
    highp uint fixed_color = bluenoise_fixed(color, float(levels - 1));
    if (min(fixed_color, (uint(levels - 1) << 16) - fixed_color) < 32768u) {
        return bluenoise_dither_1(color, levels, value);
    }
    highp uint nearest = (fixed_color + 32768u) >> 16;
    highp uint above = (fixed_color + 32768u) & 65535u;
    highp uint below = 65536u - above;
    highp uint lower = ((below * below - 1u) >> 9) + 1u;
    highp uint upper = 16777216u - (above * above >> 9);
    highp uint u = uint(bluenoise_to_uniform_1(value) * 16777216.0);
    return float(u < lower ? nearest - 1u : u < upper ? nearest : nearest + 1u) / float(levels - 1);
}

// The colour, in [0, 1], on 2 to 65536 equal levels (256 for 8 bits), dithered with uniform noise.
highp vec3 bluenoise_dither(highp vec3 color, highp int levels, highp vec4 value)
{
    highp vec3 noise = bluenoise_rgb(value);
    return vec3(
        bluenoise_dither_1(color.x, levels, noise.x), bluenoise_dither_1(color.y, levels, noise.y),
        bluenoise_dither_1(color.z, levels, noise.z));
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour, but for the half level
// beside black and beside white: there it narrows, so that the mean is the colour's and black and white stay.
highp vec3 bluenoise_dither_triangular(highp vec3 color, highp int levels, highp vec4 value)
{
    highp vec3 noise = bluenoise_rgb(value);
    return vec3(
        bluenoise_dither_triangular_1(color.x, levels, noise.x),
        bluenoise_dither_triangular_1(color.y, levels, noise.y),
        bluenoise_dither_triangular_1(color.z, levels, noise.z));
}

// Alpha dithering: whether to keep a fragment; with alpha 0 never, with alpha 1 always.
bool bluenoise_alpha(highp float alpha, highp vec4 value)
{
    return alpha > bluenoise_to_uniform_1(value.x);
}

// The cross-fade of two levels of detail, whether to keep a fragment: one has a fade in (0, 1], the other -fade.
// Each pixel belongs to exactly one of the two.
bool bluenoise_lod(highp float fade, highp vec4 value)
{
    highp float u = bluenoise_to_uniform_1(value.x);
    return fade >= 0.0 ? u < fade : u >= -fade;
}

// A random direction in the plane, of length 1.
highp vec2 bluenoise_circle(highp vec4 value)
{
    highp float angle = 6.28318531 * bluenoise_to_uniform_1(value.x);
    return vec2(cos(angle), sin(angle));
}

// ---- with such a law and two channels or more ----
// A random point of the unit disk.
highp vec2 bluenoise_disk(highp vec4 value)
{
    return sqrt(bluenoise_to_uniform_1(value.x)) * bluenoise_circle(value.yyyy);
}

// A random direction in space, of length 1.
highp vec3 bluenoise_sphere(highp vec4 value)
{
    highp float u = bluenoise_to_uniform_1(value.x);
    return vec3(2.0 * sqrt(u * (1.0 - u)) * bluenoise_circle(value.yyyy), 1.0 - 2.0 * u);
}

// A random direction around +z, of length 1, the more likely the nearer to z (by the cosine).
highp vec3 bluenoise_cosine_hemisphere(highp vec4 value)
{
    return vec3(bluenoise_disk(value), sqrt(1.0 - bluenoise_to_uniform_1(value.x)));
}

// ---- with vectors ----
#define BLUENOISE_SPACE 0  // of samples: 0 points; directions, 1 stored as 0 to 1, 2 as they are

// The sample: a point, its components in (0, 1), or a direction of length 1; those of hemispheres are around +z.
highp vec4 bluenoise_sample(highp vec4 value)
{
    if (BLUENOISE_SPACE == 0) {
        return value.xyzw;
    }
    return normalize(BLUENOISE_SPACE == 1 ? 2.0 * value.xyzw - 1.0 : value.xyzw);
}

// ---- with hemispheres ----
// A direction around +z as one around a normal, both of length 1 (Duff et al. 2017).
highp vec3 bluenoise_around(highp vec3 direction, highp vec3 normal)
{
    highp float side = normal.z >= 0.0 ? 1.0 : -1.0;
    highp float a = -1.0 / (side + normal.z);
    highp float b = normal.x * normal.y * a;
    highp vec3 tangent = vec3(1.0 + side * normal.x * normal.x * a, side * b, -side * normal.x);
    highp vec3 bitangent = vec3(b, side + normal.y * normal.y * a, -normal.y);
    return direction.x * tangent + direction.y * bitangent + direction.z * normal;
}

// ---- end ----
#endif
