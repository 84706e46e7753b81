"""The JSON Schema of manifests, made from the same annotated dataclasses that decode them.

Editors show it as completion and hover text. It is looser than the decoder where JSON Schema cannot follow: clashes
of names, cycles, rising quantiles.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from bluenoise_assets.formats.registry import MAX_SIDE
from bluenoise_assets.manifest.entries import CONTENT_KEYS
from bluenoise_assets.manifest.include import SCHEMA
from bluenoise_assets.manifest.output_folders import DEFAULT, DEFAULT_FOLDER, GROUPS
from bluenoise_assets.spec import Choice, Key, Language, TextureSpec, canonical_form
from bluenoise_assets.spec import annotations as forms
from bluenoise_assets.spec.annotations import Form, KeyForm, NonEmpty, form_of, keys_of, required_keys
from bluenoise_assets.spec.names import HIDDEN

TEMPLATE_SCHEMA = {"$ref": "#/$defs/template"}
VALUE = {"type": ["string", "number", "boolean"]}
VALUES = {"anyOf": [VALUE, {"type": "array", "items": VALUE, "minItems": 1}]}
ENABLED = {
    "anyOf": [
        {"type": "boolean"},
        TEMPLATE_SCHEMA,
        {"type": "object", "minProperties": 1, "additionalProperties": VALUES},
    ],
    "description": "Whether the texture is there at all, or which values of variables that needs.",
}
_SCALARS: dict[Any, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}


def json_schema() -> dict[str, Any]:
    """The schema of version 1, draft 2020-12, as plain JSON data."""
    texture = _object(TextureSpec, template=True, required=False)
    texture["properties"] |= {
        "enabled": ENABLED,
        "extends": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "description": "Take the keys of another texture, as its name is written; of several the later counts.",
        },
        "matrix": {
            "type": "object",
            "description": "One texture for each combination; {variable} stands for a value.",
            "properties": {
                "include": {"type": "array", "items": {"type": "object"}, "description": "Combinations to add."},
                "exclude": {"type": "array", "items": {"type": "object"}, "description": "Combinations to drop."},
            },
            "additionalProperties": {
                "anyOf": [
                    {"type": "array", "minItems": 1, "items": VALUE},
                    {"type": "string", "pattern": r"\.\.", "description": "A range of whole numbers, as 1..50."},
                ]
            },
        },
    }
    defaults = _object(TextureSpec, template=True, required=False)
    defaults["properties"]["enabled"] = ENABLED
    path = {"type": "string", "minLength": 1}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bluenoise-assets manifest",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA, "description": "The version of this format."},
            "include": {
                "anyOf": [path, {"type": "array", "items": path, "minItems": 1, "uniqueItems": True}],
                "description": "Manifests, relative to this file, whose defaults and textures this one takes over; "
                "patterns as common/*.yaml, too.",
            },
            "variables": {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
                "additionalProperties": VALUES,
                "description": "Values that {name} stands for and that --set NAME=VALUE replaces; a list has all that "
                "are allowed, the default first.",
            },
            "output": {
                "anyOf": [
                    path,
                    {
                        "type": "object",
                        "properties": dict.fromkeys((DEFAULT, *GROUPS), path),
                        "additionalProperties": False,
                        "minProperties": 1,
                    },
                ],
                "default": DEFAULT_FOLDER,
                "description": "The folder for the textures, relative to this file; or folders: default, and those of "
                "engines, formats and shaders that have one of their own.",
            },
            "defaults": {
                **defaults,
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
                **_schema(form_of(tuple[Language, ...]), template=False),
                "uniqueItems": True,
                "description": "Languages to write shader functions in, for each texture that has no such key.",
            },
        },
        "required": ["schema"],
        "anyOf": [{"required": [key]} for key in CONTENT_KEYS],
        "additionalProperties": False,
        "$defs": {
            "texture": {"anyOf": [texture, {"type": "null"}]},
            "template": {"type": "string", "pattern": r"\{[A-Za-z_][A-Za-z0-9_]*\}"},
            **{form.kind.__name__: _definition(form) for form in _shared(form_of(TextureSpec))},
        },
    }


def json_schema_text() -> str:
    """The text of the committed file, `manifests/bluenoise.schema.json`."""
    return json.dumps(json_schema(), indent=1) + "\n"


def _shared(form: Form) -> Iterator[forms.Weighted | forms.Record]:
    """The forms inside another that the schema writes once, since they stand in several places."""
    inside: list[Form] = []
    match form:
        case forms.Items(item=item):
            inside = [item]
        case forms.Either(forms=members):
            inside = [*members]
        case forms.Choices(kinds=kinds):
            inside = [key.form for kind in kinds.values() for key in keys_of(kind).values()]
        case forms.Weighted(choices=choices):
            yield form
            inside = [choices]
        case forms.Named(item=item):
            inside = [item]
        case forms.Record(kind=kind):
            if kind is not TextureSpec:
                yield form
            inside = [key.form for key in keys_of(kind).values()]
    for one in inside:
        yield from _shared(one)


def _definition(form: forms.Weighted | forms.Record) -> dict[str, Any]:
    return _weighted(form, template=True) if isinstance(form, forms.Weighted) else _object(form.kind, template=True)


def _object(kind: Any, *, template: bool, required: bool = True) -> dict[str, Any]:
    properties = {name: _key(key, template=template) for name, key in keys_of(kind).items()}
    for name, key in keys_of(kind).items():
        if not key.required and key.default not in (None, ()):
            properties[name]["default"] = canonical_form(key.default)
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required and required_keys(kind):
        schema["required"] = sorted(required_keys(kind))
    if issubclass(kind, NonEmpty):
        schema["minProperties"] = 1
    return schema


def _key(key: KeyForm, *, template: bool) -> dict[str, Any]:
    schema = _schema(key.form, template=template)
    _bound(schema, key.note)
    schema["description"] = key.note.doc
    return schema


def _schema(form: Form, *, template: bool) -> dict[str, Any]:
    match form:
        case forms.Scalar(kind=kind):
            return _or_template({"type": _SCALARS[kind]}, template=template)
        case forms.Words(values=words):
            return _or_template({"enum": list(words)}, template=template)
        case forms.Items():
            return _items(form, template=template)
        case forms.Either(forms=members):
            return {"anyOf": [_schema(member, template=template) for member in members]}
        case forms.Choices():
            return {"anyOf": _choices(form, template=template)}
        case forms.Weighted():
            items = {"$ref": f"#/$defs/{form.kind.__name__}"}
            names = {"enum": sorted(form.presets), "description": "A preset."}
            every = [names, items, {"type": "array", "items": items, "minItems": 1}]
            return {"anyOf": [*every, TEMPLATE_SCHEMA] if template else every}
        case forms.File():
            return _or_template({"type": "string", "minLength": 1}, template=template)
        case forms.Named(names=names, item=item):
            properties = dict.fromkeys(names, _schema(item, template=template))
            return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        case forms.Record(kind=kind):
            return {"$ref": f"#/$defs/{kind.__name__}"}


def _items(form: forms.Items, *, template: bool) -> dict[str, Any]:
    item = _schema(form.item, template=template)
    if form.length is None:
        return {"type": "array", "items": item}
    if form.item == forms.Scalar(int):  # sizes are the only such key; their check bounds the sides
        item["anyOf" if "anyOf" in item else "allOf"] = [
            {"type": "integer", "minimum": 1, "maximum": MAX_SIDE},
            *([TEMPLATE_SCHEMA] if template else []),
        ]
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": form.length, "maxItems": form.length}]}


def _weighted(form: forms.Weighted, *, template: bool) -> dict[str, Any]:
    """One of the choices, with the dataclass' other keys beside its tag."""
    extra = _object(form.kind, template=template)["properties"]
    del extra[form.name]
    mappings = [one for one in _choices(form.choices, template=template) if one.get("type") == "object"]
    for one in mappings:
        one["properties"] |= extra
    return {"anyOf": mappings}


def _choices(form: forms.Choices, *, template: bool) -> list[dict[str, Any]]:
    return [one for choice in form.kinds.values() for one in _choice(choice, template=template)]


def _choice(kind: type[Choice], *, template: bool) -> list[dict[str, Any]]:
    keys = keys_of(kind)
    inside = [_object(kind, template=template)]
    if len(keys) == 1:
        inside += [_key(key, template=template) for key in keys.values()]
    if not required_keys(kind):
        inside.append({"type": "null"})
    alone: list[dict[str, Any]] = [] if required_keys(kind) else [{"const": kind.tag()}]
    return [
        *alone,
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
