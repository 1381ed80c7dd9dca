"""The pages of the models: their attributes, and where they are used."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from attrs import define

from afresh_toolkit.generator.referencing.links import MODELS, Links
from afresh_toolkit.generator.referencing.markdown import blocks, cell, code, fenced, prose, table
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.writing.aliases import Alias
from afresh_toolkit.generator.writing.models import Field, Model
from afresh_toolkit.generator.writing.package import Written

_MOST = 200
"""Models on one page: of more, there is a page for each initial letter."""

_FEW = 12
"""Places where a model is used that are listed."""


def pages_of(written: Written) -> dict[str, str]:
    """Return the page of each model, enum and alias by name, in the order of their names."""
    names = sorted(
        [*(model.name for model in written.models), *(one.name for one in written.aliases), *written.enums],
        key=lambda name: (name.lower(), name),
    )
    if len(names) <= _MOST:
        return dict.fromkeys(names, MODELS)
    return {name: f"models-{name[0].lower() if name[0].isascii() else 'other'}.md" for name in names}


@define(frozen=True)
class ModelPages:
    """Writes the pages of the models. `pages` has the page of each."""

    subject: Subject
    links: Links
    pages: Mapping[str, str]

    def write(self) -> Iterator[tuple[str, str]]:
        """Write the pages."""
        on_page: dict[str, list[str]] = defaultdict(list)
        for name, page in self.pages.items():
            on_page[page].append(name)
        intro = f"Import them from `{self.subject.package}.models`. The names in JSON are given where they differ."
        if [*on_page] != [MODELS]:
            rows = [
                (f"[{page.removesuffix('.md').rpartition('-')[2].upper()}]({page})", str(len(names)))
                for page, names in on_page.items()
            ]
            yield MODELS, blocks("# Models", intro, table(("first letter", "models"), rows))
        models = {model.name: model for model in self.subject.written.models}
        aliases = {alias.name: alias for alias in self.subject.written.aliases}
        uses = self._uses()
        for page, names in on_page.items():
            letter = page.removesuffix(".md").removeprefix("models").removeprefix("-").upper()
            parts = [self._part(name, page, models.get(name), aliases.get(name), uses.get(name, [])) for name in names]
            yield page, blocks(f"# Models{f': {letter}' if letter else ''}", intro if not letter else "", *parts)

    def _part(self, name: str, page: str, model: Model | None, alias: Alias | None, uses: list[tuple[str, str]]) -> str:
        if model is not None:
            content = self._model(model, page)
        elif alias is not None:
            content = blocks(
                prose(alias.docstring),
                f"{'One of' if len(alias.members) > 1 else 'It is'} {self.links.type(alias.annotation, page)}.",
            )
        else:
            values, said = self.subject.written.enums[name]
            content = blocks(prose(said), f"One of {', '.join(code(repr(value)) for value in values)}.")
        return blocks(f"## {name}", content, self._used(uses, page))

    def _model(self, model: Model, page: str) -> str:
        rows = [
            (
                f"{code(field.name)}{_marks(field)}",
                self.links.type(_type(field), page),
                "" if repr(field.name) == field.key else code(field.key[1:-1]),
                cell(field.description),
            )
            for field in model.fields
        ]
        head = ("attribute", "type", "in JSON", "description")
        shown = [0, 1, 2, 3] if any(row[2] for row in rows) else [0, 1, 3]
        said = model.docstring.partition("Attributes:\n")[0]
        rest = model.additional.annotation
        others = f"Other keys: `additional_properties`, values of the type {self.links.type(rest, page)}."
        return blocks(
            prose(said),
            table([head[at] for at in shown], [[row[at] for at in shown] for row in rows]),
            others if rest != "Any" else "",
        )

    def _used(self, uses: list[tuple[str, str]], page: str) -> str:
        shown = [
            self.links.operation(what, page) if kind == "operation" else self.links.type(what, page)
            for kind, what in uses[:_FEW]
        ]
        more = f" and {len(uses) - _FEW} others" if len(uses) > _FEW else ""
        return f"Used by {', '.join(shown)}{more}." if shown else ""

    def _uses(self) -> dict[str, list[tuple[str, str]]]:
        """Find where each model is used: by which operations, and by which models."""
        found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        for key, (_, method) in self.subject.method_of.items():
            for one in method.operation.imports:
                found[str(one.name)]["operation", key] = None
        written = self.subject.written
        for name, imports in (
            (one.name, one.imports) for listed in (written.models, written.aliases) for one in listed
        ):
            for one in imports:
                found[str(one.name)]["model", name] = None
        return {name: [*uses] for name, uses in found.items()}


def webhooks_page(subject: Subject, links: Links, page: str) -> str:
    """Write the page of the webhooks; the empty string where there are none."""
    webhooks = subject.written.webhooks
    if webhooks is None:
        return ""
    rows = [
        (code(one.name), code(one.key), links.type(one.annotation, page), cell(one.signed or "not signed"))
        for one in webhooks.all
    ]
    use = f"from {subject.package} import webhooks\n\nhelp(webhooks)"
    return blocks(
        "# Webhooks",
        f"Requests that the API sends. `{subject.package}.webhooks` reads them.",
        table(("webhook", "in the description", "holds", "signed"), rows),
        fenced("python", use),
    )


def _type(field: Field) -> str:
    """Return the type of an attribute that is there."""
    if field.required or field.default is None:
        return field.annotation
    return field.annotation.removesuffix(" | None" if field.absent == "None" else " | Unset")


def _marks(field: Field) -> str:
    marks = [
        *(["optional"] if not field.required else []),
        *(["only in answers"] if field.read_only else []),
        *(["secret"] if field.secret else []),
    ]
    return f" ({', '.join(marks)})" if marks else ""
