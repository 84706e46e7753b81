@heading@
//
@if dithers@
// A material for 2D nodes that dithers what it draws to 256 levels. Godot 3.2 or later, with the GLES3 renderer.
@else@
// A material for 2D nodes that shows the texture itself. Godot 3.2 or later, with the GLES3 renderer.
@end@
// The texture, imported without filter and without mipmaps, is the shader parameter `noise`; an animation counts up
// `frame`.
shader_type canvas_item;

uniform @type@ noise;
uniform int frame;

@functions@
void fragment() {
	vec4 color = texture(TEXTURE, UV);
@if layered@
@if frames@
	vec4 value = @id@_load_frame(noise, ivec2(FRAGCOORD.xy), frame);
@else@
	vec4 value = @id@_load_slice(noise, ivec2(FRAGCOORD.xy), frame);
@end@
@else@
	vec4 value = @id@_load(noise, ivec2(FRAGCOORD.xy));
@end@
@if dithers@
@if layered@
	COLOR = vec4(@dither@(color.rgb, 256, @as_uniform@), color.a);
@else@
	COLOR = vec4(@dither@(color.rgb, 256, bluenoise_animate(@as_uniform@, frame)), color.a);
@end@
@else@
@if vector@
	COLOR = vec4(@shown@, color.a); // a sample is data: this shows it
@else@
	COLOR = vec4(value.rgb, color.a);
@end@
@end@
}
