# SPDX-License-Identifier: MIT
@tool
extends EditorPlugin
## Runs `bluenoise-assets build`: with Project > Tools > Build blue noise, and before the project is
## run. What is wrong with a manifest or a texture is told in the Output panel, as an error.

const MENU_ITEM := "Build blue noise"
const COMMAND := "bluenoise_assets/command"
const MANIFESTS := "bluenoise_assets/manifests"
const BEFORE_RUN := "bluenoise_assets/build_before_run"

var _defaults := {
	COMMAND: "bluenoise-assets",
	MANIFESTS: PackedStringArray(["res://manifests"]),
	BEFORE_RUN: true,
}


func _enter_tree() -> void:
	for setting: String in _defaults:
		if not ProjectSettings.has_setting(setting):
			ProjectSettings.set_setting(setting, _defaults[setting])
		ProjectSettings.set_initial_value(setting, _defaults[setting])
		ProjectSettings.set_as_basic(setting, true)
	add_tool_menu_item(MENU_ITEM, build)


func _exit_tree() -> void:
	remove_tool_menu_item(MENU_ITEM)


## Called by the editor before the project is run; false keeps it from running.
func _build() -> bool:
	if ProjectSettings.get_setting(BEFORE_RUN):
		return build()
	return true


## Builds what is stale and imports what has changed. Returns false if something is wrong, and has
## told what.
func build() -> bool:
	var command: String = ProjectSettings.get_setting(COMMAND)
	var arguments := PackedStringArray(["build", "--json"])
	for manifest: String in ProjectSettings.get_setting(MANIFESTS):
		arguments.append(ProjectSettings.globalize_path(manifest))
	var output := []
	var code := OS.execute(ProjectSettings.globalize_path(command), arguments, output)
	if code == -1 or code == 127:  # the latter is the shell's, through which Godot runs it
		push_error("bluenoise-assets: cannot run '%s', the setting %s" % [command, COMMAND])
		return false
	var changed := PackedStringArray()
	var complaints := 0
	for line: String in String(output[0]).split("\n", false):
		var event: Variant = JSON.parse_string(line)
		if event is Dictionary:
			changed.append_array(_changed_files(event))
			complaints += _tell(event)
	if code != 0 and complaints == 0:
		push_error("bluenoise-assets: '%s' ended with exit code %d" % [command, code])
	_import(changed)
	return code == 0


## Tells of one of the builder's events, which its events.md lists; returns 1 for an error, else 0.
func _tell(event: Dictionary) -> int:
	var text: String = event.get("text", "")
	match event.get("event"):
		"problem":
			var place: String = "%s:%d:%d" % [event["file"], event["line"], event["column"]]
			var hint: String = event["hint"]
			text += "; " + hint if hint != "" else ""
			push_error("%s: %s: %s" % [place, event["where"], text])
		"failed":
			push_error("bluenoise-assets: %s: %s" % [event["texture"], text])
		"error":
			push_error("bluenoise-assets: %s" % text)
		"warning":
			push_warning("bluenoise-assets: %s" % text)
			return 0
		_:
			return 0
	return 1


## The files of an event that are not as before, as paths of this project.
func _changed_files(event: Dictionary) -> PackedStringArray:
	var paths := PackedStringArray()
	if event.get("event") == "built":
		for file: String in event["changed"]:
			var path := ProjectSettings.localize_path(String(event["output"]).path_join(file))
			if path.begins_with("res://"):
				paths.append(path)
	return paths


## Imports again, before it returns, the textures that the editor knows. A scan finds the new ones a
## moment later.
func _import(changed: PackedStringArray) -> void:
	if changed.is_empty():
		return
	var filesystem := EditorInterface.get_resource_filesystem()
	var textures := PackedStringArray()
	for path: String in changed:
		var source := path.trim_suffix(".import")
		if source == path and not FileAccess.file_exists(path + ".import"):
			filesystem.update_file(path)
		elif filesystem.get_file_type(source) != "" and not textures.has(source):
			textures.append(source)
	if not textures.is_empty():
		filesystem.reimport_files(textures)
	filesystem.scan()
