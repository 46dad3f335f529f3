"""The pages of a board by name, each with the address of one that has something to show."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import httpx2


def pages_of(address: str) -> dict[str, str]:
    """Find an address of every kind of page on a served board; the more there is on it, the better."""
    with httpx2.Client(base_url=address, trust_env=False, timeout=60) as api:
        board = api.get("/v1/board").json()
        latest = board["latest_run"]
        answers = api.get(f"/v1/runs/{latest}/raw?limit=500").json()["items"]
        questions = api.get("/v1/questions?limit=500").json()["items"]
    # The one that fell furthest has the most to tell.
    told = [each for each in board["models"] if each["verdict"] and each["verdict"]["terms"]]
    model = min(told, key=lambda each: float(each["verdict"]["terms"]["change"]["exact"]))
    verdict = model["verdict"]
    pair = {"model": model["model"], "run_a": verdict["terms"]["compared_run"], "run_b": verdict["run"]}
    answer = max(answers, key=lambda each: (len(each["cases"]), len(each["calls"])))
    asked = max(questions, key=lambda each: each["figures"]["asked"] if each["figures"] else 0)
    longest = max((each["model"] for each in board["models"]), key=len)
    return {
        "board": "/",
        "runs": "/runs",
        "run": f"/runs/{latest}",
        "calibration": "/runs/1",
        "answer": f"/runs/{latest}/answers/{answer['answer_id']}",
        "model": f"/models/{quote(model['model'])}",
        "longest name": f"/models/{quote(longest)}",
        "comparison": f"/compare?{urlencode(pair)}",
        "report": f"/runs/{latest}/report",
        "report on a model": f"/runs/{latest}/report?{urlencode({'model': model['model']})}",
        "questions": "/questions",
        "question": f"/questions/{quote(asked['question'])}",
        "fleet": "/fleet",
        "about": "/about",
    }
