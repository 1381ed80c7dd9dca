"""The names of methods among those of their group: short, none alike, and as they were where they were released."""

import keyword
import random

import pytest

from afresh_toolkit.generator.reading.inputs import Naming
from described import calls, description, places


@pytest.mark.parametrize(
    ("tag", "identifier", "name"),
    [
        ("tasks", "list_tasks", "list"),
        ("tasks", "get_task", "get"),
        ("task", "get_tasks", "get"),
        ("tasks", "list_task_activity", "list_activity"),
        ("attachments", "upload_attachment", "upload"),
        ("users", "me", "me"),
        ("service", "get_status", "get_status"),
        ("search", "search_tasks", "tasks"),
        ("audit", "list_audit_events", "list_events"),
        ("tasks", "tasks", "tasks"),
        ("categories", "find_category", "find"),
        ("addresses", "add_address", "add"),
        ("statuses", "set_status", "set"),
        ("buses", "ride_bus", "ride"),
        ("movies", "rate_movie", "rate"),
        ("task_comments", "list_task_comments", "list"),
        ("task_comments", "list_comments", "list_comments"),
        ("tasks", "import_tasks", "import_"),
        ("tasks", "task_2", "task_2"),
        ("lists", "list_", "list"),
        ("companies", "attachContactToACompany", "attach_contact"),
        ("pulls", "pull-request-stacks/list", "pull_request_stacks_list"),
        ("pulls", "pull-request/merge", "pull_request_merge"),
        ("pulls", "pulls/merge", "merge"),
        ("users", "users.messages.list", "messages_list"),
        ("user_groups", "user_groups:add_member", "add_member"),
    ],
)
def test_a_method_is_called_without_its_groups_noun(tag: str, identifier: str, name: str) -> None:
    (call,) = calls(description(f"GET /x {identifier} {tag} one")).values()
    assert call.rpartition(".")[2] == name


def test_operations_that_would_share_a_name_keep_what_tells_them_apart() -> None:
    found = calls(
        description("""
GET /a list_task tasks
GET /b list_tasks tasks
POST /c make_task tasks
POST /d make tasks
""")
    )
    assert found == {
        "GET /a": "tasks.list_task",
        "GET /b": "tasks.list_tasks",
        "POST /c": "tasks.make_task",
        "POST /d": "tasks.make",
    }


def test_paths_tell_apart_what_operation_ids_do_not() -> None:
    found = calls(
        description("""
GET /people/{id}/address getAddress
GET /companies/{id}/address getAddress
GET /v1/users - users
GET /v2/users - users
GET /users/{id}/tasks/{task} - users
GET /users/{id}/tasks/{task}/by/{kind} - users
""")
    )
    assert found == {
        "GET /people/{id}/address": "default.get_address_people",
        "GET /companies/{id}/address": "default.get_address_companies",
        "GET /v1/users": "users.list_v1",
        "GET /v2/users": "users.list_v2",
        "GET /users/{id}/tasks/{task}": "users.get_task",
        "GET /users/{id}/tasks/{task}/by/{kind}": "users.get_task_by_by_kind",
    }


def test_whole_operation_ids_stay_where_that_is_asked_for() -> None:
    lines = (
        "GET /users/{id} read_user_users__id__get users\nGET /tasks - tasks\nGET /tasks/{id} UsersController_get tasks"
    )
    assert calls(description(lines), Naming(short=False)) == {
        "GET /users/{id}": "users.read_user_users_id_get",
        "GET /tasks": "tasks.list_tasks",
        "GET /tasks/{id}": "tasks.users_controller_get",
    }


WITHOUT_TAGS = """
GET /api/v1/guilds/{id} get_guild - one
DELETE /api/v1/guilds/{id} delete_guild
GET /api/v1/guilds/{id}/bans list_guild_bans - list
GET /api/v1/users/@me get_my_user - one
PATCH /api/v1/users/@me update_my_user
GET /api/v1/ping ping
"""


def test_operations_without_tags_are_grouped_by_where_their_paths_part() -> None:
    assert calls(description(WITHOUT_TAGS)) == {
        "GET /api/v1/guilds/{id}": "guilds.get",
        "DELETE /api/v1/guilds/{id}": "guilds.delete",
        "GET /api/v1/guilds/{id}/bans": "guilds.list_bans",
        "GET /api/v1/users/@me": "users.get_my",
        "PATCH /api/v1/users/@me": "users.update_my",
        "GET /api/v1/ping": "default.ping",
    }
    ungrouped = calls(description(WITHOUT_TAGS), Naming(group_by_path=False))
    assert {call.partition(".")[0] for call in ungrouped.values()} == {"default"}


@pytest.mark.parametrize(
    ("paths", "groups"),
    [
        ("/users /users/{id} /orders /orders/{id}", "users users orders orders"),
        (
            "/acme/api/users /acme/api/users/{id} /acme/api/jobs /acme/api/jobs/{id}",
            "users users jobs jobs",
        ),
        ("/tenants/{t}/users /tenants/{t}/users/{id} /tenants/{t}/orders", "users users orders"),
        ("/tenants /tenants/{t} /tenants/{t}/users /tenants/{t}/orders", "tenants tenants tenants tenants"),
        ("/{realm}/users /{realm}/users/{id} /{realm} /{realm}/roles", "users users default roles"),
        ("/users.json /users/{id}.json /chat.post /chat.get", "users users chat chat"),
        ("/v1/users /v1/users/{id} /v2/users /v2/users/{id}", "users users users users"),
        ("/getMe /sendMessage /setWebhook", "default default default"),
        ("/it", "default"),
    ],
)
def test_what_all_paths_share_tells_none_of_them_apart(paths: str, groups: str) -> None:
    found = calls(description("\n".join(f"GET {path}" for path in paths.split())))
    assert [call.partition(".")[0] for call in found.values()] == groups.split()


def test_a_few_operations_without_a_tag_stay_beside_those_with_one() -> None:
    found = calls(description("GET /users list users\nGET /users/{id} get users\nGET /jobs jobs\nGET /jobs/{id} job"))
    assert found["GET /jobs"] == "default.jobs"


def test_released_names_stay_and_others_make_room_for_them() -> None:
    recorded = {
        "GET /a": {"module": "tasks.find_tasks", "resource": "tasks", "name": "find"},
        "GET /c": {"module": "older.seek", "resource": "older", "name": "seek"},
    }
    content = description("GET /a list_tasks tasks\nGET /b find_tasks tasks\nGET /c seek_tasks tasks")
    found = places(content, recorded=recorded)
    assert {key: place.call for key, place in found.all.items()} == {
        "GET /a": "tasks.find",
        "GET /b": "tasks.find_tasks",
        "GET /c": "older.seek",
    }
    # The first has the module `find_tasks`.
    assert [place.module for place in found.all.values()] == ["tasks.find_tasks", "tasks.find_tasks_b", "older.seek"]
    assert {key: (kept.call, wanted.call) for key, (kept, wanted) in found.kept.items()} == {
        "GET /a": ("tasks.find", "tasks.list"),
        "GET /c": ("older.seek", "tasks.seek"),
    }


def test_names_that_are_as_the_description_says_are_not_reported() -> None:
    content = description("GET /a list_tasks tasks list\nGET /b/{id} get_task tasks")
    recorded = {
        key: {"module": place.module, "resource": place.resource, "name": place.method}
        for key, place in places(content).all.items()
    }
    assert not places(content, recorded=recorded).kept


PARTS = "users tasks {id} {user_id} api v1 v2 import me class reset-password 2fa é".split()  # noqa: SIM905  (words)
IDS = "- get getUsers get_user list list_1 users.index UsersController_get import _ 2fa 日".split()  # noqa: SIM905


def some(seed: int) -> list[str]:
    """Return the lines of a description, which are any."""
    chosen = random.Random(seed)
    lines = {
        f"{method} {path}": f"{chosen.choice(IDS)} {chosen.choice(['-', 'users', 'Users', 'user-controller', 'api'])} "
        f"{chosen.choice(['-', 'list', 'one', 'page', '201'])}"
        for _ in range(chosen.randint(1, 25))
        for path in ["/" + "/".join(chosen.choices(PARTS, k=chosen.randint(0, 4)))]
        for method in chosen.choices(["GET", "POST", "PUT", "PATCH", "DELETE"], k=2)
    }
    return [f"{key} {rest}" for key, rest in lines.items()]


@pytest.mark.parametrize("seed", range(25))
def test_no_two_names_are_alike_and_none_depends_on_the_order(seed: int) -> None:
    lines = some(seed)
    found = places(description("\n".join(lines)))
    for names in ([place.call for place in found.all.values()], [place.module for place in found.all.values()]):
        assert len({name.casefold() for name in names}) == len(names)
    for place in found.all.values():
        assert place.method.isidentifier()
        assert not keyword.iskeyword(place.method)
    random.Random(seed).shuffle(lines)
    assert places(description("\n".join(lines))).all == found.all


@pytest.mark.parametrize("seed", range(25))
def test_an_operation_that_is_added_renames_none_that_was_released(seed: int) -> None:
    lines = some(seed)
    before = places(description("\n".join(lines[:-1]))).all
    recorded = {
        key: {"module": place.module, "resource": place.resource, "name": place.method} for key, place in before.items()
    }
    after = places(description("\n".join(lines)), recorded=recorded).all
    assert {key: (after[key].call, after[key].module) for key in before} == {
        key: (place.call, place.module) for key, place in before.items()
    }
    calls_after = [place.call for place in after.values()]
    assert len(set(calls_after)) == len(calls_after)


def test_a_kept_group_keeps_the_name_that_clients_have_for_it() -> None:
    recorded = {"GET /a": {"module": "login.do", "resource": "login_", "name": "do"}}
    (place,) = places(description("GET /a sign_in access"), recorded=recorded).all.values()
    assert (place.resource, place.module, place.call) == ("login_", "login.do", "login_.do")
