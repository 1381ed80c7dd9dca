"""Names out of operationIds as frameworks write them by default, and out of paths where they write none."""

from typing import Any

import pytest

from described import calls, description, places

FASTAPI = """
GET /api/v1/users/me read_me_api_v1_users_me_get users one -> users.read_me
GET /api/v1/users/ read_users_api_v1_users__get users list -> users.list
GET /api/v1/users/{user_id} read_user_api_v1_users__user_id__get users one -> users.read
PUT /api/v1/users/{user_id}/roles set_roles_api_v1_users__user_id__roles_put users - -> users.set_roles
GET /api/v1/users/{user_id}/items get_api_v1_users__user_id__items_get users - -> users.get
GET /api/v1/users/both both_api_v1_users_both_get users - -> users.both_get
POST /api/v1/users/both both_api_v1_users_both_get users - -> users.both_post
GET /api/v1/items/{item_id} get_api_v1_items__item_id__get items - -> items.get
POST /auth/refresh refresh_token_auth_refresh_post auth - -> auth.refresh_token
GET /health health_health_get - - -> default.health
GET / root__get - - -> default.root
"""
BEHIND_A_PREFIX = """
GET /users/me read_me_api_v1_users_me_get users - -> users.read_me
GET /users/{user_id} read_user_api_v1_users__user_id__get users - -> users.read
"""
FLASK_OPENAPI3 = """
GET /api/books books_get_books_get books list -> books.list
GET /api/books/{bid} books_get_book__int_bid__get books - -> books.get
POST /api/books books_create_book_post books - -> books.create
POST /login login_login_post - - -> default.login
"""
FLASK_SMOREST = """
GET /api/v1/pets/ - pets - -> pets.list
POST /api/v1/pets/ - pets - -> pets.create
GET /api/v1/pets/{pet_id} - pets - -> pets.get
PUT /api/v1/pets/{pet_id} - pets - -> pets.update
DELETE /api/v1/pets/{pet_id} - pets - -> pets.delete
"""
LITESTAR = """
GET /api/users ApiUsersListUsers - list -> users.list
POST /api/users ApiUsersCreateUser - - -> users.create
GET /api/users/{user_id} ApiUsersUserIdGetUser - - -> users.get
GET /health HealthHealth - - -> default.health
"""
DJANGO_NINJA = """
GET /api/orders/ shop_api_list_orders - list -> orders.list
POST /api/orders/ shop_api_create_order - - -> orders.create
GET /api/orders/{order_id} shop_api_get_order - - -> orders.get
GET /api/orders/mine shop_api_mine - - -> orders.mine
"""
DRF_SPECTACULAR = """
GET /api/users/ users_list users list -> users.list
POST /api/users/ users_create users - -> users.create
GET /api/users/{id}/ users_retrieve users - -> users.retrieve
PUT /api/users/{id}/ users_update users - -> users.update
PATCH /api/users/{id}/ users_partial_update users - -> users.partial_update
DELETE /api/users/{id}/ users_destroy users - -> users.destroy
POST /api/users/{id}/set_password/ users_set_password_create users - -> users.set_password
POST /api/auth/token/ auth_token_create auth - -> auth.token_create
POST /api/auth/token/refresh/ auth_token_refresh_create auth - -> auth.token_refresh
"""
DRF_SPECTACULAR_TAGGED_API = """
GET /api/v1/users/ api_v1_users_list api list -> users.list
GET /api/v1/users/{id}/ api_v1_users_retrieve api - -> users.retrieve
GET /api/v1/groups/ api_v1_groups_list api list -> groups.list
GET /api/v1/groups/{id}/ api_v1_groups_retrieve api - -> groups.retrieve
POST /api/v1/auth/token/refresh/ api_v1_auth_token_refresh_create api - -> auth.token_refresh
POST /api/v1/auth/token/verify/ api_v1_auth_token_verify_create api - -> auth.token_verify
"""
NESTJS = """
GET / AppController_getHello App - -> app.get_hello
GET /subscribers SubscribersController_getSubscribers Subscribers list -> subscribers.list
GET /subscribers/{id} SubscribersController_getSubscriber Subscribers one -> subscribers.get
POST /subscribers SubscribersController_create Subscribers - -> subscribers.create
GET /subscribers/a SubscribersController_many[0] Subscribers - -> subscribers.many_a
GET /subscribers/b SubscribersController_many[1] Subscribers - -> subscribers.many_b
GET /v1/cats CatsController_findAll_v1 Cats - -> cats.find_all
GET /v1/cats/{id} CatsController_findOne_v1 Cats - -> cats.find_one_v1
GET /v2/cats/{id} CatsController_findOne_v2 Cats - -> cats.find_one_v2
"""
NESTJS_WITHOUT_TAGS = """
GET / AppController_getHello - - -> default.get_hello
POST /auth/login AuthController_login - - -> auth.login
POST /auth/refresh AuthController_refresh - - -> auth.refresh
GET /members/{id} MembersController_findOne - - -> members.find_one
DELETE /members/{id} MembersController_remove - - -> members.remove
"""
SPRINGDOC = """
GET /items list item-controller list -> item.list
GET /orders list_1 order-controller list -> order.list
GET /users getUsers user-controller list -> user.list
GET /users/{id} getUsers_1 user-controller one -> user.get
GET /users/all getUsers_2 user-controller list -> user.get_all
"""
SPRINGFOX = """
GET /users getUsersUsingGET_1 user-controller list -> user.list
GET /admin/users getUsersUsingGET admin-controller list -> admin.get_users
GET /echo echoUsingGET tools - -> tools.echo_get
POST /echo echoUsingPOST tools - -> tools.echo_post
"""
NSWAG = """
GET /api/Users/{id} Users_GetById Users - -> users.get_by_id
GET /api/Users Users_GetAll Users - -> users.get_all
GET /api/Orders Orders_Get Orders list -> orders.list
GET /api/Orders/{id} Orders_Get2 Orders one -> orders.get
"""
SWASHBUCKLE = """
GET /api/Users - Users list -> users.list
POST /api/Users - Users - -> users.create
GET /api/Users/{id} - Users one -> users.get
PUT /api/Users/{id} - Users - -> users.update
PATCH /api/Users/{id} - Users - -> users.patch
POST /api/Users/{id}/reset-password - Users - -> users.reset_password
GET /api/Account/roles - Account list -> account.list_roles
POST /api/Account/update/email - Account - -> account.update_email
DELETE /api/Account/delete-keys - Account - -> account.delete_keys
GET /WeatherForecast - Weather+Forecast list -> weather_forecast.list
"""
SCRAMBLE = """
GET /v1/users api.v1.users.index User list -> user.index
POST /v1/users api.v1.users.store User - -> user.store
GET /v1/users/{user} api.v1.users.show User - -> user.show
GET /posts posts.index Post list -> post.index
GET /users/{user}/posts users.posts.index Post list -> post.users_index
"""
RAILS = """
GET /api/v1/posts - - - -> posts.list
POST /api/v1/posts - - 201 -> posts.create
GET /api/v1/posts/{id} - - - -> posts.get
GET /api/v1/posts/{post_id}/comments - - - -> posts.list_comments
POST /api/v1/posts/{post_id}/comments - - - -> posts.create_comment
DELETE /api/v1/posts/{post_id}/comments/{id} - - - -> posts.delete_comment
GET /api/v1/comments/{id} - - - -> comments.get
POST /api/v1/login - - - -> default.login
"""
GRPC_GATEWAY = """
GET /v1/users/{id} UserService_GetUser UserService one -> user_service.get
GET /v1/users UserService_ListUsers UserService page -> user_service.list
"""
AIRFLOW = """
GET /api/v2/dags/{dag_id}/dagRuns get_dag_runs DagRun - -> dag_run.list
GET /api/v2/dags/{dag_id}/dagRuns/{id} get_dag_run DagRun - -> dag_run.get
"""
METHOD_AND_PATH = """
GET /commands getCommands Commands list -> commands.list
POST /commands postCommands Commands - -> commands.create
GET /commands/{id} getCommandsId Commands one -> commands.get
PUT /commands/{id} putCommandsId Commands - -> commands.update
POST /commands/send postCommandsSend Commands - -> commands.send
GET /commands/{id}/log/{type} getCommandsIdLogType Commands - -> commands.get_log_by_type
"""
REMOTE_CALLS = """
POST /chat.postMessage chat_postMessage chat - -> chat.post_message
GET /users.list users_list users - -> users.list
POST /projects:search - projects - -> projects.search
"""

FRAMEWORKS = {name: lines for name, lines in globals().items() if name.isupper() and isinstance(lines, str)}
SERVERS = {
    "BEHIND_A_PREFIX": [{"url": "https://api.example.com/api/v1"}],
    "SCRAMBLE": [{"url": "http://localhost/api"}],
}


def written(name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a framework's description, and what its operations should be called."""
    pairs = [line.split(" -> ") for line in FRAMEWORKS[name].strip().splitlines()]
    root = {"servers": SERVERS[name]} if name in SERVERS else {}
    expected = {" ".join(line.split()[:2]): call for line, call in pairs}
    return description("\n".join(line for line, _ in pairs), **root), expected


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_methods_are_called_without_what_their_framework_repeats(name: str) -> None:
    content, expected = written(name)
    assert calls(content) == expected


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_order_of_the_description_changes_no_name(name: str) -> None:
    content, expected = written(name)
    content["paths"] = {path: dict(reversed(item.items())) for path, item in reversed(content["paths"].items())}
    assert calls(content) == expected


def test_modules_and_models_are_called_by_the_function_too() -> None:
    content, _ = written("FASTAPI")
    found = {key: place.module for key, place in places(content).all.items()}
    assert found["GET /api/v1/users/{user_id}"] == "users.read_user"
    # Two functions are called `get`: the models of both could not be.
    assert found["GET /api/v1/items/{item_id}"] == "items.items_get"
    assert found["GET /api/v1/users/{user_id}/items"] == "users.users_get"


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("GET /balance balance_get accounts", "accounts.balance_get"),
        ("POST /verify/2 verify_2 checks", "checks.verify_2"),
        ("GET /controllers/{id} getController_status plant", "plant.get_controller_status"),
        ("GET /users/{id} getUserById users", "users.get_by_id"),
        ("POST /api-keys create_api_key keys", "keys.create_api"),
        ("POST /tasks/{id}/sub-issues add_sub_issue tasks", "tasks.add_sub_issue"),
        ("GET /settings get_settings settings one", "settings.get"),
        ("GET /users get_users users list", "users.list"),
        ("GET /users get_users users one", "users.get"),
        ("GET /albums/{id} get-an-album Albums", "albums.get"),
        ("GET /guilds/{id}/bans ban_user_from_guild guilds", "guilds.ban_user"),
        ("GET /clients listOAuth2Clients clients", "clients.list_oauth2"),
        ("GET /oauth2/clients listOAuth2Clients oAuth2", "oauth2.list_clients"),
        ("GET /apis/v1alpha1/pods listStorageV1alpha1Pod storage_v1alpha1", "storage_v1alpha1.list_pod"),
        ("GET /import importThings things", "things.import_"),
    ],
)
def test_what_an_author_meant_stays(operation: str, call: str) -> None:
    assert list(calls(description(operation)).values()) == [call]
