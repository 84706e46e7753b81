@if dithers@
// A material for 2D nodes that dithers what it draws to 256 levels. Godot 3.2 or later, with the GLES3 renderer.
@else@
// A material for 2D nodes that shows the texture itself. Godot 3.2 or later, with the GLES3 renderer.
@end@
// The texture, imported without filter and without mipmaps, is the shader parameter `noise`; an animation counts up
// `frame`.
shader_type canvas_item;

uniform sampler2D noise;
uniform int frame;

@functions@
void fragment() {
	vec4 color = texture(TEXTURE, UV);
@if animates@
	vec4 value = bluenoise_animate(bluenoise_load(noise, ivec2(FRAGCOORD.xy)), frame);
@else@
@if frames@
	vec4 value = bluenoise_load_frame(noise, ivec2(FRAGCOORD.xy), frame);
@else@
	vec4 value = bluenoise_load_slice(noise, ivec2(FRAGCOORD.xy), frame);
@end@
@end@
@if dithers@
	COLOR = vec4(bluenoise_dither(color.rgb, 256, value), color.a);
@else@
@if vectors@
	COLOR = vec4(@shown@, color.a); // a sample is data: this shows it
@else@
	COLOR = vec4(value.rgb, color.a);
@end@
@end@
}
