"""The JSON Schema of manifests, made from the same annotated dataclasses that decode them.

Editors show it as completion and hover text. It is looser than the decoder where JSON Schema cannot follow: clashes
of names, cycles, rising quantiles.
"""

import json
import sys
from dataclasses import MISSING, fields
from typing import Annotated, Any, Literal, get_args, get_origin

from bluenoise_assets.formats.registry import MAX_SIDE
from bluenoise_assets.manifest.decode import alternatives, is_union, keys_of, required_keys, weighted, without_none
from bluenoise_assets.manifest.expand import CONTENT_KEYS, Language
from bluenoise_assets.manifest.include import SCHEMA
from bluenoise_assets.spec import PRESETS, Choice, Key, TextureSpec, canonical
from bluenoise_assets.spec.names import HIDDEN

TEMPLATE_SCHEMA = {"type": "string", "pattern": r"\{[A-Za-z_][A-Za-z0-9_]*\}"}
_SCALARS: dict[Any, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def json_schema() -> dict[str, Any]:
    """The schema of version 1, draft 2020-12, as plain JSON data."""
    texture = _object(TextureSpec, template=True, required=False)
    texture["properties"] |= {
        "extends": {"type": "string", "description": "Take the keys of another texture, as its name is written."},
        "matrix": {
            "type": "object",
            "description": "One texture for each combination; {variable} stands for a value.",
            "properties": {
                "include": {"type": "array", "items": {"type": "object"}, "description": "Combinations to add."},
                "exclude": {"type": "array", "items": {"type": "object"}, "description": "Combinations to drop."},
            },
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {"type": ["string", "number", "boolean"]},
            },
        },
    }
    path = {"type": "string", "minLength": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bluenoise-assets manifest",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA, "description": "The version of this format."},
            "include": {
                "anyOf": [path, {"type": "array", "items": path, "minItems": 1, "uniqueItems": True}],
                "description": "Manifests, relative to this file, whose defaults and textures this one takes over.",
            },
            "output": {
                "type": "string",
                "default": "bluenoise",
                "description": "The folder for the textures, relative to this file.",
            },
            "defaults": {
                **_object(TextureSpec, template=True, required=False),
                "description": "Keys for every texture that does not set them itself.",
            },
            "textures": {
                "type": "object",
                "description": "The textures by name; a name is a file's name without its suffix. "
                "An entry whose name begins with a dot is not built, only extended.",
                "minProperties": 1,
                "additionalProperties": {"$ref": "#/$defs/texture"},
                "patternProperties": {
                    f"^{HIDDEN}$": {"allOf": [{"$ref": "#/$defs/texture"}, {"properties": {"matrix": False}}]}
                },
            },
            "shaders": {
                **_schema(tuple[Language, ...], template=False),
                "uniqueItems": True,
                "description": "Shader files to write for each texture.",
            },
        },
        "required": ["schema"],
        "anyOf": [{"required": [key]} for key in CONTENT_KEYS],
        "additionalProperties": False,
        "$defs": {"texture": {"anyOf": [texture, {"type": "null"}]}},
    }


def json_schema_text() -> str:
    """The text of the committed file, `manifests/bluenoise.schema.json`."""
    return json.dumps(json_schema(), indent=1) + "\n"


def _object(kind: type, *, template: bool, required: bool = True) -> dict[str, Any]:
    properties = {name: _schema(hint, template=template) for name, hint in keys_of(kind).items()}
    for field in fields(kind):
        if field.name in properties and field.default not in (MISSING, None, ()):
            properties[field.name]["default"] = canonical(field.default)
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required and required_keys(kind):
        schema["required"] = sorted(required_keys(kind))
    return schema


def _schema(kind: Any, *, template: bool) -> dict[str, Any]:
    if get_origin(kind) is Annotated:
        plain, *notes = get_args(kind)
        schema = _schema(plain, template=template)
        for note in notes:
            if isinstance(note, Key):
                _bound(schema, note)
                schema["description"] = note.doc
        return schema
    if alternatives(kind):
        return {"anyOf": [form for choice in alternatives(kind) for form in _choice(choice, template=template)]}
    if is_union(kind):
        forms = [_schema(member, template=template) for member in without_none(kind)]
        return forms[0] if len(forms) == 1 else {"anyOf": forms}
    part = weighted(kind)
    if part is not None:
        items = _weighted(part, template=template)
        names: dict[str, Any] = {"enum": sorted(PRESETS), "description": "A preset."}
        return {
            "anyOf": [
                names,
                items,
                {"type": "array", "items": items, "minItems": 1},
                *([TEMPLATE_SCHEMA] if template else []),
            ]
        }
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), template=template)
    if get_origin(kind) is Literal:
        return _or_template({"enum": list(get_args(kind))}, template=template)
    if kind in _SCALARS:
        return _or_template({"type": _SCALARS[kind]}, template=template)
    return _object(kind, template=template)


def _tuple(items: tuple[Any, ...], *, template: bool) -> dict[str, Any]:
    item = _schema(items[0], template=template)
    if len(items) == 2 and items[1] is Ellipsis:
        return {"type": "array", "items": item}
    if items[0] is int:  # sizes are the only such key; their check bounds the sides
        item["anyOf" if "anyOf" in item else "allOf"] = [
            {"type": "integer", "minimum": 1, "maximum": MAX_SIDE},
            *([TEMPLATE_SCHEMA] if template else []),
        ]
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": len(items), "maxItems": len(items)}]}


def _weighted(kind: type, *, template: bool) -> dict[str, Any]:
    """One of the choices of a dataclass' first field, with the dataclass' other keys beside its tag."""
    (name, choice), *_ = keys_of(kind).items()
    extra = _object(kind, template=template)["properties"]
    del extra[name]
    forms = [form for member in alternatives(get_args(choice)[0]) for form in _choice(member, template=template)]
    mappings = [form for form in forms if form.get("type") == "object"]
    for form in mappings:
        form["properties"] |= extra
    return {"anyOf": mappings}


def _choice(kind: type[Choice], *, template: bool) -> list[dict[str, Any]]:
    names = keys_of(kind)
    inside = [_object(kind, template=template)]
    if len(names) == 1:
        inside += [_schema(hint, template=template) for hint in names.values()]
    if not required_keys(kind):
        inside.append({"type": "null"})
    forms: list[dict[str, Any]] = [] if required_keys(kind) else [{"const": kind.tag()}]
    return [
        *forms,
        {
            "type": "object",
            "properties": {kind.tag(): {"anyOf": inside, "description": (kind.__doc__ or "").strip()}},
            "required": [kind.tag()],
            "additionalProperties": False,
        },
    ]


def _or_template(schema: dict[str, Any], *, template: bool) -> dict[str, Any]:
    return {"anyOf": [schema, TEMPLATE_SCHEMA]} if template else schema


def _bound(schema: dict[str, Any], key: Key) -> None:
    plain = schema["anyOf"][0] if "anyOf" in schema else schema
    if key.minimum is not None:
        plain["minimum"] = key.minimum
    if key.maximum is not None:
        plain["maximum"] = key.maximum


if __name__ == "__main__":
    sys.stdout.write(json_schema_text())
