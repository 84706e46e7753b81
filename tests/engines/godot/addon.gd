# Godot 3: runs the addon's build() against stand-ins for the editor; prints what it returned and what it imported.
extends SceneTree


class FileSystem:
	var calls = []

	func update_file(path):
		calls.append(["update_file", path])

	func get_file_type(path):
		return "" if path.ends_with("new.png") else "StreamTexture"

	func reimport_files(paths):
		calls.append(["reimport_files", Array(paths)])

	func scan():
		calls.append(["scan"])


func _init():
	for command in ["res://builder", "res://not_there"]:
		for before_run in [true, false]:
			var plugin = load("res://plugin.gd").new()
			plugin.filesystem = FileSystem.new()
			ProjectSettings.set_setting("bluenoise_assets/command", command)
			ProjectSettings.set_setting("bluenoise_assets/manifests", PoolStringArray(["res://a", "res://b.yaml"]))
			ProjectSettings.set_setting("bluenoise_assets/build_before_run", before_run)
			print("RESULT ", to_json([plugin._build(), plugin.filesystem.calls]))
	quit()
