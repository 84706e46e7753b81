@heading@
//
//     @group(0) @binding(0) var noise: @type@;  // linear data (not sRGB), one mip level
@if frames@
//     // Any integer is a frame: count up with each picture that is blended with those before it (TAA).
@end@
//     let value = @load@(noise, vec2<i32>(position.xy)@which@);  // @builtin(position)
@if dithers@
//     // The last step before an 8-bit target, in the space that is stored (after tone mapping and gamma):
//     let dithered = @dither@(color.rgb, 256, @as_uniform@);
@end@
@if vector@
//     // @id@_sample(value) is the sample: a point, or a direction.
@end@
//
// A texel is loaded by its integer position: there is no sampler state that could filter it.

const @caps@_WIDTH: i32 = @width@;
const @caps@_HEIGHT: i32 = @height@;
const @caps@_SLICES: i32 = @slices@;

@if vector@
// A texel's components, for @id@_sample: in (0, 1), floats of directions in [-1, 1]. Slices wrap around.
@else@
// The texture's values in its own distribution, in (0, 1), its channels again in those it lacks. Slices wrap around.
@end@
fn @id@_load_slice(tex: @type@, pixel: vec2<i32>, slice: i32) -> vec4<f32> {
    // % takes the sign of its first operand: a negative position, where `back` is -1, counts from the tile's far end.
    let position = vec3<i32>(pixel, slice);
    let side = vec3<i32>(@caps@_WIDTH, @caps@_HEIGHT, @caps@_SLICES);
    let back = position >> vec3<u32>(31u);
    let place = (vec3<i32>(vec3<u32>(position ^ back) % vec3<u32>(side)) ^ back) + (back & side);
@if strip@
    let stored = textureLoad(tex, vec2<i32>(place.x, place.y + @caps@_HEIGHT * place.z), 0);
@else@
@if array@
    let stored = textureLoad(tex, place.xy, place.z, 0);
@else@
    let stored = textureLoad(tex, place, 0);
@end@
@end@
@if integers@
    // A stored integer s stands for (s + 1/2) / 2^bits: the GPU's s / (2^bits - 1) would reach 0 and 1.
    let value = (floor(stored * @top@.0 + 0.5) + 0.5) / @levels@.0;
    return value.@repeated@;
@else@
    return stored.@repeated@;
@end@
}

fn @id@_load(tex: @type@, pixel: vec2<i32>) -> vec4<f32> {
    return @id@_load_slice(tex, pixel, 0);
}
@if frames@

// The same of a frame of the loop, which repeats.
fn @id@_load_frame(tex: @type@, pixel: vec2<i32>, frame: i32) -> vec4<f32> {
    return @id@_load_slice(tex, pixel, frame);
}
@end@
@if triangular@

// The values as uniform ones, which the functions of all textures take.
fn @id@_uniform(value: vec4<f32>) -> vec4<f32> {
    // As bluenoise_to_uniform: this file needs no other.
    let tail = min(value, 1.0 - value);
    let square = 2.0 * tail * tail;
    return select(1.0 - ceil(square * 16777216.0) / 16777216.0, square, value < vec4<f32>(0.5));
}
@end@
@if vector@

// The sample: a point, its components in (0, 1), or a direction of length 1; those of hemispheres are around +z.
fn @id@_sample(value: vec4<f32>) -> vec@channels@<f32> {
    return @before@value.@own@@after@;
}
@end@
