"""`{name}` in texts: places for the values of a matrix."""

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.manifest.decode import Decoder
from bluenoise_assets.manifest.source import TEMPLATE
from bluenoise_assets.spec.interpreter import suggestion

Member = dict[str, Node]
"""One combination of a matrix: the value of each variable."""


def has_template(node: Node) -> bool:
    """Whether any text of a tree has a place for a matrix value."""
    if isinstance(node, ScalarNode):
        return TEMPLATE.search(node.value) is not None
    if isinstance(node, MappingNode):
        return any(has_template(value) for _, value in node.value)
    return any(has_template(item) for item in node.value)


def filled_text(decoder: Decoder, node: Node, member: Member, where: list[str]) -> str | None:
    """A text with its templates filled in; None after a problem."""
    for found in TEMPLATE.finditer(node.value):
        if found[1] not in member:
            hint = suggestion(found[1], member) if member else "add a matrix"
            decoder.problem(node, where, f"there is no matrix variable '{found[1]}'", hint)
            return None
    return TEMPLATE.sub(lambda found: str(member[found[1]].value), node.value)


def filled(decoder: Decoder, node: Node, member: Member, where: list[str]) -> Node | None:
    """A tree with its templates filled in; `{name}` alone becomes the matrix value with its type.

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
