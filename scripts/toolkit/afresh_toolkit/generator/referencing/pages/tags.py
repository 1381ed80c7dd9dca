"""The page of a tag: each of its operations, with all that a caller has to know."""

from collections.abc import Iterator

from attrs import define

from afresh_toolkit.generator.referencing.calls import example_call
from afresh_toolkit.generator.referencing.links import ERRORS, SIGNING_IN, Links, page_of
from afresh_toolkit.generator.referencing.markdown import blocks, cell, code, fenced, prose, slug, summary, table
from afresh_toolkit.generator.referencing.pages.statuses import error_class
from afresh_toolkit.generator.referencing.snippets import snippets
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.referencing.values.code import Brackets, lines
from afresh_toolkit.generator.referencing.wire import request_of
from afresh_toolkit.generator.writing.operations.answer_code import held, split
from afresh_toolkit.generator.writing.operations.arguments import Argument
from afresh_toolkit.generator.writing.resources import PAST_THE_SESSION, Method, Resource
from afresh_toolkit.generator.writing.wording.prose import sentences

_PAGING = {
    "cursor": "each page names the cursor of the next one",
    "offset": "each request says how many items to skip",
    "page": "each request says the number of its page",
    "link": "each page has the URL of the next one",
}
_FRAMING = {
    "events": "server-sent events",
    "texts": "server-sent events",
    "lines": "a line for each value",
    "sequence": "a JSON text sequence",
}


@define(frozen=True)
class TagPages:
    """Writes the pages of tags."""

    subject: Subject
    links: Links

    def write(self, resource: Resource) -> str:
        """Write the page of a tag."""
        page = page_of(resource)
        rows = [
            (
                f"[`{resource.attribute}.{method.name}`](#{slug(f'{resource.attribute}.{method.name}')})",
                code(method.operation.key),
                summary(method.operation.described),
            )
            for method in resource.methods
        ]
        return blocks(
            f"# {resource.attribute}",
            prose(resource.description),
            table(("method", "request", "summary"), rows),
            *(self._operation(resource, method, page) for method in resource.methods),
        )

    def _operation(self, resource: Resource, method: Method, page: str) -> str:
        operation = method.operation
        call = example_call(self.subject, resource.attribute, method)
        shown = snippets(call, self.subject.layer, self.subject.package) if call else None
        return blocks(
            f"## {resource.attribute}.{method.name}",
            code(operation.key),
            prose(operation.described),
            f"> {PAST_THE_SESSION}" if method.deals_in_tokens else "",
            fenced("python", "\n".join(_signature(resource, method))),
            self._needs(method),
            self._arguments(method, page),
            self._answers(method, page),
            self._continuing(method, page),
            *(
                (
                    "The request:",
                    fenced("http", request_of(call, self.subject)),
                    "In Python:",
                    fenced("python", shown.sync),
                    "With `AsyncClient`:",
                    fenced("python", shown.asynchronous),
                    *(("In the console:", fenced("console", shown.console)) if shown.console else ()),
                )
                if call and shown
                else ("There is no example: none can be made up for its types.",)
            ),
        )

    def _needs(self, method: Method) -> str:
        needs = self.subject.needs(method)
        scopes = self._scopes(method)
        asked = f" Scopes: {', '.join(map(code, scopes))}." if scopes else ""
        if needs:
            named = " or ".join(one if one == "a token" else code(one) for one in needs)
            return f"**Needs** {named}: see [signing in]({SIGNING_IN}).{asked}"
        if method.operation.security is None:
            return f"**Needs** nothing. A token is sent where there is one.{asked}"
        return "**Needs** nothing, and is sent without a token."

    def _scopes(self, method: Method) -> list[str]:
        described = self.subject.described[method.operation.key]
        asked = described.data.get("security", self.subject.document.content.get("security"))
        listed = [scope for one in asked or () for named in (one or {}).values() for scope in named or ()]
        return list(dict.fromkeys(map(str, listed)))

    def _arguments(self, method: Method, page: str) -> str:
        rows = [
            (
                f"{code(argument.name)}{'' if argument.default is None else ', optional'}",
                self.links.type(_without_absent(argument), page),
                _sent(argument, method),
                cell(argument.description),
            )
            for argument in method.operation.all_arguments
        ]
        return table(("argument", "type", "sent as", "description"), rows)

    def _answers(self, method: Method, page: str) -> str:
        operation = method.operation
        held_by = {response.status_code.pattern: held(response) for response in self.subject.endpoint(method).responses}
        rows: list[tuple[str, ...]] = []
        returned = method.returns("")
        successes = {response.status_code.pattern for response in split(self.subject.endpoint(method))[0]}
        for status in operation.answer_words:
            annotation = held_by.get(status, "None")
            words = cell(operation.answer_words.get(status, ""))
            shown = "any other" if status == "default" else status
            if status.startswith("2") or status in successes:
                is_empty = annotation == "None" and not operation.answers.redirects
                kind = "None" if is_empty or operation.answers.success_annotation == "None" else returned
                rows.append((shown, code("None") if kind == "None" else self.links.type(kind, page), words))
            else:
                raised = error_class(status)
                link = f"raises [`{raised}`]({ERRORS}#{raised.lower()})"
                body = "" if annotation == "None" else f", `body` is {self.links.type(annotation, page)}"
                rows.append((shown, f"{link}{body}", words))
        return table(("status", "answer", "meaning"), rows)

    def _continuing(self, method: Method, page: str) -> str:
        operation = method.operation
        if method.stream is not None:
            framing = _FRAMING[method.stream.framing]
            kind = self.links.type(method.stream.annotation, page)
            return (
                f"**Streams** {kind} ({framing}), each as it arrives. Use it as a context manager; `events()` gives "
                "all that arrives, also what the description does not have."
            )
        if operation.is_stream:
            return "**Streams** a file. Use it as a context manager; the body is read as it arrives."
        if operation.paging:
            item = self.links.type(operation.paging.item, page)
            how = _PAGING[operation.paging.kind]
            return (
                f"**Pages**: iterate over it for the items of all pages ({item}), or over its `pages()` for a page at "
                f"a time. Pages are fetched as they are needed; {how}."
            )
        return ""


def _signature(resource: Resource, method: Method) -> Iterator[str]:
    operation = method.operation
    parts = [argument.declaration for argument in operation.at("path")]
    parts += [operation.body.argument.declaration] if operation.body else []
    named = [argument.declaration for argument in operation.keyword_arguments]
    parts += ["*", *named] if named else []
    brackets = Brackets(f"{resource.attribute}.{method.name}(", tuple(("", part) for part in parts), ")")
    yield from lines("", brackets, f" -> {method.returns('')}")


def _without_absent(argument: Argument) -> str:
    """Return the type of an argument that is given."""
    absent = {"None": " | None", "UNSET": " | Unset"}.get(argument.default or "", "")
    return argument.annotation.removesuffix(absent) if absent else argument.annotation


def _sent(argument: Argument, method: Method) -> str:
    if argument.name == "body" and method.operation.body:
        kinds = dict.fromkeys(way.said_type for way in method.operation.body.ways)
        return sentences("the body", ", ".join(map(code, kinds))).removesuffix(".").replace(". ", ", ")
    if argument.location == "body":
        return "`Content-Type`"
    return f"{argument.location} {code(argument.key)}"
