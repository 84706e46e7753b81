"""Matrices: the combinations of values that one entry stands for."""

import itertools
import math
import re
from collections.abc import Collection, Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bluenoise_assets.manifest.decode import Decoder, Pairs, pairs
from bluenoise_assets.manifest.source import TEMPLATE, is_null
from bluenoise_assets.manifest.template import Member

MAX_TEXTURES = 10_000
MAX_COMBINATIONS_LISTED = 1000

_NUMBER = r"(?:0|-?[1-9][0-9]{0,14})"
_RANGE = rf"{_NUMBER}\.\.{_NUMBER}"


def members(decoder: Decoder, key: Node, node: Node, where: list[str]) -> list[Member] | None:
    """The combinations of a matrix, the value of `key`; None after a problem."""
    before = len(decoder.problems)
    found = decoder.mapping(node, where)
    axes = _axes(decoder, found or {}, where)
    if found is None or len(decoder.problems) > before:
        return None
    if not axes and "include" not in found:
        decoder.problem(key, where, "the matrix has no variable", "write matrix: {size: [32, 64]}")
        return None
    if math.prod(len(values) for values in axes.values()) > MAX_TEXTURES:
        decoder.problem(key, where, f"the matrix has more than {MAX_TEXTURES} combinations")
        return None
    products = itertools.product(*axes.values()) if axes else ()
    every = [dict(zip(axes, values, strict=True)) for values in products]
    kept = _exclude(decoder, every, found, axes, [*where, "exclude"])
    kept = _include(decoder, kept, found, axes, [*where, "include"])
    if len(decoder.problems) > before:
        return None
    if not kept:
        decoder.problem(key, where, "every combination is excluded")
    return kept


def _axes(decoder: Decoder, found: Pairs, where: list[str]) -> dict[str, list[Node]]:
    """The variables of a matrix and their values."""
    axes: dict[str, list[Node]] = {}
    for variable, (name, values) in found.items():
        if variable in {"include", "exclude"}:
            continue
        inside = [*where, variable]
        if not TEMPLATE.fullmatch(f"{{{variable}}}"):
            text = f"'{variable}' cannot be a matrix variable"
            decoder.problem(name, where, text, "use letters, digits and _")
        elif not isinstance(values, SequenceNode) and not is_range(values):
            hint = f"write {_as_list(values.value)}" if isinstance(values, ScalarNode) and not is_null(values) else ""
            text = f"expected a list of values or a range, found {decoder.describe(values)}"
            decoder.problem(values, inside, text, hint)
        elif not values.value:
            decoder.problem(values, inside, "the list is empty")
        else:
            listed = values.value if isinstance(values, SequenceNode) else [values]
            every = (value for one in listed for value in _spread(decoder, one, inside))
            axes[variable] = list(itertools.islice(every, MAX_TEXTURES + 1))
            seen = set()
            for value in axes[variable]:
                decoder.cell(value, inside)
                if isinstance(value, ScalarNode) and value.value in seen:
                    decoder.problem(value, inside, f"the value {value.value} is listed twice")
                seen.add(str(value.value))
    return axes


def is_range(node: Node) -> bool:
    """Whether a value is a range of whole numbers, as `1..50`."""
    return isinstance(node, ScalarNode) and ".." in node.value and re.fullmatch(_RANGE, node.value) is not None


def _spread(decoder: Decoder, node: Node, where: list[str]) -> Iterator[Node]:
    """A value, or each number of a range."""
    if not is_range(node):
        yield node
        return
    first, last = map(int, node.value.split(".."))
    if first > last:
        decoder.problem(node, where, f"the range {node.value} is empty", f"write {last}..{first}")
    elif last - first >= MAX_TEXTURES:
        decoder.problem(node, where, f"the range {node.value} has more than {MAX_TEXTURES} values")
    else:
        for number in range(first, last + 1):
            yield ScalarNode("", str(number), node.start_mark, node.end_mark)


def _as_list(text: str) -> str:
    """How to write a list of one value, or what was probably meant for a range."""
    ends = re.fullmatch(r"(-?[0-9]{1,9}) *(?:-|to|:|,|\.\.\.|\.\.=) *(-?[0-9]{1,9})", text)
    return f"{ends[1]}..{ends[2]}" if ends else f"[{text}]"


def _exclude(
    decoder: Decoder, kept: list[Member], found: Pairs, axes: Collection[str], where: list[str]
) -> list[Member]:
    for chosen, at in _combinations(decoder, found, where):
        unknown = [variable for variable in chosen if variable not in axes]
        for variable in unknown:
            decoder.unknown_key(at[variable], variable, where, axes)
        before = len(kept)
        kept = [member for member in kept if not _matches(member, chosen)]
        if len(kept) == before and not unknown:
            decoder.problem(next(iter(at.values())), where, "this matches no combination")
    return kept


def _include(
    decoder: Decoder, kept: list[Member], found: Pairs, axes: Collection[str], where: list[str]
) -> list[Member]:
    known = {_texts(member) for member in kept}
    added = []
    for chosen, at in _combinations(decoder, found, where):
        variables = axes or chosen
        first = next(iter(at.values()))
        for variable in chosen:
            if variable not in variables:
                decoder.unknown_key(at[variable], variable, where, variables)
        for variable in variables:
            if variable not in chosen:
                decoder.problem(first, where, f"a value for '{variable}' is missing")
        if _texts(chosen) in known:
            decoder.problem(first, where, "the matrix has this combination already")
        known.add(_texts(chosen))
        added.append(chosen)
    return kept + added


def _combinations(decoder: Decoder, matrix: Pairs, where: list[str]) -> Iterator[tuple[Member, Member]]:
    """The mappings of `include` or `exclude`, and the nodes of their keys."""
    if where[-1] not in matrix:
        return
    node = matrix[where[-1]][1]
    if not isinstance(node, SequenceNode):
        decoder.problem(node, where, f"expected a list of combinations, found {decoder.describe(node)}")
        return
    if len(node.value) > MAX_COMBINATIONS_LISTED:
        decoder.problem(node, where, f"more than {MAX_COMBINATIONS_LISTED} combinations")
        return
    for item in node.value:
        if not isinstance(item, MappingNode) or not item.value:
            decoder.problem(item, where, f"expected a combination of values, found {decoder.describe(item)}")
            continue
        before = len(decoder.problems)
        for text, (_, value) in pairs(item).items():
            decoder.cell(value, [*where, text])
        if len(decoder.problems) == before:
            found = pairs(item).items()
            yield {text: value for text, (_, value) in found}, {text: key for text, (key, _) in found}


def _matches(member: Member, chosen: Member) -> bool:
    return all(variable in member and member[variable].value == node.value for variable, node in chosen.items())


def _texts(member: Member) -> frozenset[tuple[str, str]]:
    return frozenset((variable, node.value) for variable, node in member.items())
