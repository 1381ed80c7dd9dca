"""Nobody pays for what he does not use: importing the package, or one model, does not import the rest."""

import json

import pytest

from made import python
from places import ROOT

GENERATED = ROOT / "generated"
LIST = """
import json
print(json.dumps(sorted(name for name in sys.modules if name.startswith("afresh_api"))))
"""


def modules(program: str) -> list[str]:
    found: list[str] = json.loads(python(program + LIST, GENERATED))
    return found


def test_the_package_alone() -> None:
    assert modules("import afresh_api") == ["afresh_api", "afresh_api.client"]


def test_the_models_package_alone() -> None:
    assert modules("import afresh_api.models") == ["afresh_api", "afresh_api.client", "afresh_api.models"]


def test_one_model() -> None:
    found = modules("from afresh_api.models import Task")
    assert [name for name in found if ".models." in name] == ["afresh_api.models.task"]


def test_reading_a_model_imports_what_it_holds() -> None:
    program = """
from afresh_api.models import TokenAnswer
pair = {"accessToken": "a", "refreshToken": "b", "tokenType": "Bearer", "expiresIn": 1}
TokenAnswer.from_dict({"data": pair})
"""
    found = modules(program)
    assert [name for name in found if ".models." in name] == [
        "afresh_api.models.token_answer",
        "afresh_api.models.token_pair",
    ]


def test_resources_are_imported_when_they_are_used() -> None:
    program = """
from afresh_api.resources import Resources
resources = Resources(caller=None)
before = {name for name in sys.modules if name.startswith("afresh_api.resources.")}
assert not before, before
resources.tasks
"""
    found = modules(program)
    assert [name for name in found if name.startswith(("afresh_api.resources.", "afresh_api.api"))] == [
        "afresh_api.resources.tasks"
    ]


def test_every_model_can_be_had_and_is_listed() -> None:
    program = """
import afresh_api.models as models
assert set(models.__all__) <= set(dir(models))
for name in models.__all__:
    getattr(models, name)
from afresh_api.models import *
print(Task.__name__, NewTask.__module__)
"""
    assert python(program, GENERATED) == "Task afresh_api.models.new_task\n"


def test_a_model_that_does_not_exist_is_an_error_as_usual() -> None:
    import afresh_api.models as models  # noqa: PLC0415, PLR0402  (the module itself is the subject)

    with pytest.raises(AttributeError, match=r"module 'afresh_api\.models' has no attribute 'Tsk'"):
        models.Tsk  # type: ignore[attr-defined]  # noqa: B018  (getting it is the test)


def test_dateutil_is_imported_only_for_what_python_cannot_read() -> None:
    program = """
from afresh_api.values import parse_datetime
print(parse_datetime("2026-11-23T10:00:00.5Z"), "dateutil" in sys.modules)
print(parse_datetime("2026-11-23t10:00:00z"), "dateutil" in sys.modules)
"""
    assert python(program, GENERATED).splitlines() == [
        "2026-11-23 10:00:00.500000+00:00 False",
        "2026-11-23 10:00:00+00:00 True",
    ]
