// Dithering and more with a tileable blue-noise texture. HLSL, shader model 5 or later; serves as an include file in
// Unity and, named .ush, in Unreal.
//
//     Texture2D<float4> blue_noise;  // imported as linear data (not sRGB), point filter, no mipmaps
// ---- with no frames ----
//     float4 value = bluenoise_load(blue_noise, int2(position.xy));  // SV_Position
// ---- with frames ----
//     // Any integer is a frame: count up with each picture that is blended with those before it (TAA).
//     float4 value = bluenoise_load_frame(blue_noise, int2(position.xy), frame);
// ---- with a uniform or triangular law ----
//     // The last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     color.rgb = bluenoise_dither(color.rgb, 256, value);
// ---- with vectors ----
//     // bluenoise_sample(value) is the sample: a point, or a direction.
// ---- end ----
//
// A texel is loaded by its integer position: there is no sampler state that could filter it. No result depends on
// whether a compiler fuses a product and a sum. Generated textures and emitted shader files are yours (CC0).

#ifndef BLUENOISE_INCLUDED
#define BLUENOISE_INCLUDED

#define BLUENOISE_WIDTH 64
#define BLUENOISE_HEIGHT 64
#define BLUENOISE_SLICES 1  // layers of an array, depth of a volume
#define BLUENOISE_CHANNELS 4
#define BLUENOISE_BITS 8  // 8 or 16: unsigned normalised integers; 0: floats, the values as they are
#define BLUENOISE_DISTRIBUTION 0  // 0 uniform, 1 triangular, 2 another law

// % is undefined for negative operands: a negative position counts from the tile's far end.
int bluenoise_wrap_axis(int position, int side)
{
    int rest = int(uint(position < 0 ? ~position : position) % uint(side));
    return position < 0 ? side - 1 - rest : rest;
}

// The texel of the tile that covers any pixel, also one with negative coordinates.
int2 bluenoise_wrap(int2 pixel)
{
    return int2(
        bluenoise_wrap_axis(pixel.x, BLUENOISE_WIDTH), bluenoise_wrap_axis(pixel.y, BLUENOISE_HEIGHT));
}

float4 bluenoise_fetch(Texture2D<float4> tex, int2 place, int slice)
{
    return tex.Load(int3(place.x, place.y + BLUENOISE_HEIGHT * slice, 0));
}

// ---- with scalars ----
// The texture's values in its own distribution, in (0, 1); only its own channels hold noise. Slices wrap around.
// ---- with vectors ----
// A texel's components, for bluenoise_sample: in (0, 1), floats of directions in [-1, 1]. Slices wrap around.
// ---- end ----
// A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
float4 bluenoise_load_slice(Texture2D<float4> tex, int2 pixel, int slice)
{
    float4 value = bluenoise_fetch(tex, bluenoise_wrap(pixel), bluenoise_wrap_axis(slice, BLUENOISE_SLICES));
    if (BLUENOISE_BITS == 0) {
        return value;
    }
    float top = float((1 << BLUENOISE_BITS) - 1);
    return (floor(value * top + 0.5) + 0.5) / (top + 1.0);
}

float4 bluenoise_load(Texture2D<float4> tex, int2 pixel)
{
    return bluenoise_load_slice(tex, pixel, 0);
}

// ---- with frames ----
// The same of a frame of the loop, which repeats.
float4 bluenoise_load_frame(Texture2D<float4> tex, int2 pixel, int frame)
{
    return bluenoise_load_slice(tex, pixel, frame);
}

// ---- with a uniform or triangular law ----
float bluenoise_to_uniform_1(float value)
{
    if (BLUENOISE_DISTRIBUTION == 1) {
        float tail = min(value, 1.0 - value);
        float square = 2.0 * tail * tail;
        // In steps of 2^-24 the difference is exact, and below 1.
        return value < 0.5 ? square : 1.0 - ceil(square * 16777216.0) / 16777216.0;
    }
    return value;
}

// A uniform value as a triangular one in (-1, 1).
float bluenoise_triangle(float u)
{
    float centred = 2.0 * u - 1.0;
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
}

float bluenoise_to_triangular_1(float value)
{
    if (BLUENOISE_DISTRIBUTION == 1) {
        return 2.0 * value - 1.0;
    }
    return bluenoise_triangle(value);
}

float bluenoise_animate_1(float value, int frame)
{
    uint u = uint(bluenoise_to_uniform_1(value) * 16777216.0);
    u = (u + (uint(frame) * 2654435769u >> 8)) & 16777215u;
    float moved = float(max(u, 1u)) / 16777216.0;
    if (BLUENOISE_DISTRIBUTION == 1) {
        return 0.5 + 0.5 * bluenoise_triangle(moved);
    }
    return moved;
}

// Uniform values in (0, 1), from the texture's own.
float4 bluenoise_to_uniform(float4 value)
{
    return float4(
        bluenoise_to_uniform_1(value.x), bluenoise_to_uniform_1(value.y),
        bluenoise_to_uniform_1(value.z), bluenoise_to_uniform_1(value.w));
}

// Triangular values in (-1, 1), from the texture's own.
float4 bluenoise_to_triangular(float4 value)
{
    return float4(
        bluenoise_to_triangular_1(value.x), bluenoise_to_triangular_1(value.y),
        bluenoise_to_triangular_1(value.z), bluenoise_to_triangular_1(value.w));
}

// The values of another frame, in the same distribution: uniform values move on by the golden ratio, 2654435769 / 2^32,
// and wrap around. Any integer is a frame; 0 leaves the values as they are.
float4 bluenoise_animate(float4 value, int frame)
{
    return float4(
        bluenoise_animate_1(value.x, frame), bluenoise_animate_1(value.y, frame),
        bluenoise_animate_1(value.z, frame), bluenoise_animate_1(value.w, frame));
}

// The values for red, green and blue; with fewer than three channels the first serves all.
float3 bluenoise_rgb(float4 value)
{
    if (BLUENOISE_CHANNELS >= 3) {
        return value.xyz;
    }
    return value.xxx;
}

// A colour in units of 1/65536 of a level. With integers the noise meets the fraction alone: a colour that lies on a
// level stays there.
uint bluenoise_fixed(float color, float top)
{
    return uint(round(clamp(color, 0.0, 1.0) * top * 65536.0));
}

float bluenoise_dither_1(float color, int levels, float value)
{
    float top = float(levels - 1);
    uint noise = uint(bluenoise_to_uniform_1(value) * 65536.0);
    return float((bluenoise_fixed(color, top) + noise) >> 16) / top;
}

// The noise is U(-1/2, 1/2) + U(-a, a) levels, a = min(1/2, colour, top - colour): triangular but for the half level
// beside either end. It takes no root to round the colour with it: the colour lies d above its nearest level, a uniform
// value u below (a - d)^2 / 4a gives the level under that, and one from 1 - (a + d)^2 / 4a on the level over it. Beside
// an end d is a or -a, which leaves one tail, of a: uniform noise. u has steps of 2^-24; 2^32 wraps around to 0.
float bluenoise_dither_triangular_1(float color, int levels, float value)
{
    uint fixed_color = bluenoise_fixed(color, float(levels - 1));
    if (min(fixed_color, (uint(levels - 1) << 16) - fixed_color) < 32768u) {
        return bluenoise_dither_1(color, levels, value);
    }
    uint nearest = (fixed_color + 32768u) >> 16;
    uint above = (fixed_color + 32768u) & 65535u;
    uint below = 65536u - above;
    uint lower = ((below * below - 1u) >> 9) + 1u;
    uint upper = 16777216u - (above * above >> 9);
    uint u = uint(bluenoise_to_uniform_1(value) * 16777216.0);
    return float(u < lower ? nearest - 1u : u < upper ? nearest : nearest + 1u) / float(levels - 1);
}

// The colour, in [0, 1], on 2 to 65536 equal levels (256 for 8 bits), dithered with uniform noise.
float3 bluenoise_dither(float3 color, int levels, float4 value)
{
    float3 noise = bluenoise_rgb(value);
    return float3(
        bluenoise_dither_1(color.x, levels, noise.x), bluenoise_dither_1(color.y, levels, noise.y),
        bluenoise_dither_1(color.z, levels, noise.z));
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour, but for the half level
// beside black and beside white: there it narrows, so that the mean is the colour's and black and white stay.
float3 bluenoise_dither_triangular(float3 color, int levels, float4 value)
{
    float3 noise = bluenoise_rgb(value);
    return float3(
        bluenoise_dither_triangular_1(color.x, levels, noise.x),
        bluenoise_dither_triangular_1(color.y, levels, noise.y),
        bluenoise_dither_triangular_1(color.z, levels, noise.z));
}

// Alpha dithering: whether to keep a fragment; with alpha 0 never, with alpha 1 always.
bool bluenoise_alpha(float alpha, float4 value)
{
    return alpha > bluenoise_to_uniform_1(value.x);
}

// The cross-fade of two levels of detail, whether to keep a fragment: one has a fade in (0, 1], the other -fade.
// Each pixel belongs to exactly one of the two.
bool bluenoise_lod(float fade, float4 value)
{
    float u = bluenoise_to_uniform_1(value.x);
    return fade >= 0.0 ? u < fade : u >= -fade;
}

// A random direction in the plane, of length 1.
float2 bluenoise_circle(float4 value)
{
    float angle = 6.28318531 * bluenoise_to_uniform_1(value.x);
    return float2(cos(angle), sin(angle));
}

// ---- with such a law and two channels or more ----
// A random point of the unit disk.
float2 bluenoise_disk(float4 value)
{
    return sqrt(bluenoise_to_uniform_1(value.x)) * bluenoise_circle(value.yyyy);
}

// A random direction in space, of length 1.
float3 bluenoise_sphere(float4 value)
{
    float u = bluenoise_to_uniform_1(value.x);
    return float3(2.0 * sqrt(u * (1.0 - u)) * bluenoise_circle(value.yyyy), 1.0 - 2.0 * u);
}

// A random direction around +z, of length 1, the more likely the nearer to z (by the cosine).
float3 bluenoise_cosine_hemisphere(float4 value)
{
    return float3(bluenoise_disk(value), sqrt(1.0 - bluenoise_to_uniform_1(value.x)));
}

// ---- with vectors ----
#define BLUENOISE_SPACE 0  // of samples: 0 points; directions, 1 stored as 0 to 1, 2 as they are

// The sample: a point, its components in (0, 1), or a direction of length 1; those of hemispheres are around +z.
float4 bluenoise_sample(float4 value)
{
    if (BLUENOISE_SPACE == 0) {
        return value.xyzw;
    }
    return normalize(BLUENOISE_SPACE == 1 ? 2.0 * value.xyzw - 1.0 : value.xyzw);
}

// ---- with hemispheres ----
// A direction around +z as one around a normal, both of length 1 (Duff et al. 2017).
float3 bluenoise_around(float3 direction, float3 normal)
{
    float side = normal.z >= 0.0 ? 1.0 : -1.0;
    float a = -1.0 / (side + normal.z);
    float b = normal.x * normal.y * a;
    float3 tangent = float3(1.0 + side * normal.x * normal.x * a, side * b, -side * normal.x);
    float3 bitangent = float3(b, side + normal.y * normal.y * a, -normal.y);
    return direction.x * tangent + direction.y * bitangent + direction.z * normal;
}

// ---- end ----
#endif
