"""What `check` finds as JUnit XML, which CI systems show beside a merge request: each texture is a test."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from bluenoise_assets.builder.atomic_files import write_atomic
from bluenoise_assets.builder.checksums import SUMS_NAME, sums_problem
from bluenoise_assets.builder.lock import LOCK_NAME
from bluenoise_assets.builder.plan import Place, Plan
from bluenoise_assets.cli.planning import distinct
from bluenoise_assets.errors import Problem, printable


def write(path: Path, plans: Sequence[Plan], rebuilt: Mapping[Place, Problem]) -> None:
    """Write the report; `rebuilt` is what `--rebuild` found. Raises `BuildError` if it cannot be written."""
    write_atomic(path, report(plans, rebuilt))


def report(plans: Sequence[Plan], rebuilt: Mapping[Place, Problem]) -> bytes:
    """A test for each texture, of each lock and of each SHA256SUMS that is wrong one, too."""
    suite = ET.Element("testsuite", name="bluenoise-assets check")
    failures = 0
    for file, name, lines in _cases(plans, rebuilt):
        # GitLab tells tests apart by class and name
        case = ET.SubElement(suite, "testcase", classname=printable(file), name=printable(name), file=printable(file))
        if lines:
            failures += 1
            first = printable(lines[0] if len(lines) == 1 else f"{lines[0]}; and {len(lines) - 1} more")
            ET.SubElement(case, "failure", message=first).text = "\n".join(map(printable, lines))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(failures))
    whole = ET.Element("testsuites")
    whole.append(suite)
    text: bytes = ET.tostring(whole, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _cases(plans: Sequence[Plan], rebuilt: Mapping[Place, Problem]) -> Iterator[tuple[str, str, list[str]]]:
    """The file that a test is about, its name, and a line for each thing that is wrong."""
    for textures in distinct(texture for plan in plans for texture in plan.textures).values():
        manifest, name = textures[0].manifest, textures[0].spec.name
        problem = manifest.problem(name, "")
        place = f"{problem.file}:{problem.line}:{problem.column}"
        files = (file for texture in textures for file in texture.files if file.reasons)
        lines = [f"{place}: {file.file}: {'; '.join(file.reasons)}" for file in files]
        missed = next((texture.failures for texture in textures if texture.failures), ())
        if missed:
            required = manifest.requirement_problem(name, "")
            lines.append(f"{required.file}:{required.line}:{required.column}: {'; '.join(missed)}")
        if (found := rebuilt.get(textures[0].place)) is not None:
            lines.append(f"{found.file}:{found.line}:{found.column}: {found.text}")
        yield manifest.path.as_posix(), name, lines
    for plan in plans:
        if plan.lock_problem is not None:
            yield (plan.output / LOCK_NAME).as_posix(), LOCK_NAME, [plan.lock_problem.text]
        wrong = sums_problem(plan.output, plan.lock)
        if wrong is not None:
            yield (plan.output / SUMS_NAME).as_posix(), SUMS_NAME, [wrong]
