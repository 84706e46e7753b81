// What to do with blue noise: dithering, animation, levels of detail, directions. HLSL, shader model 5 or later.
// One file for all textures: each has a file of its own, which loads its values. It includes this one.
//
// `value` are always uniform values in (0, 1), as `fog_load` gives them for a texture called fog, or, where these have
// a triangular law, `fog_uniform(fog_load(...))`. No result depends on whether a compiler fuses a product and a sum.
// Written by bluenoise-assets: a change here is lost. Generated textures and emitted shader files are yours (CC0).

#ifndef BLUENOISE_COMMON
#define BLUENOISE_COMMON

// The values of another frame: they move on by the golden ratio, 2654435769 / 2^32, and wrap around. Any integer is a
// frame; 0 leaves the values as they are.
float4 bluenoise_animate(float4 value, int frame)
{
    uint4 moved = (uint4(value * 16777216.0) + (uint(frame) * 2654435769u >> 8)) & 16777215u;
    return float4(max(moved, 1u)) / 16777216.0;
}

// Triangular values in (-1, 1).
float4 bluenoise_to_triangular(float4 value)
{
    float4 centred = 2.0 * value - 1.0;
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
}

// Uniform values, from a triangular law's in (0, 1).
float4 bluenoise_to_uniform(float4 value)
{
    float4 tail = min(value, 1.0 - value);
    float4 square = 2.0 * tail * tail;
    float4 upper = step(0.5, value);
    // In steps of 2^-24 the difference is exact, and below 1.
    return upper * (1.0 - ceil(square * 16777216.0) / 16777216.0) + (1.0 - upper) * square;
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
    return float((bluenoise_fixed(color, top) + uint(value * 65536.0)) >> 16) / top;
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
    uint u = uint(value * 16777216.0);
    return float(u < lower ? nearest - 1u : u < upper ? nearest : nearest + 1u) / float(levels - 1);
}

// The colour, in [0, 1], on 2 to 65536 equal levels (256 for 8 bits), dithered with uniform noise. It is the last step
// before the target, in the space that is stored (after tone mapping and gamma).
float3 bluenoise_dither(float3 color, int levels, float4 value)
{
    return float3(
        bluenoise_dither_1(color.x, levels, value.x), bluenoise_dither_1(color.y, levels, value.y),
        bluenoise_dither_1(color.z, levels, value.z));
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour, but for the half level
// beside black and beside white: there it narrows, so that the mean is the colour's and black and white stay.
float3 bluenoise_dither_triangular(float3 color, int levels, float4 value)
{
    return float3(
        bluenoise_dither_triangular_1(color.x, levels, value.x),
        bluenoise_dither_triangular_1(color.y, levels, value.y),
        bluenoise_dither_triangular_1(color.z, levels, value.z));
}

// Alpha dithering: whether to keep a fragment; with alpha 0 never, with alpha 1 always.
bool bluenoise_alpha(float alpha, float4 value)
{
    return alpha > value.x;
}

// The cross-fade of two levels of detail, whether to keep a fragment: one has a fade in (0, 1], the other -fade.
// Each pixel belongs to exactly one of the two.
bool bluenoise_lod(float fade, float4 value)
{
    return fade >= 0.0 ? value.x < fade : value.x >= -fade;
}

// A random direction in the plane, of length 1.
float2 bluenoise_circle(float4 value)
{
    float angle = 6.28318531 * value.x;
    return float2(cos(angle), sin(angle));
}

// A random point of the unit disk. This, and what follows, is for two channels or more.
float2 bluenoise_disk(float4 value)
{
    return sqrt(value.x) * bluenoise_circle(value.yyyy);
}

// A random direction in space, of length 1.
float3 bluenoise_sphere(float4 value)
{
    return float3(2.0 * sqrt(value.x * (1.0 - value.x)) * bluenoise_circle(value.yyyy), 1.0 - 2.0 * value.x);
}

// A random direction around +z, of length 1, the more likely the nearer to z (by the cosine).
float3 bluenoise_cosine_hemisphere(float4 value)
{
    return float3(bluenoise_disk(value), sqrt(1.0 - value.x));
}

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

#endif
