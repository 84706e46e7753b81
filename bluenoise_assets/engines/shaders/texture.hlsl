@heading@
//
//     @type@ blue_noise;  // imported as linear data (not sRGB), point filter, no mipmaps
@if frames@
//     // Any integer is a frame: count up with each picture that is blended with those before it (TAA).
@end@
//     float4 value = @load@(blue_noise, int2(position.xy)@which@);  // SV_Position
@if dithers@
//     // The last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     color.rgb = @dither@(color.rgb, 256, @as_uniform@);
@end@
@if vector@
//     // @id@_sample(value) is the sample: a point, or a direction.
@end@
//
// A texel is loaded by its integer position: there is no sampler state that could filter it.

#ifndef @caps@_INCLUDED
#define @caps@_INCLUDED
@if shared@

#include "@common@"
@end@

#define @caps@_WIDTH @width@
#define @caps@_HEIGHT @height@
#define @caps@_SLICES @slices@

@if vector@
// A texel's components, for @id@_sample: in (0, 1), floats of directions in [-1, 1]. Slices wrap around.
@else@
// The texture's values in its own distribution, in (0, 1), its channels again in those it lacks. Slices wrap around.
@end@
float4 @id@_load_slice(@type@ tex, int2 pixel, int slice)
{
    // % is undefined for negative operands: a negative position, where `back` is -1, counts from the tile's far end.
    int3 place = int3(pixel, slice);
    int3 side = int3(@caps@_WIDTH, @caps@_HEIGHT, @caps@_SLICES);
    int3 back = place >> 31;
    place = (int3(uint3(place ^ back) % uint3(side)) ^ back) + (back & side);
@if strip@
    float4 value = tex.Load(int3(place.x, place.y + @caps@_HEIGHT * place.z, 0));
@else@
    float4 value = tex.Load(int4(place, 0));
@end@
@if integers@
    // A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
    value = (floor(value * @top@.0 + 0.5) + 0.5) / @levels@.0;
@end@
    return value.@repeated@;
}

float4 @id@_load(@type@ tex, int2 pixel)
{
    return @id@_load_slice(tex, pixel, 0);
}
@if frames@

// The same of a frame of the loop, which repeats.
float4 @id@_load_frame(@type@ tex, int2 pixel, int frame)
{
    return @id@_load_slice(tex, pixel, frame);
}
@end@
@if triangular@

// The values as uniform ones, which the functions of all textures take.
float4 @id@_uniform(float4 value)
{
    return bluenoise_to_uniform(value);
}
@end@
@if vector@

// The sample: a point, its components in (0, 1), or a direction of length 1; those of hemispheres are around +z.
float@channels@ @id@_sample(float4 value)
{
    return @before@value.@own@@after@;
}
@end@

#endif
