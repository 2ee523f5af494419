"""Exchanges as the emulator would log them."""

from urllib.parse import urlencode

from schema.exchanges import Exchange

USERS_SCOPE = "https://www.googleapis.com/auth/admin.directory.user.readonly"
USERS_PATH = "/admin/directory/v1/users"


def users(line: int = 1, answer: object = None, **changes: object) -> Exchange:
    """A listing of users; by default a good one."""
    query = {"customer": "my_customer"} | changes.pop("query", {})
    entry = {
        "method": "GET",
        "path": USERS_PATH,
        "query": urlencode(query),
        "operation": "directory.users.list",
        "subject": "auditor@example.com",
        "client": "audit@project.iam.gserviceaccount.com",
        "scopes": [USERS_SCOPE],
        "status": 200,
        "user_agent": None,
        "fault": False,
        "fault_answer": None,
        "form": {},
        "claims": None,
        "response": {"kind": "admin#directory#users"} if answer is None else answer,
    }
    return Exchange("log", line, entry | changes)


def page(
    line: int,
    ids: list[int],
    given: str | None = None,
    following: str | None = None,
    size: int = 2,
    mask: str | None = None,
) -> Exchange:
    answer = {"users": [{"id": str(name)} for name in ids]} if ids else {}
    if following:
        answer["nextPageToken"] = following
    query = {"maxResults": size, "pageToken": given, "fields": mask}
    return users(line, answer, query={name: value for name, value in query.items() if value is not None})


def token_call(status: int, answer: object, **changes: object) -> Exchange:
    return users(
        1,
        answer,
        method="POST",
        path="/token",
        operation=None,
        status=status,
        client=None,
        subject=None,
        **changes
    )


def error(code: int, **more: object) -> dict:
    return {"error": {"code": code, "message": "No."} | more}
