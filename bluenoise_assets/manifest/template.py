"""`{name}` in texts: places for the values of variables, those of the manifest and those of a matrix."""

from collections.abc import Collection

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.manifest.decode import Decoder
from bluenoise_assets.manifest.input_files import environment_problem, path_problem
from bluenoise_assets.manifest.source import TEMPLATE
from bluenoise_assets.spec.interpreter import suggestion

Member = dict[str, Node]
"""The value of each variable: of the manifest's, and of one combination of a matrix."""


def has_template(node: Node) -> bool:
    """Whether any text of a tree has a place for a variable's value."""
    if isinstance(node, ScalarNode):
        return TEMPLATE.search(node.value) is not None
    if isinstance(node, MappingNode):
        return any(has_template(value) for _, value in node.value)
    return any(has_template(item) for item in node.value)


def filled_text(decoder: Decoder, node: Node, member: Member, where: list[str]) -> str | None:
    """A text with its templates filled in; None after a problem."""
    for found in TEMPLATE.finditer(node.value):
        if node.value[: found.start()].endswith("$"):
            decoder.problem(node, where, *environment_problem(f"${found[0]}"))
            return None
        if found[1] not in member:
            unknown_variable(decoder, node, found[1], member, where)
            return None
    return TEMPLATE.sub(lambda found: str(member[found[1]].value), node.value)


def path_text(decoder: Decoder, node: ScalarNode, member: Member, where: list[str], kind: str) -> str | None:
    """The path of a file or folder, `kind`, with its templates filled in; None after a problem."""
    wrong = path_problem(node.value, kind)
    if wrong is None and "{" in node.value:
        text = filled_text(decoder, node, member, where)
        if text is None:
            return None
        wrong = path_problem(text, kind)
        node = ScalarNode("", text, node.start_mark, node.end_mark)
    if wrong is not None:
        decoder.problem(node, where, *wrong)
        return None
    return str(node.value)


def unknown_variable(decoder: Decoder, at: Node, name: str, known: Collection[str], where: list[str]) -> None:
    """Report a variable that there is not, unless it may stand in an included file that could not be read."""
    if decoder.lost:
        return
    declare = f"declare it: `variables: {{{name}: ...}}`"
    in_a_texture = where[0] == "textures"
    hint = suggestion(name, known) if known else f"add a matrix, or {declare}" if in_a_texture else declare
    decoder.problem(at, where, f"there is no variable '{name}'", hint)


def filled(decoder: Decoder, node: Node, member: Member, where: list[str]) -> Node | None:
    """A tree with its templates filled in; `{name}` alone becomes the variable's value with its type.

    None after a problem.
    """
    if isinstance(node, SequenceNode):
        items = [filled(decoder, item, member, where) for item in node.value]
        whole = SequenceNode("", items, node.start_mark, node.end_mark, node.flow_style)
        return None if None in items else whole
    if isinstance(node, MappingNode):
        inside = [(key, filled(decoder, value, member, [*where, key.value])) for key, value in node.value]
        mapping = MappingNode("", inside, node.start_mark, node.end_mark, node.flow_style)
        return None if any(value is None for _, value in inside) else mapping
    assert isinstance(node, ScalarNode)
    if not TEMPLATE.search(node.value):
        return node
    text = filled_text(decoder, node, member, where)
    if text is None:
        return None
    variable = TEMPLATE.fullmatch(node.value)
    if variable:
        return member[variable[1]]
    return ScalarNode("", text, node.start_mark, node.end_mark, style='"')
