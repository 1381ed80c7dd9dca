"""What a reference is about: a package that was written, and what is known of its API."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from attrs import define, field
from openapi_python_client.parser.openapi import Endpoint

from afresh_toolkit.generator.extensions.lifecycle_code import TokenLifecycle
from afresh_toolkit.generator.guessing.keys import Security
from afresh_toolkit.generator.interpreting.interpretation import Interpretation
from afresh_toolkit.generator.normalising.normalise import Normalised
from afresh_toolkit.generator.reading.description import DescribedOperation
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.referencing.runtime import styles_of
from afresh_toolkit.generator.referencing.values.attributes import Attributes
from afresh_toolkit.generator.referencing.values.examples import Examples
from afresh_toolkit.generator.writing.package import Extensions, Written
from afresh_toolkit.generator.writing.resources import Method
from afresh_toolkit.generator.writing.surface import needs_of


@define(slots=False)
class Subject:
    """A package.

    `layer` is the package of the client, and `package` the generated one. `command` is the client's command.
    """

    layer: str
    package: str
    document: Document
    normalised: Normalised
    interpretation: Interpretation
    written: Written
    extensions: Extensions
    attributes: Attributes = field(init=False)
    examples: Examples = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.attributes = Attributes.of_models(self.written.models, self.interpretation.models)
        self.examples = Examples(self.document, self.normalised.origins, self.attributes)

    @property
    def security(self) -> Security:
        """What the API asks for."""
        return self.extensions.security

    @property
    def lifecycle(self) -> TokenLifecycle | None:
        """How tokens live."""
        return self.extensions.lifecycle

    @cached_property
    def styles(self) -> Any:
        """The package's own functions that write parameters."""
        return styles_of(self.written.modules)

    @cached_property
    def described(self) -> Mapping[str, DescribedOperation]:
        """The operations as they are described, by "METHOD /path"."""
        return {operation.name: operation for operation in self.normalised.operations}

    def endpoint(self, method: Method) -> Endpoint:
        """Return the operation of a method as the generator read it."""
        return self.interpretation.endpoints[method.operation.key]

    @cached_property
    def method_of(self) -> Mapping[str, tuple[str, Method]]:
        """The attribute of the resource, and the method, of each operation, by "METHOD /path"."""
        found: dict[str, tuple[str, Method]] = {}
        for resource in self.written.resources:
            for method in resource.methods:
                found.setdefault(method.operation.key, (resource.attribute, method))
        return found

    def needs(self, method: Method) -> Iterable[str]:
        """Return what a call needs: alternatives, each of schemes and tokens."""
        return needs_of(method.operation, self.security)
