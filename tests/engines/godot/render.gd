# Godot 3: draws every case of cases.json and writes what is seen as RGB bytes, in one run.
extends SceneTree

const WIDTH = 150
const HEIGHT = 90

var viewports = {}
var frames = 0


func _init():
	var file = File.new()
	file.open("res://cases.json", File.READ)
	var cases = parse_json(file.get_as_text())
	file.close()
	var colors = image_texture("res://colors.raw", WIDTH, HEIGHT)
	for case in cases:
		var node
		if case.has("script"):  # a snippet's, as a user would attach it
			node = TextureRect.new()
			node.texture = colors
			node.set_script(load(case["script"]))
		else:
			node = ColorRect.new()
			node.rect_size = Vector2(case["width"], case["height"])
			node.material = ShaderMaterial.new()
			node.material.shader = Shader.new()
			node.material.shader.code = text(case["shader"])
			node.material.set_shader_param("noise", load(case["texture"]))
			node.material.set_shader_param("colors", colors)
		var viewport = Viewport.new()
		viewport.size = Vector2(case["width"], case["height"])
		viewport.usage = Viewport.USAGE_2D
		viewport.hdr = false
		viewport.render_target_v_flip = true
		viewport.render_target_update_mode = Viewport.UPDATE_ALWAYS
		viewport.add_child(node)
		get_root().add_child(viewport)
		node.set_process(false)  # no frames are counted: the same picture every time
		viewports[case["result"]] = viewport
		var texture = load(case["texture"])
		print(case["result"], ": ", texture.get_class(), " ", texture.flags)


func _idle(_delta):
	frames += 1
	if frames != 3:
		return
	for result in viewports:
		var image = viewports[result].get_texture().get_data()
		image.convert(Image.FORMAT_RGB8)
		var file = File.new()
		file.open("res://" + result, File.WRITE)
		file.store_buffer(image.get_data())
		file.close()
	quit()


func text(path):
	var file = File.new()
	file.open(path, File.READ)
	var all = file.get_as_text()
	file.close()
	return all


func image_texture(path, width, height):
	var file = File.new()
	file.open(path, File.READ)
	var image = Image.new()
	image.create_from_data(width, height, false, Image.FORMAT_RGBF, file.get_buffer(file.get_len()))
	file.close()
	var texture = ImageTexture.new()
	texture.create_from_image(image, 0)
	return texture
