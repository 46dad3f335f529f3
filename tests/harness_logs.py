"""Small logs in the forms in which Inspect AI 0.3, lm-eval 0.4 and promptfoo 0.121 write theirs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

if sys.version_info >= (3, 14):
    import zipfile
else:
    from backports.zstd import zipfile


def inspect_sample(
    number: int | str, value: object = "C", *, epoch: int = 1, scorer: str = "includes", **fields: object
) -> dict[str, object]:
    scores = {} if "error" in fields else {scorer: {"value": value, "answer": "42", "history": []}}
    return {"id": number, "epoch": epoch, "input": "?", "target": "42", "scores": scores, "completed": True, **fields}


def inspect_log(
    samples: Sequence[Mapping[str, object]],
    *,
    created: str = "2026-11-23T03:00:00+00:00",
    model: str = "vendor/model",
    task_id: str = "t1",
    task_version: int | str = 0,
    **fields: object,
) -> dict[str, object]:
    spec = {
        "created": created,
        "task": "arithmetic",
        "task_id": task_id,
        "task_version": task_version,
        "model": model,
        "dataset": {"samples": len(samples)},
        "config": {"epochs": 1},
    }
    return {"version": 2, "status": "success", "eval": spec, "invalidated": False, **fields, "samples": list(samples)}


def write_inspect_json(folder: Path, log: Mapping[str, object], *, name: str = "arithmetic_a") -> Path:
    file = folder / f"2026-11-23T03-00-00+00-00_{name}.json"
    file.write_text(json.dumps(log), encoding="utf-8")
    return file


def write_inspect_eval(
    folder: Path,
    log: Mapping[str, object],
    *,
    parts: Sequence[str] = ("start", "samples", "journal", "summaries", "header"),
    compression: int = zipfile.ZIP_ZSTANDARD,
    name: str = "arithmetic_a",
) -> Path:
    """Write a zip file; `parts` says how far the writing came."""
    file = folder / f"2026-11-23T03-00-00+00-00_{name}.eval"
    head = {key: value for key, value in log.items() if key != "samples"}
    samples = log["samples"]
    assert isinstance(samples, list)
    summaries = [{key: value for key, value in each.items() if key != "invalidation"} for each in samples]
    with zipfile.ZipFile(file, "w", compression) as archive:
        if "start" in parts:
            archive.writestr("_journal/start.json", json.dumps({"version": 2, "eval": log["eval"]}))
        if "samples" in parts:
            for each in samples:
                archive.writestr(f"samples/{each['id']}_epoch_{each['epoch']}.json", json.dumps(each))
        if "journal" in parts:
            archive.writestr("_journal/summaries/1.json", json.dumps(summaries[:1]))
            archive.writestr("_journal/summaries/2.json", json.dumps(summaries[1:]))
        if "summaries" in parts:
            archive.writestr("summaries.json", json.dumps(summaries))
        if "header" in parts:
            archive.writestr("header.json", json.dumps(head))
    return file


def lm_eval_sample(number: int, *, through: str = "none", **metrics: object) -> dict[str, object]:
    return {
        "doc_id": number,
        "doc": {"q": "2+2="},
        "target": "4",
        "resps": [["4"]],
        "filtered_resps": ["4"],
        "filter": through,
        "metrics": list(metrics),
        "doc_hash": "fe15",
        **metrics,
    }


def write_lm_eval(
    folder: Path,
    tasks: Mapping[str, Sequence[Mapping[str, object]]],
    *,
    time: str = "2026-11-23T03-05-16.793253",
    **results: object,
) -> Path:
    """Write results, and samples beside them; give the results."""
    written = {
        "results": {task: {"alias": task} for task in tasks},
        "versions": dict.fromkeys(tasks, 1.0),
        "higher_is_better": {task: {"acc": True, "exact_match": True, "perplexity": False} for task in tasks},
        "config": {"model": "local-completions", "model_args": {"model": "vendor/model"}},
        # 23 November 2026, 03:00 UTC.
        "date": 1795402800.25,
        "model_name": "vendor/model",
        **results,
    }
    for task, samples in tasks.items():
        lines = "".join(f"{json.dumps(each)}\n" for each in samples)
        (folder / f"samples_{task}_{time}.jsonl").write_text(lines, encoding="utf-8")
    file = folder / f"results_{time}.json"
    file.write_text(json.dumps(written), encoding="utf-8")
    return file


def promptfoo_result(test: int, score: object = 1, *, number: int = 0, x: str = "hello") -> dict[str, object]:
    return {
        "testIdx": test,
        "promptIdx": number,
        "provider": {"id": "vendor:model", "label": ""},
        "prompt": {"raw": f"say {x}", "label": "say {{x}}"},
        "testCase": {"vars": {"x": x}, "assert": [{"type": "contains", "value": "say"}]},
        "vars": {"x": x},
        "score": score,
        "success": score == 1,
        "failureReason": 0 if score == 1 else 1,
        "gradingResult": {"pass": score == 1, "score": score},
        "error": None if score == 1 else "Expected output to contain",
    }


#: What a call that failed leaves.
PROMPTFOO_ERROR: dict[str, object] = {"failureReason": 2, "gradingResult": None, "error": "Error: backend exploded"}


def write_promptfoo(
    folder: Path, results: Sequence[Mapping[str, object]], /, *, name: str = "out", **fields: object
) -> Path:
    written = {
        "evalId": f"eval-{name}",
        "results": {"version": 3, "timestamp": "2026-11-23T03:00:00.425Z", "prompts": [], "results": list(results)},
        "config": {"description": "arithmetic"},
        "metadata": {"promptfooVersion": "0.121.20"},
        **fields,
    }
    file = folder / f"{name}.json"
    file.write_text(json.dumps(written), encoding="utf-8")
    return file
