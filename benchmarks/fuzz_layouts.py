"""Sound small files in the layouts of other programs: pictures, Hugging Face, language-model logs, earlier opinions."""

import base64
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.fuzz_files import (
    CLASSES,
    COUNT,
    IDS,
    NET,
    Case,
    command,
    given_labels,
    scores,
    some_dataset,
    write_table,
    zipped,
)

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
QUESTIONS, OPTIONS = 24, ("four", "five", "six", "sévén")
KEYS = np.random.default_rng(5).integers(0, len(OPTIONS), QUESTIONS)


def likelihoods() -> list[list[float]]:
    noise = np.random.default_rng(6).normal(-3, 1, (QUESTIONS, len(OPTIONS)))
    return np.round(noise + 2.5 * np.eye(len(OPTIONS))[KEYS], 3).tolist()


def lines(path: Path, records: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")


def picture_cases() -> Iterator[Case]:
    """Pictures in one folder per class, in a folder and in archives."""

    def write(folder: Path) -> None:
        for number, k in enumerate(given_labels()):
            home = folder / "pets" / CLASSES[k]
            home.mkdir(parents=True, exist_ok=True)
            (home / f"{number:03d}.png").write_bytes(PICTURE)
        order = np.argsort(given_labels(), kind="stable")
        np.save(folder / "net.npy", scores()[order])
        zipped(folder / "pets.zip", folder / "pets")
        with tarfile.open(folder / "pets.tar", "w") as archive:
            archive.add(folder / "pets", ".")
        with tarfile.open(folder / "pets.tar.gz", "w:gz") as archive:
            archive.add(folder / "pets", ".")

    for name in ("pets.zip", "pets.tar", "pets.tar.gz"):
        words = (f"--labels={{}}/{name}", f"{NET}.npy", "--pictures-to={}/unpacked")
        yield Case(name.partition(".")[2], write, name, command(*words))


def hugging_face_cases() -> Iterator[Case]:
    def write(folder: Path) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        names = {"_type": "ClassLabel", "names": list(CLASSES)}
        features = {"image": {"_type": "Image"}, "label": names, "note": {"dtype": "string", "_type": "Value"}}
        images = [{"bytes": PICTURE, "path": f"{one}.png"} for one in IDS]
        notes = pa.array([None if k % 5 == 0 else f"note {k}" for k in range(COUNT)])
        table = pa.table({"image": images, "label": given_labels(), "note": notes})
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
        home = folder / "saved"
        home.mkdir()
        with (
            pa.OSFile(str(home / "data-00000-of-00001.arrow"), "wb") as file,
            pa.ipc.new_stream(file, table.schema) as out,
        ):
            out.write_table(table, max_chunksize=20)
        state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_fingerprint": "0", "_format_type": None}
        (home / "state.json").write_text(json.dumps(state), encoding="utf-8")
        (home / "dataset_info.json").write_text(json.dumps({"features": features}), encoding="utf-8")
        parquet.write_table(table, folder / "hub.parquet", row_group_size=20)
        np.save(folder / "net.npy", scores())

    saved = command("--labels={}/saved", f"{NET}.npy", "--pictures-to={}/unpacked")
    for part in ("data-00000-of-00001.arrow", "data-00000-of-00001.arrow", "state.json", "dataset_info.json"):
        yield Case("Hugging Face save_to_disk", write, f"saved/{part}", saved)
    hub = command("--labels={}/hub.parquet", f"{NET}.npy", "--pictures-to={}/unpacked")
    yield Case("Hugging Face Parquet", write, "hub.parquet", hub)


def log_cases() -> Iterator[Case]:
    """lm-evaluation-harness, HELM, tables of choice probabilities, responses of a service, MMLU-Redux."""
    yield Case("lm-eval", _lm_eval, "runs/model/samples_quiz.jsonl", command("{}/runs"))
    helm = "helm/mmlu:subject=quiz,method=multiple_choice_joint,model=a/scenario_state.json"
    yield Case("HELM", _helm(helm), helm, command("{}/helm"))
    choice = "probs/results_m/quiz.csv"
    yield Case("choice probabilities", _choice_table(choice), choice, command("{}/probs"))
    asked = ("--labels={}/questions.csv", "--expert=gpt={}/gpt.jsonl")
    yield Case("responses", _responses, "gpt.jsonl", command(*asked))
    redux = (asked[0], "--answers={}/questions.csv", "--answer-columns=claude,llama", asked[1])
    yield Case("MMLU-Redux", _responses, "questions.csv", command(*redux))


def _lm_eval(folder: Path) -> None:
    records = [
        {
            "doc_id": number,
            "doc": {"question": f"What is {number}?", "choices": list(OPTIONS), "answer": int(key)},
            "target": str(key),
            "arguments": {f"gen_args_{k}": {"arg_0": "Q", "arg_1": f" {option}"} for k, option in enumerate(OPTIONS)},
            "resps": [[[str(value), "False"]] for value in values],
            "filtered_resps": [[str(value), "False"] for value in values],
            "filter": "none",
            "acc": float(np.argmax(values) == key),
        }
        for number, (key, values) in enumerate(zip(KEYS, likelihoods()))
    ]
    lines(folder / "runs" / "model" / "samples_quiz.jsonl", records)


def _helm(place: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        states = []
        for number, (key, values) in enumerate(zip(KEYS, likelihoods())):
            references = [
                {"output": {"text": option}, "tags": ["correct"] if k == key else []}
                for k, option in enumerate(OPTIONS)
            ]
            instance = {"id": f"q{number}", "input": {"text": f"What is {number}?"}, "references": references}
            answer = {"text": "ABCD"[int(np.argmax(values))], "logprob": max(values) / 4, "tokens": []}
            states.append(
                {
                    "instance": instance | {"split": "test"},
                    "train_trial_index": 0,
                    "output_mapping": dict(zip("ABCD", OPTIONS)),
                    "result": {"success": True, "completions": [answer]},
                }
            )
        state = {"adapter_spec": {"method": "multiple_choice_joint", "model": "org/a"}, "request_states": states}
        (folder / place).parent.mkdir(parents=True)
        (folder / place).write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")

    return write


def _choice_table(place: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        chances = np.exp(likelihoods())
        chances = np.round(chances / chances.sum(axis=1, keepdims=True), 4)
        columns: dict[str, list] = {"0": [f"What is {k}?" for k in range(QUESTIONS)]}
        columns |= {str(k + 1): [option] * QUESTIONS for k, option in enumerate(OPTIONS)}
        columns |= {"5": ["ABCD"[k] for k in KEYS], "m_correct": (chances.argmax(axis=1) == KEYS).tolist()}
        columns |= {f"m_choice{letter}_probs": chances[:, k].tolist() for k, letter in enumerate("ABCD")}
        (folder / place).parent.mkdir(parents=True)
        write_table(folder / place, columns)

    return write


def _responses(folder: Path) -> None:
    records, answers = [], ["ABCD"[int(np.argmax(values))] for values in likelihoods()]
    for number, (letter, values) in enumerate(zip(answers, likelihoods())):
        top = [{"token": token, "logprob": value} for token, value in zip("ABCD", values)]
        token = {"token": letter, "logprob": max(values), "top_logprobs": top}
        body = {"choices": [{"message": {"content": letter}, "logprobs": {"content": [token]}}]}
        records.append({"custom_id": f"q{number}", "response": {"status_code": 200, "body": body}})
    lines(folder / "gpt.jsonl", records)
    columns = {
        "question_id": [f"q{k}" for k in range(QUESTIONS)],
        "groundtruth_answer": ["ABCD"[k] for k in KEYS],
        "question": [f"What is {k}?" for k in range(QUESTIONS)],
        "choices": ['"' + json.dumps(OPTIONS, ensure_ascii=False).replace('"', '""') + '"'] * QUESTIONS,
        "claude": answers,
        "llama": ["ABCD"[(k + (n % 4 == 0)) % 4] for n, k in enumerate(KEYS)],
    }
    write_table(folder / "questions.csv", columns)


def opinion_cases() -> Iterator[Case]:
    """Decisions made in other tools, and published truth."""
    for part in ("issues.csv", "issues.parquet", "label_studio.json", "argilla.json"):
        yield Case(f"opinions: {part.partition('.')[0]}", _opinions, part, _decisions(part))
    yield Case("truth: ReaL", _opinions, "real.json", _truth("real.json"))
    yield Case("truth: MMLU-Redux", _opinions, "errors.csv", _truth("errors.csv"))


def _opinions(folder: Path) -> None:
    guessed, given = scores().argmax(axis=1), given_labels()
    columns = {"sample_id": IDS, "is_label_issue": (guessed != given).tolist(), "predicted_label": guessed.tolist()}
    for ending in ("csv", "parquet"):
        write_table(folder / f"issues.{ending}", columns | {"label_quality": [0.5] * COUNT})
    names = [CLASSES[k] for k in guessed]
    chosen = [[{"from_name": "label", "type": "choices", "value": {"choices": [name]}}] for name in names]
    tasks = [
        {
            "id": number,
            "data": {"sample_id": one},
            "annotations": [{"id": number, "completed_by": 7, "created_at": "2026-01-05T10:11:12Z", "result": result}],
        }
        for number, (one, result) in enumerate(zip(IDS, chosen))
    ]
    records = [{"id": one, "responses": {"label": [{"value": name, "user_id": "é"}]}} for one, name in zip(IDS, names)]
    for name, content in (("label_studio", tasks), ("argilla", records), ("real", [[int(k)] for k in guessed] + [[]])):
        (folder / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    kinds = ["wrong_groundtruth" if wrong else "ok" for wrong in guessed != given]
    write_table(folder / "errors.csv", {"question_id": IDS, "error_type": kinds})


def _decisions(part: str) -> Callable[[Path], bytes]:
    def read(folder: Path) -> bytes:
        from data_adapters.opinions import read_earlier_decisions

        found = read_earlier_decisions(folder / part, some_dataset()).decisions
        return repr([(one.sample_id, one.verdict, one.labels) for one in found]).encode(errors="backslashreplace")

    return read


def _truth(part: str) -> Callable[[Path], bytes]:
    def read(folder: Path) -> bytes:
        from dataclasses import replace

        from data_adapters.opinions import read_truth

        dataset = some_dataset()
        if part == "real.json":
            ids = np.array([f"ILSVRC2012_val_{k + 1:08d}" for k in range(COUNT)], object)
            dataset = replace(dataset, sample_ids=ids)
        truth = read_truth(folder / part, dataset)
        return truth.places.tobytes() + truth.wrong.tobytes()

    return read
