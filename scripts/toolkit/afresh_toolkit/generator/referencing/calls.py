"""An example of a call: the arguments that it must have, and its body, with example values."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.referencing.values.code import Code
from afresh_toolkit.generator.referencing.values.examples import EndlessError
from afresh_toolkit.generator.referencing.values.python_values import ExampleFile, PythonValues
from afresh_toolkit.generator.referencing.values.scalars import UnfitError
from afresh_toolkit.generator.writing.operations.arguments import Argument
from afresh_toolkit.generator.writing.resources import Method


@define(frozen=True)
class Given:
    """An argument with its value, as JSON and as code."""

    argument: Argument
    value: Any
    code: Code

    @property
    def is_by_name(self) -> bool:
        """Whether it is given by its name."""
        return self.argument.location not in {"path", "body"}


@define(frozen=True)
class ExampleCall:
    """A call of a method: what it is given, and what its code imports."""

    resource: str
    method: Method
    given: tuple[Given, ...]
    models: frozenset[str]
    imports: frozenset[str]

    @property
    def body(self) -> Given | None:
        """The body."""
        return next(self.at("body"), None)

    def at(self, location: str) -> Iterator[Given]:
        """Go through the arguments of one location: path, query, header, cookie or body."""
        return (one for one in self.given if one.argument.location == location)


def example_call(subject: Subject, resource: str, method: Method) -> ExampleCall | None:
    """Return a call with the arguments that it must have, and the body; None where no values can be made up."""
    operation = method.operation
    described = subject.described[operation.key]
    values = PythonValues(subject.attributes, subject.package)
    given: list[Given] = []
    try:
        for argument in operation.all_arguments:
            if argument.location == "body":
                if argument.name == "body":
                    given.append(_body(subject, method, described, values))
            elif argument.default is None and argument.prop is not None:
                value = subject.examples.of_parameter(argument.prop, _said(described, argument))
                shown = values.write(argument.prop, value)
                given.append(Given(argument, shown.sent, shown.code))
    except (EndlessError, UnfitError):
        return None
    return ExampleCall(resource, method, tuple(given), frozenset(values.models), frozenset(values.imports))


def _said(described: DescribedOperation, argument: Argument) -> Mapping[str, Any]:
    parameters = described.parameters
    found = parameters.get((argument.location, argument.key))
    return found or mapping(parameters.get(("querystring", argument.key)))


def _body(subject: Subject, method: Method, described: DescribedOperation, values: PythonValues) -> Given:
    body = method.operation.body
    if body is None:
        raise UnfitError
    way = body.ways[0]
    if way.annotation == "BinaryBody":
        return Given(body.argument, ExampleFile("report.bin"), 'b"content"')
    said = mapping(subject.document.resolve(described.data.get("requestBody"))[0])
    media = mapping(mapping(said.get("content")).get(way.said_type))
    shown = values.write(way.prop, subject.examples.of_body(way.prop, media))
    return Given(body.argument, shown.sent, shown.code)
