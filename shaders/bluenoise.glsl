// Dithers a colour with a tileable blue-noise texture. GLSL 3.30 or later, or GLSL ES 3.00 or later.
//
//     uniform highp sampler2D noise;  // bound as linear data (not sRGB), nearest filter, no mipmaps
//     // the last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     color.rgb = bluenoise_dither(color.rgb, 256, noise, ivec2(gl_FragCoord.xy));
//
// The texel is fetched by its integer position, so no sampler setting can filter it.
// Generated textures and emitted shader files are yours (CC0).

#ifndef BLUENOISE_INCLUDED
#define BLUENOISE_INCLUDED

// ---- constants of the texture ----
#define BLUENOISE_WIDTH 64
#define BLUENOISE_HEIGHT 64
#define BLUENOISE_DEPTH 1  // slices of a volume, stacked from top to bottom
#define BLUENOISE_CHANNELS 1
#define BLUENOISE_BITS 8
#define BLUENOISE_DISTRIBUTION 0  // 0 uniform, 1 triangular, 2 another law
// ----------------------------------

// Keeps compilers from fusing a product and a sum, where the language can say so.
#ifdef GL_ES
#if __VERSION__ >= 320
#define BLUENOISE_PRECISE precise
#else
#define BLUENOISE_PRECISE
#endif
#elif __VERSION__ >= 400
#define BLUENOISE_PRECISE precise
#else
#define BLUENOISE_PRECISE
#endif

// % is undefined for negative operands: a negative position counts from the tile's far end.
highp int bluenoise_wrap_axis(highp int position, highp int side)
{
    highp int count = position < 0 ? ~position : position;
    highp int rest = int(uint(count) % uint(side));
    highp int modulo = position < 0 ? side - 1 - rest : rest;
    return (side & (side - 1)) == 0 ? position & (side - 1) : modulo;
}

// The texel of the tile that covers any pixel, also one with negative coordinates.
highp ivec2 bluenoise_wrap(highp ivec2 pixel)
{
    return ivec2(
        bluenoise_wrap_axis(pixel.x, BLUENOISE_WIDTH), bluenoise_wrap_axis(pixel.y, BLUENOISE_HEIGHT));
}

// The texture's values in its own distribution, in (0, 1); only its own channels hold noise.
// A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
highp vec4 bluenoise_load_slice(highp sampler2D tex, highp ivec2 pixel, highp int slice)
{
    highp float top = float((1 << BLUENOISE_BITS) - 1);
    highp ivec2 place = bluenoise_wrap(pixel);
    place.y += BLUENOISE_HEIGHT * bluenoise_wrap_axis(slice, BLUENOISE_DEPTH);
    highp vec4 stored = floor(texelFetch(tex, place, 0) * top + 0.5);
    return (stored + 0.5) / (top + 1.0);
}

highp vec4 bluenoise_load(highp sampler2D tex, highp ivec2 pixel)
{
    return bluenoise_load_slice(tex, pixel, 0);
}

// Of another law (2) the shader knows no formula back to uniform values, and dithering with it would shift
// the mean of a colour: such a texture has bluenoise_load alone.
#if BLUENOISE_DISTRIBUTION != 2

// The values for red, green and blue; with fewer than three channels the first serves all.
highp vec3 bluenoise_rgb(highp sampler2D tex, highp ivec2 pixel)
{
    highp vec4 value = bluenoise_load(tex, pixel);
#if BLUENOISE_CHANNELS >= 3
    return value.rgb;
#else
    return value.rrr;
#endif
}

// Uniform values in (0, 1).
highp vec3 bluenoise_uniform(highp sampler2D tex, highp ivec2 pixel)
{
    highp vec3 value = bluenoise_rgb(tex, pixel);
#if BLUENOISE_DISTRIBUTION == 1
    highp vec3 tail = min(value, 1.0 - value);
    highp vec3 upper = step(0.5, value);
    highp vec3 probability = upper + (1.0 - 2.0 * upper) * (2.0 * tail * tail);
    return min(probability, 0.99999994);  // the largest float below 1, which the sum may round to
#else
    return value;
#endif
}

// Triangular values in (-1, 1).
highp vec3 bluenoise_triangular(highp sampler2D tex, highp ivec2 pixel)
{
    highp vec3 centred = 2.0 * bluenoise_rgb(tex, pixel) - 1.0;
#if BLUENOISE_DISTRIBUTION == 1
    return centred;
#else
    return sign(centred) * (1.0 - sqrt(1.0 - abs(centred)));
#endif
}

// The colour, in [0, 1], on `levels` >= 2 equal levels (256 for 8 bits), dithered with uniform noise.
highp vec3 bluenoise_dither(highp vec3 color, highp int levels, highp sampler2D tex, highp ivec2 pixel)
{
    highp float top = float(levels - 1);
    BLUENOISE_PRECISE highp vec3 scaled = color * top;
    highp vec3 level = floor(scaled);
    // The noise meets the fraction alone: beside a large level the sum would round, and a colour that lies on a
    // level would now and then leave it.
    level += floor(scaled - level + bluenoise_uniform(tex, pixel));
    return clamp(level, 0.0, top) / top;
}

// The same with triangular noise: twice as wide, and its strength does not depend on the colour.
highp vec3 bluenoise_dither_triangular(
    highp vec3 color, highp int levels, highp sampler2D tex, highp ivec2 pixel)
{
    highp float top = float(levels - 1);
    BLUENOISE_PRECISE highp vec3 level = color * top + bluenoise_triangular(tex, pixel) + 0.5;
    return clamp(floor(level), 0.0, top) / top;
}

#endif
#endif
