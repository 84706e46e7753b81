@heading@
//
//     uniform highp @type@ noise;  // linear data (not sRGB), nearest filter, no mipmaps
@if frames@
//     // Any integer is a frame: count up with each picture that is blended with those before it (TAA).
@end@
//     vec4 value = @load@(noise, ivec2(gl_FragCoord.xy)@which@);
@if dithers@
//     // The last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     color.rgb = @dither@(color.rgb, 256, @as_uniform@);
@end@
@if vector@
//     // @id@_sample(value) is the sample: a point, or a direction.
@end@
//
// A texel is fetched by its integer position: no sampler setting can filter it.

#ifndef @caps@_INCLUDED
#define @caps@_INCLUDED
@if shared@

#ifndef BLUENOISE_COMMON
#include "@common@"
#endif
@end@

#define @caps@_WIDTH @width@
#define @caps@_HEIGHT @height@
#define @caps@_SLICES @slices@

@if vector@
// A texel's components, for @id@_sample: in (0, 1), floats of directions in [-1, 1]. Slices wrap around.
@else@
// The texture's values in its own distribution, in (0, 1), its channels again in those it lacks. Slices wrap around.
@end@
highp vec4 @id@_load_slice(highp @type@ tex, highp ivec2 pixel, highp int slice)
{
    // % is undefined for negative operands: a negative position, where `back` is -1, counts from the tile's far end.
    highp ivec3 place = ivec3(pixel, slice);
    highp ivec3 side = ivec3(@caps@_WIDTH, @caps@_HEIGHT, @caps@_SLICES);
    highp ivec3 back = place >> 31;
    place = (ivec3(uvec3(place ^ back) % uvec3(side)) ^ back) + (back & side);
@if strip@
    highp vec4 value = texelFetch(tex, ivec2(place.x, place.y + @caps@_HEIGHT * place.z), 0);
@else@
    highp vec4 value = texelFetch(tex, place, 0);
@end@
@if integers@
    // A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
    value = (floor(value * @top@.0 + 0.5) + 0.5) / @levels@.0;
@end@
    return value.@repeated@;
}

highp vec4 @id@_load(highp @type@ tex, highp ivec2 pixel)
{
    return @id@_load_slice(tex, pixel, 0);
}
@if frames@

// The same of a frame of the loop, which repeats.
highp vec4 @id@_load_frame(highp @type@ tex, highp ivec2 pixel, highp int frame)
{
    return @id@_load_slice(tex, pixel, frame);
}
@end@
@if triangular@

// The values as uniform ones, which the functions of all textures take.
highp vec4 @id@_uniform(highp vec4 value)
{
    return bluenoise_to_uniform(value);
}
@end@
@if vector@

// The sample: a point, its components in (0, 1), or a direction of length 1; those of hemispheres are around +z.
highp vec@channels@ @id@_sample(highp vec4 value)
{
    return @before@value.@own@@after@;
}
@end@

#endif
