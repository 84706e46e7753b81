// What to do with blue noise: dithering, animation, levels of detail, directions. GLSL 3.30 or GLSL ES 3.00, or later.
// One file for all textures: each has a file of its own, which loads its values. It includes this one; where
// a compiler knows no includes, give it this text and behind it the texture's.
//
// `value` are always uniform values in (0, 1), as `fog_load` gives them for a texture called fog, or, where these have
// a triangular law, `fog_uniform(fog_load(...))`. No result depends on whether a compiler fuses a product and a sum.
// Written by bluenoise-assets: a change here is lost. Generated textures and emitted shader files are yours (CC0).

#ifndef BLUENOISE_COMMON
#define BLUENOISE_COMMON

// The values of another frame: they move on by the golden ratio, 2654435769 / 2^32, and wrap around. Any integer is a
// frame; 0 leaves the values as they are.
highp vec4 bluenoise_animate(highp vec4 value, highp int frame)
{
    highp uvec4 moved = (uvec4(value * 16777216.0) + (uint(frame) * 2654435769u >> 8)) & 16777215u;
    return vec4(max(moved, 1u)) / 16777216.0;
}

// Triangular values in (-1, 1).
highp vec4 bluenoise_to_triangular(highp vec4 value)
{
    highp vec4 centred = 2.0 * value - 1.0;
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
}

// Uniform values, from a triangular law's in (0, 1).
highp vec4 bluenoise_to_uniform(highp vec4 value)
{
    highp vec4 tail = min(value, 1.0 - value);
    highp vec4 square = 2.0 * tail * tail;
    highp vec4 upper = step(0.5, value);
    // In steps of 2^-24 the difference is exact, and below 1.
    return upper * (1.0 - ceil(square * 16777216.0) / 16777216.0) + (1.0 - upper) * square;
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
    return float((bluenoise_fixed(color, top) + uint(value * 65536.0)) >> 16) / top;
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
    highp uint u = uint(value * 16777216.0);
    return float(u < lower ? nearest - 1u : u < upper ? nearest : nearest + 1u) / float(levels - 1);
}

// The colour, in [0, 1], on 2 to 65536 equal levels (256 for 8 bits), dithered with uniform noise. It is the last step
// before the target, in the space that is stored (after tone mapping and gamma).
highp vec3 bluenoise_dither(highp vec3 color, highp int levels, highp vec4 value)
{
    return vec3(
        bluenoise_dither_1(color.x, levels, value.x), bluenoise_dither_1(color.y, levels, value.y),
        bluenoise_dither_1(color.z, levels, value.z));
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour, but for the half level
// beside black and beside white: there it narrows, so that the mean is the colour's and black and white stay.
highp vec3 bluenoise_dither_triangular(highp vec3 color, highp int levels, highp vec4 value)
{
    return vec3(
        bluenoise_dither_triangular_1(color.x, levels, value.x),
        bluenoise_dither_triangular_1(color.y, levels, value.y),
        bluenoise_dither_triangular_1(color.z, levels, value.z));
}

// Alpha dithering: whether to keep a fragment; with alpha 0 never, with alpha 1 always.
bool bluenoise_alpha(highp float alpha, highp vec4 value)
{
    return alpha > value.x;
}

// The cross-fade of two levels of detail, whether to keep a fragment: one has a fade in (0, 1], the other -fade.
// Each pixel belongs to exactly one of the two.
bool bluenoise_lod(highp float fade, highp vec4 value)
{
    return fade >= 0.0 ? value.x < fade : value.x >= -fade;
}

// A random direction in the plane, of length 1.
highp vec2 bluenoise_circle(highp vec4 value)
{
    highp float angle = 6.28318531 * value.x;
    return vec2(cos(angle), sin(angle));
}

// A random point of the unit disk. This, and what follows, is for two channels or more.
highp vec2 bluenoise_disk(highp vec4 value)
{
    return sqrt(value.x) * bluenoise_circle(value.yyyy);
}

// A random direction in space, of length 1.
highp vec3 bluenoise_sphere(highp vec4 value)
{
    return vec3(2.0 * sqrt(value.x * (1.0 - value.x)) * bluenoise_circle(value.yyyy), 1.0 - 2.0 * value.x);
}

// A random direction around +z, of length 1, the more likely the nearer to z (by the cosine).
highp vec3 bluenoise_cosine_hemisphere(highp vec4 value)
{
    return vec3(bluenoise_disk(value), sqrt(1.0 - value.x));
}

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

#endif
