# Godot 3: draws a scene with each texture of job.json, frame by frame, and keeps the average with the frames before.
# Two viewports by turns: each reads what the other has. A viewport has 8 bits, so red, green and blue are one number.
extends SceneTree

const SHADER = """
uniform sampler2D scene;
uniform sampler2D history;
uniform float share;

void fragment() {
	ivec2 pixel = ivec2(FRAGCOORD.xy);
	vec4 value = LOAD;
	vec4 what = texelFetch(scene, pixel, 0);
	float u = value.x;
	float sky = u > what.g && u < what.b ? 1.0 : 0.0;
	float drawn = what.a > 0.5 ? sky : bluenoise_dither(what.rrr, LEVELS, value).x;
	vec3 bytes = floor(texelFetch(history, pixel, 0).rgb * 255.0 + 0.5);
	float before = dot(bytes, vec3(65536.0, 256.0, 1.0)) / 16777215.0;
	uint bits = uint(floor(mix(before, drawn, share) * 16777215.0 + 0.5));
	COLOR = vec4(float(bits >> uint(16)), float(bits >> uint(8) & uint(255)), float(bits & uint(255)), 255.0) / 255.0;
}
"""

var job
var step = -1
var textures = []


func _init():
	job = parse_json(text("res://job.json"))
	var scene = scene_texture()
	for one in job["textures"]:
		var file = File.new()
		file.open("res://" + one["name"] + ".kept", File.WRITE)
		var viewports = []
		var materials = []
		for _i in range(2):
			var shader = text("res://noise/godot3/" + one["name"] + ".shader")
			var material = ShaderMaterial.new()
			material.shader = Shader.new()
			material.shader.code = shader.substr(0, shader.find("void fragment()")) + SHADER.replace("LOAD", one["load"]).replace(
				"LEVELS", str(job["levels"])
			)
			material.set_shader_param("noise", load("res://noise/godot3/" + one["name"] + ".png"))
			material.set_shader_param("scene", scene)
			var node = ColorRect.new()
			node.rect_size = Vector2(job["width"], job["height"])
			node.material = material
			var viewport = Viewport.new()
			viewport.size = node.rect_size
			viewport.usage = Viewport.USAGE_2D
			viewport.hdr = false
			viewport.render_target_v_flip = true
			viewport.render_target_update_mode = Viewport.UPDATE_DISABLED
			viewport.add_child(node)
			get_root().add_child(viewport)
			viewports.append(viewport)
			materials.append(material)
		for i in range(2):
			materials[i].set_shader_param("history", viewports[1 - i].get_texture())
		textures.append({"viewports": viewports, "materials": materials, "file": file})


func _idle(_delta):
	for one in textures:
		if step >= int(job["steady"]):
			var image = one["viewports"][step % 2].get_texture().get_data()
			image.convert(Image.FORMAT_RGB8)
			one["file"].store_buffer(image.get_data())
		if step + 1 < int(job["steps"]):
			var material = one["materials"][(step + 1) % 2]
			material.set_shader_param("frame", step + 1)
			material.set_shader_param("share", 1.0 if step + 1 == 0 else job["alpha"])
			one["viewports"][(step + 1) % 2].render_target_update_mode = Viewport.UPDATE_ONCE
		else:
			one["file"].close()
	step += 1
	if step == int(job["steps"]):
		quit()


func text(path):
	var file = File.new()
	file.open(path, File.READ)
	var all = file.get_as_text()
	file.close()
	return all


func scene_texture():
	var file = File.new()
	file.open("res://scene.raw", File.READ)
	var image = Image.new()
	image.create_from_data(job["width"], job["height"], false, Image.FORMAT_RGBAF, file.get_buffer(file.get_len()))
	file.close()
	var texture = ImageTexture.new()
	texture.create_from_image(image, 0)
	return texture
