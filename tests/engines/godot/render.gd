# Godot 3: draws every case of cases.json and writes what is seen as RGB bytes, or as half floats, in one run.
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
		var size = Vector2(case["width"], case["height"])
		var viewport = Viewport.new()
		viewport.size = size
		viewport.usage = Viewport.USAGE_2D
		viewport.hdr = false
		viewport.render_target_v_flip = true
		viewport.render_target_update_mode = Viewport.UPDATE_ALWAYS
		if case.has("script"):  # a snippet's, as a user would attach it
			var node = picture(colors)
			node.set_script(load(case["script"]))
			viewport.add_child(node)
		elif case.has("pass"):  # over a picture, in the 16 bits that a viewport with 3D has
			viewport.usage = Viewport.USAGE_3D
			viewport.hdr = true
			viewport.own_world = true
			viewport.add_child(picture(colors))
			var layer = CanvasLayer.new()
			layer.layer = 128
			layer.add_child(rectangle(size, material(case, colors)))
			viewport.add_child(layer)
		elif case.has("spatial"):  # a wall before the camera
			viewport.usage = Viewport.USAGE_3D
			viewport.own_world = true
			fill_world(viewport, material(case, colors))
		else:
			viewport.add_child(rectangle(size, material(case, colors)))
		get_root().add_child(viewport)
		viewport.get_child(0).set_process(false)  # no frames are counted: the same picture every time
		viewports[case["result"]] = viewport
		var texture = load(case["texture"])
		print(case["result"], ": ", texture.get_class(), " ", texture.flags)


func _idle(_delta):
	frames += 1
	if frames != 3:
		return
	for result in viewports:
		var image = viewports[result].get_texture().get_data()
		image.convert(Image.FORMAT_RGBH if result.ends_with(".half") else Image.FORMAT_RGB8)
		var file = File.new()
		file.open("res://" + result, File.WRITE)
		file.store_buffer(image.get_data())
		file.close()
	quit()


func picture(texture):
	var node = TextureRect.new()
	node.texture = texture
	return node


func rectangle(size, with_material):
	var node = ColorRect.new()
	node.rect_size = size
	node.material = with_material
	return node


func fill_world(viewport, with_material):
	var camera = Camera.new()
	camera.set_orthogonal(2.0, 0.1, 10.0)
	camera.translation = Vector3(0, 0, 1)
	var light = Environment.new()
	light.background_mode = Environment.BG_COLOR
	light.ambient_light_color = Color.white
	light.ambient_light_sky_contribution = 0.0
	camera.environment = light
	var wall = MeshInstance.new()
	wall.mesh = QuadMesh.new()
	wall.mesh.size = Vector2(9, 9)
	wall.material_override = with_material
	viewport.add_child(camera)
	viewport.add_child(wall)
	camera.current = true


func material(case, colors):
	var made = ShaderMaterial.new()
	made.shader = Shader.new()
	made.shader.code = text(case["shader"])
	made.set_shader_param("noise", load(case["texture"]))
	made.set_shader_param("colors", colors)
	return made


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
