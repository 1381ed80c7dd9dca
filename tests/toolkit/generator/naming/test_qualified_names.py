"""Components that are called like the classes of packages are called by the class alone, where that is enough."""

import pytest

from afresh_toolkit.generator.normalising.naming.qualified import unqualified


@pytest.mark.parametrize(
    "names",
    [
        {"io.k8s.api.core.v1.Pod": "Pod", "io.k8s.apiextensions-apiserver.pkg.v1.Rule": "Rule"},
        {"model.Account": "Account", "model.Error": "model_Error", "handlers.Error": "handlers_Error"},
        {"api.core.v1.Event": "core_v1_Event", "api.events.v1.Event": "events_v1_Event"},
        {"batch.v1.Job": "v1_Job", "batch.v2.Job": "v2_Job"},
        {"Shop.Dto.Order": "Order", "Shop.Dto.User": "User"},
        {"Shop.Dto.Order": "Dto_Order", "Shop.Dto.User": "User", "Order": "Order"},
        {"com.example.dto.ORDER": "dto_ORDER", "com.example.entity.Order": "entity_Order"},
    ],
)
def test_the_package_is_left_out(names: dict[str, str]) -> None:
    assert unqualified(names) == names
    assert unqualified(reversed(names)) == names


@pytest.mark.parametrize(
    "names", [["Order", "Order.Line"], ["user.list", "user.item"], ["Foo.Bar", "Other"], ["v1.2.Things"], ["Plain", ""]]
)
def test_other_names_stay(names: list[str]) -> None:
    assert unqualified(names) == {name: name for name in names}
