"""The resources of the generated package: each tag's operations as the methods of a class."""

import re
from collections.abc import Collection, Mapping

from attrs import define
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.strings import ClassName

from afresh_toolkit.generator.normalising.naming.reserved import PACKAGE_NAMES, fake_name, free, resource_name
from afresh_toolkit.generator.normalising.streams import StreamCode
from afresh_toolkit.generator.writing.codec import STRING_LITERAL
from afresh_toolkit.generator.writing.operations.facts import facts_of
from afresh_toolkit.generator.writing.operations.operation import Operation
from afresh_toolkit.generator.writing.wording.docstrings import sections
from afresh_toolkit.generator.writing.wording.markup import as_markdown
from afresh_toolkit.generator.writing.wording.prose import with_summary

_BUILTINS = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "str"})
PAST_THE_SESSION = (
    "This goes past the session of the client, which does not learn what became of the tokens: "
    "to sign in or out, use the client's own methods. The client renews tokens by itself."
)
_NAMES = re.compile(rf"{STRING_LITERAL}|(?<![\w.])[A-Za-z_]\w*")


@define(frozen=True)
class Method:
    """A method; `module_name` is what the operation's module is called inside it.

    `deals_in_tokens` is for the operations of the token lifecycle; `stream` says how to read a stream, where it is one.
    """

    name: str
    operation: Operation
    module_name: str
    deals_in_tokens: bool
    stream: StreamCode | None

    def returns(self, prefix: str) -> str:
        """Return the annotation of what the method returns; `prefix` is "Async" in the asynchronous class."""
        if self.stream is not None:
            return f"Abstract{prefix}ContextManager[{prefix}Streamed[{self.stream.annotation}]]"
        if self.operation.is_stream:
            return f"Abstract{prefix}ContextManager[httpx.Response]"
        if self.operation.paging:
            return f"{prefix}Pages[{self.operation.paging.page}, {self.operation.paging.item}]"
        return self.operation.answers.success_annotation

    @property
    def facts(self) -> str:
        """The expression of what a fake of the API knows of the operation."""
        return facts_of(self.operation, is_stream=self.stream is not None)

    @property
    def fake(self) -> str:
        """The annotation of the operation in a fake of the API."""
        operation = self.operation
        body = operation.body.argument.annotation if operation.body else "None"
        error = operation.answers.error_annotation
        if self.stream is not None:
            return f"FakeStream[{body}, {self.stream.annotation}, {error}]"
        if operation.is_stream:
            return f"FakeFile[{body}, {error}]"
        if operation.paging:
            return f"FakeList[{body}, {operation.paging.page}, {operation.paging.item}, {error}]"
        return f"FakeOperation[{body}, {operation.answers.success_annotation}, {error}]"

    @property
    def docstring(self) -> str:
        """The docstring, which says what becomes of other answers: that is up to the caller's SDK."""
        operation = self.operation
        returned = f"    {operation.returns}" if operation.returns else ""
        if self.stream is not None:
            returned += (
                "\n    As a context manager over an iterator, which gives each of them as it arrives; its `events()`\n"
                "    gives all that arrives, also what the description does not have."
            )
        elif operation.is_stream:
            returned += "\n    As a context manager; its body is read as it arrives, for example with `iter_bytes`."
        elif operation.paging:
            returned += "\n    Iterate over it for the items of all pages, or over its `pages()` for a page at a time."
        failures = [f"        {status}: {said}" for status, said in operation.failures]
        raised = "Raises:\n    APIError: The SDK's error for a status other than 2xx. Described are"
        return sections(
            operation.docstring,
            PAST_THE_SESSION if self.deals_in_tokens else "",
            operation.arguments_section,
            "" if self.returns("") == "None" or not returned else "\n".join(["Returns:", returned.lstrip("\n")]),
            "\n".join([raised, *failures]) if failures else "",
        )


@define(frozen=True)
class Resource:
    """A class with the operations of a tag, and the attribute under which it is offered."""

    attribute: str
    module: str
    name: str
    description: str
    methods: list[Method]

    @property
    def models(self) -> list[Class]:
        """The models that annotations name, but for those that are called like the class itself."""
        named = {cls.module_name: cls for method in self.methods for cls in method.operation.imports}
        return [named[module] for module in sorted(named) if named[module].name not in self._own_names]

    def spell(self, annotation: str) -> str:
        """Spell an annotation for the inside of the class, where a method named `list` hides the type."""
        hidden = {method.name for method in self.methods} & _BUILTINS

        def replace(match: re.Match[str]) -> str:
            name = match[0]
            if name in self._own_names:
                return f"models.{name}"
            return f"builtins.{name}" if name in hidden else name

        return _NAMES.sub(replace, annotation)

    @property
    def fake_attribute(self) -> str:
        """The attribute under which a fake of the API offers it."""
        return fake_name(self.attribute)

    def spell_fake(self, method: Method) -> str:
        """Spell the annotation of an operation in a fake of the API, which finds all models in one module."""
        models = {str(cls.name) for cls in method.operation.imports}
        hidden = {method.name for method in self.methods} & _BUILTINS

        def replace(match: re.Match[str]) -> str:
            name = match[0]
            return f"_models.{name}" if name in models else f"builtins.{name}" if name in hidden else name

        return _NAMES.sub(replace, method.fake)

    @property
    def _own_names(self) -> set[str]:
        return {self.name, f"Async{self.name}"}


def build_resources(
    operations: list[Operation],
    descriptions: Mapping[str, str],
    names: Mapping[str, str],
    token_operations: Collection[str],
) -> list[Resource]:
    """Put the operations of each tag together, in the order of the description.

    `descriptions` are those of the tags, `names` the names of the methods, and `token_operations` the operations of the
    token lifecycle, each by "METHOD /path".
    """
    return [
        _resource(
            tag,
            [operation for operation in operations if operation.tag == tag],
            descriptions.get(tag),
            names,
            token_operations,
        )
        for tag in dict.fromkeys(operation.tag for operation in operations)
    ]


def _resource(
    tag: str,
    operations: list[Operation],
    description: str | None,
    names: Mapping[str, str],
    token_operations: Collection[str],
) -> Resource:
    attribute = resource_name(tag)
    methods: list[Method] = []
    taken = {names[operation.key] for operation in operations}
    for operation in operations:
        name, stream = names[operation.key], operation.answers.stream
        is_beside = stream is not None and stream.is_beside
        module, deals_in_tokens = _module_name(operation), operation.key in token_operations
        methods.append(Method(name, operation, module, deals_in_tokens, None if is_beside else stream))
        if is_beside:
            methods.append(Method(free(f"{name}_stream", taken), operation, module, deals_in_tokens, stream))
    return Resource(
        attribute,
        operations[0].folder,
        _class_name(tag),
        with_summary(as_markdown(description or "")) or f"The operations of {tag}.",
        methods,
    )


def _class_name(tag: str) -> str:
    name = str(ClassName(tag, "Tag"))
    # What the package calls its own cannot be one; AsyncUsers is the class for users in asynchronous clients.
    return f"Tag{name}" if name in PACKAGE_NAMES or name.startswith("Async") else name


def _module_name(operation: Operation) -> str:
    # An argument of the same name would hide the module.
    hidden = any(argument.name == operation.module for argument in operation.all_arguments)
    return f"{operation.module}_operation" if hidden else operation.module
