"""Everything that the API can do, asked for with requests, the HTTP client of most Python programs.

Usage: client.py URL VIDEO. It ends with an AssertionError at the first answer that is not as the contract says, and
uses every operation that the server documents.
"""

import sys
import time

import requests

URL, VIDEO = sys.argv[1], sys.argv[2]
# Until a task ends, in seconds, on a machine that is busy with other tests.
LIMIT = 120
# Of these every operation has to be used below.
TAGS = {"Accounts", "Licence", "Phones", "Scripts", "Server", "Settings", "Tasks"}

session = requests.Session()
used = set()


def ask(method, path, expected=0, raw=False, **options):
    """The `data` of the answer, which has to carry the code `expected`; `path` names its places in braces."""
    values = options.pop("at", {})
    response = session.request(method, URL + path.format(**values), timeout=30, **options)
    used.add((method.lower(), path))
    if raw:
        assert response.status_code == 200, (method, path, response.text)
        return response
    answer = response.json()
    assert answer["code"] == expected, (method, path, answer)
    assert (response.status_code == 200) == (expected == 0), (method, path, response.status_code)
    return answer["data"]


def task_when(task, wanted):
    """The task, once it is in the status `wanted`."""
    end = time.monotonic() + LIMIT
    while True:
        found = ask("GET", "/api/v1/task/{task_id}", at={"task_id": task})
        if found["status_text"] == wanted:
            return found
        assert time.monotonic() < end, found
        # This route does not wait for the end, so the program polls it.
        time.sleep(0.05)


def post(serial, caption, **more):
    config = {"content_type": 0, "captions": caption, "material_list": [VIDEO], "upload_wait_time": 60}
    body = {"serials": [serial], "script_name": "post", "script_config": config, **more}
    return ask("POST", "/api/v1/task", json=body)["task_ids"][0]


def fault(serial, body):
    assert session.post(f"{URL}/virtual/phones/{serial}/faults", json=body, timeout=30).ok


def mend(serial):
    assert session.delete(f"{URL}/virtual/phones/{serial}/faults", timeout=30).ok


def server():
    assert ask("GET", "/healthz")["status"] == "ok"
    license = ask("GET", "/api/v1/license/check")
    assert license["api_enabled"] and license["trial"] and license["plan_name"] == "Pro", license
    settings = ask("GET", "/api/v1/setting")
    changed = ask("PATCH", "/api/v1/setting", json={"max_retries": 1})
    assert changed == {**settings, "max_retries": 1}, changed
    ask("PATCH", "/api/v1/setting", json={"max_retries": 0})
    audit = ask("GET", "/api/v1/audit", params={"operation": "changeSettings", "page_size": 1})
    assert audit["total"] == 2 and audit["entries"][0]["status"] == 200, audit
    names = [script["name"] for script in ask("GET", "/api/v1/script")["scripts"]]
    assert {"post", "follow", "unfollow"} <= set(names), names
    script = ask("GET", "/api/v1/script/{script_name}", at={"script_name": "post"})
    assert script["schema"]["properties"]["captions"]["type"] == "string", script


def phones():
    group = ask("POST", "/api/v1/group", json={"name": "Rack 1"})
    at = {"group_id": group["id"]}
    assert ask("PATCH", "/api/v1/group/{group_id}", at=at, json={"note": "by the door"})["note"] == "by the door"
    ask("PATCH", "/api/v1/device/{serial}", at={"serial": "virtual-1"}, json={"name": "first", "group": "Rack 1"})
    found = ask("GET", "/api/v1/device", params={"group": "Rack 1", "page_size": 5})
    assert [phone["serial"] for phone in found["devices"]] == ["virtual-1"], found
    assert ask("GET", "/api/v1/device/{serial}", at={"serial": "virtual-1"})["name"] == "first"
    assert ask("GET", "/api/v1/group/{group_id}", at=at)["device_count"] == 1
    assert ask("GET", "/api/v1/group")["total"] == 1
    assert ask("DELETE", "/api/v1/group/{group_id}", at=at)["released_device_count"] == 1
    ask("DELETE", "/api/v1/device/{serial}", at={"serial": "virtual-1"}, expected=40001)
    address = {"address": "127.0.0.1:1"}
    assert ask("POST", "/api/v1/device/address", json=address) == {**address, "configured": False}
    assert address["address"] in [it["address"] for it in ask("GET", "/api/v1/device/address")["addresses"]]
    assert ask("DELETE", "/api/v1/device/address/{address}", at=address) == {"deleted_count": 1}
    scan = ask("POST", "/api/v1/device/scan", json={"network": "127.0.0.1/32", "port": 1})
    assert scan == {"scanned": 1, "phones": []}, scan
    # A phone that only a task names is known until it is deleted.
    task = post("never-there", "waits")
    assert ask("GET", "/api/v1/task/{task_id}", at={"task_id": task})["waiting_reason"] == "device_offline"
    assert ask("DELETE", "/api/v1/task/{task_id}", at={"task_id": task}) == {"deleted_count": 1}
    assert ask("DELETE", "/api/v1/device/{serial}", at={"serial": "never-there"}) == {"deleted_count": 1}


def accounts():
    account = ask("POST", "/api/v1/account", json={"username": "@Maker.One", "note": "of Ümit"})
    at = {"account_id": account["id"]}
    assert account["username"] == "maker.one", account
    assert ask("PATCH", "/api/v1/account/{account_id}", at=at, json={"enabled": False})["enabled"] is False
    assert ask("GET", "/api/v1/account/{account_id}", at=at)["note"] == "of Ümit"
    found = ask("GET", "/api/v1/account", params={"enabled": "false"})
    assert found["total"] == 1, found
    assert ask("GET", "/api/v1/accounts", params={"status": 1})["accounts"][0]["status_text"] == "disabled"
    table = ask("GET", "/api/v1/account/export", raw=True).content
    csv = {"Content-Type": "text/csv"}
    assert ask("POST", "/api/v1/account/import", data=table, headers=csv) == {"created_count": 0, "updated_count": 1}
    assert ask("DELETE", "/api/v1/account/{account_id}", at=at) == {"deleted_count": 1}


def tasks():
    # Two programs may mean the same request: the second gets the answer of the first.
    key = {"Idempotency-Key": "one post"}
    body = {
        "serials": ["virtual-1"],
        "script_name": "post",
        "script_config": {"captions": "from Python 👩‍👩‍👧‍👦", "material_list": [VIDEO], "upload_wait_time": 60},
    }
    made = ask("POST", "/api/v1/task", json=body, headers=key)
    assert made == ask("POST", "/api/v1/task", json=body, headers=key) and made["created_count"] == 1, made
    done = task_when(made["task_ids"][0], "completed")
    assert (done["status"], done["outcome"], done["progress"]) == (2, "succeeded", 100), done
    wrong = ask("POST", "/api/v1/task", expected=40001, json={**body, "serails": [], "priority": 101})
    assert {problem["field"] for problem in wrong} == {"serails", "priority"}, wrong

    fault("virtual-1", {"fault": "popup", "kind": "captcha"})
    failed = post("virtual-1", "fails")
    task = task_when(failed, "failed")
    for artifact in task["artifacts"]:
        at = {"task_id": failed, "name": artifact["name"]}
        file = ask("GET", "/api/v1/task/{task_id}/artifact/{name}", at=at, raw=True)
        assert file.headers["Content-Type"] in ("image/png", "application/xml", "application/gzip") and file.content, at
    assert task["artifacts"], task
    assert ask("GET", "/api/v1/task/{task_id}/log", at={"task_id": failed})["lines"] is not None
    assert ask("POST", "/api/v1/task/{task_id}/retry", at={"task_id": failed})["status_text"] == "pending"
    task_when(failed, "failed")
    mend("virtual-1")
    assert ask("POST", "/api/v1/task/retry-all") == {"retried_count": 1}
    task_when(failed, "completed")

    fault("virtual-2", {"fault": "slow_upload", "seconds": 50})
    slow = post("virtual-2", "is stopped")
    task_when(slow, "running")
    assert ask("POST", "/api/v1/task/{task_id}/stop", at={"task_id": slow})["outcome"] == "stopped"
    ask("POST", "/api/v1/task/{task_id}/stop", at={"task_id": slow}, expected=40001)
    mend("virtual-2")
    ask("POST", "/api/v1/task/{task_id}/cancel", at={"task_id": slow}, expected=40001)

    assert ask("GET", "/api/v1/task/stats") == {"total": 3, "pending": 0, "running": 0, "completed": 2, "failed": 1}
    first = ask("GET", "/api/v1/task", params={"page_size": 2, "source": "api"})
    rest = ask("GET", "/api/v1/task", params={"page_size": 2, "source": "api", "cursor": first["next_cursor"]})
    numbers = [task["id"] for task in first["tasks"] + rest["tasks"]]
    assert numbers == sorted(numbers, reverse=True) and len(numbers) == 3 and rest["next_cursor"] is None, numbers
    dry_run = {"params": {"dry_run": "true"}, "json": {"filter": {"script_name": "post"}}}
    assert ask("POST", "/api/v1/task/batch-stop", **dry_run)["stopped_count"] == 0
    assert ask("POST", "/api/v1/task/batch-cancel", **dry_run)["cancelled_count"] == 0
    assert ask("POST", "/api/v1/task/batch-retry", **dry_run) == {"retried_count": 1, "not_found": [], "skipped": []}
    ask("POST", "/api/v1/task/batch-retry", json={"filter": {}}, expected=40001)
    skipped = ask("POST", "/api/v1/task/batch-cancel", json={"task_ids": [slow]})["skipped"]
    assert [task["id"] for task in skipped] == [slow], skipped
    gone = ask("DELETE", "/api/v1/task/batch", json={"task_ids": [slow, 4711]})
    assert gone == {"deleted_count": 1, "not_found": [4711]}, gone
    assert ask("POST", "/api/v1/task/batch-delete", json={"task_ids": numbers})["deleted_count"] == 2
    ask("GET", "/api/v1/task/{task_id}", at={"task_id": slow}, expected=40401)


def everything_was_used():
    document = ask("GET", "/openapi.json", raw=True).json()
    told = {
        (method, path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if TAGS & set(operation["tags"])
    }
    assert told <= used, f"this program does not use {sorted(told - used)}"


server()
phones()
accounts()
tasks()
everything_was_used()
print(f"{len(used)} operations answered as they should")
