"""What other evaluation programs write, each as (model, its answers): lighteval, Inspect, OpenAI evals, OLMo's oe-eval,
MMLU-Pro and OpenCompass.

A program is known by the keys of its first record. Answers stay as they were written; what option they settle for is
read later, by one extractor for all.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.errors import InputError
from data_adapters.files.arrow_files import arrow_schema, arrow_table
from data_adapters.files.json_files import json_file, json_lines
from data_adapters.layouts.inspect_archives import read_archive
from data_adapters.layouts.question_logs import Question

HEAD_BYTES = 256 * 1024
LISTED = re.compile(r"^[ \t]*\(?([A-Z])[).:\uff0e、][ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
TIMED = re.compile(r"\d{4}-\d\d-\d\dT[\d.:-]+")
DETAILS = re.compile(r"(?:(?P<model>.+?)__)?details_(?P<task>.+?)(?:_\d{4}-\d\d-\d\dT[\d.:-]+)?")
OE_EVAL = re.compile(r"(?:task-\d+-)?(?P<task>.+?)-?(?:predictions|requests)")
LABEL = "label: "  # how OpenCompass calls each option that it took a perplexity of


@dataclass(frozen=True)
class LoggedAnswer:
    """One sample: its question, and either a log-likelihood per option or the answer as it was written."""

    sample_id: str
    question: Question
    scores: Sequence[float] | None = None
    answer: str = ""


@dataclass(frozen=True)
class LogFormat:
    """name: the program. fits: whether it wrote a file with one of these endings. read: (model, answers) of the file."""

    name: str
    endings: tuple[str, ...]
    fits: Callable[[Path], bool]
    read: Callable[[Path], tuple[str, list[LoggedAnswer]]]


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES).decode("utf-8", errors="ignore").lstrip("\ufeff \r\n\t")


def _holds(path: Path, start: str, *keys: str) -> bool:
    head = _head(path)
    return head.startswith(start) and all(f'"{key}"' in head for key in keys)


def options_in(prompt: str) -> tuple[str, tuple[str, ...]]:
    """(question, options) of a prompt that lists its options as ``A. ...``; the last such list, after the examples."""
    run: list[re.Match] = []
    whole: list[re.Match] = []
    for match in LISTED.finditer(prompt):
        follows = match[1] == OPTION_LETTERS[len(run)] if len(run) < len(OPTION_LETTERS) else False
        run = [*run, match] if follows else [match] if match[1] == "A" else []
        whole = run if len(run) > 1 else whole
    if not whole:
        return prompt[-2000:].strip(), ()
    return prompt[max(0, whole[0].start() - 2000) : whole[0].start()].strip(), tuple(match[2] for match in whole)


def key_of(written: object, options: Sequence[str]) -> str:
    """The place of the right option, given as a place, a letter or its text; empty where it is none of them."""
    value = written[0] if isinstance(written, list) and len(written) == 1 else written
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < len(options) else ""
    text = "" if value is None else str(value).strip()
    plain = re.fullmatch(r"\(?([A-Z])[).:]*", text)
    if plain and OPTION_LETTERS.index(plain[1]) < len(options):
        return str(OPTION_LETTERS.index(plain[1]))
    same = [place for place, option in enumerate(options) if option.strip() == text]
    return str(same[0]) if len(same) == 1 else ""


def _lighteval_fits(path: Path) -> bool:
    try:
        return {"doc", "model_response"} <= set(arrow_schema(path).names)
    except InputError:
        return False


def _lighteval(path: Path) -> tuple[str, list[LoggedAnswer]]:
    rows = arrow_table(path, ("doc", "model_response")).to_pylist()
    return lighteval_model(path), [_detail(row["doc"], row["model_response"]) for row in rows]


def lighteval_model(path: Path) -> str:
    called = DETAILS.fullmatch(path.stem)
    return (called and called["model"]) or _home(path).name


def _detail(doc: dict, response: dict) -> LoggedAnswer:
    options = tuple(str(choice).strip() for choice in doc.get("choices") or ())
    task = str(doc.get("task_name") or "").split("|")[0]
    asked = Question(str(doc.get("query") or ""), options, key_of(doc["gold_index"], options), task)
    logprobs = response.get("logprobs") or []
    if len(options) == len(logprobs) > 1:
        return LoggedAnswer(f"{task}/{doc['id']}", asked, [float(value) for value in logprobs])
    texts = response.get("text_post_processed") or response.get("text") or [""]
    return LoggedAnswer(f"{task}/{doc['id']}", asked, answer=str(texts[0] or ""))


def _home(path: Path) -> Path:
    """The folder of a model, above those that are called by a time."""
    return next((folder for folder in path.parents if not TIMED.fullmatch(folder.name)), path.parent)


def _inspect(path: Path) -> tuple[str, list[LoggedAnswer]]:
    log = read_archive(path) if path.suffix.lower() == ".eval" else json_file(path)
    task = str(log["eval"].get("task") or "")
    return str(log["eval"]["model"]), [_inspected(sample, task) for sample in log.get("samples") or ()]


def _inspected(sample: dict, task: str) -> LoggedAnswer:
    """The scorer's answer refers to the options in their own order, the written one perhaps to shuffled ones."""
    options = tuple(map(str, sample.get("choices") or ()))
    asked = sample.get("input")
    asked = asked if isinstance(asked, str) else "\n".join(str(message.get("content") or "") for message in asked or ())
    told = [score["answer"] for score in (sample.get("scores") or {}).values() if isinstance(score.get("answer"), str)]
    written = str((sample.get("output") or {}).get("completion") or "")
    question = Question(asked, options, key_of(sample["target"], options), task)
    return LoggedAnswer(f"{task}/{sample['id']}", question, answer=told[0] if told and told[0].strip() else written)


def _openai_evals(path: Path) -> tuple[str, list[LoggedAnswer]]:
    spec, model, matches = openai_evals_matches(path)
    task = str(spec.get("eval_name") or path.stem)
    return model, [_matched(*match, task) for match in matches]


def openai_evals_matches(path: Path) -> tuple[dict, str, list[tuple[str, dict, str]]]:
    """(what the run is said to be, the model, (sample's id, what was matched, prompt) of each match)"""
    spec: dict = {}
    prompts: dict[str, str] = {}
    found = []
    for _, record in json_lines(path):
        spec = record.get("spec") or spec
        data, sample_id = record.get("data") or {}, str(record.get("sample_id"))
        if record.get("type") == "sampling":
            prompts[sample_id] = prompt_text(data.get("prompt"))
        elif record.get("type") == "match":
            found.append((sample_id, data))
    model = str((spec.get("completion_fns") or [spec.get("model") or path.stem])[0])
    return spec, model, [(sample_id, data, prompts.get(sample_id, "")) for sample_id, data in found]


def _matched(sample_id: str, data: dict, prompt: str, task: str) -> LoggedAnswer:
    text, options = options_in(prompt)
    options = tuple(map(str, data.get("options") or ())) if len(data.get("options") or ()) > len(options) else options
    question = Question(text, options, key_of(data.get("expected"), options), task)
    return LoggedAnswer(f"{task}/{sample_id}", question, answer=first_text(data.get("sampled", data.get("picked"))))


def prompt_text(written: object) -> str:
    """The text of a prompt: itself, or the messages of a conversation."""
    if isinstance(written, list):
        told = [message.get("content", message.get("prompt", "")) for message in written if isinstance(message, dict)]
        return "\n".join(map(str, told))
    return str(written or "")


def first_text(written: object) -> str:
    value = written[0] if isinstance(written, list) and written else written
    return "" if value is None or isinstance(value, list) else str(value)


def _oe_eval(path: Path) -> tuple[str, list[LoggedAnswer]]:
    called = OE_EVAL.fullmatch(path.stem)
    task = called["task"] if called else path.stem
    asked = _requests(path)
    return _home(path).name, [_predicted(record, task, asked) for _, record in json_lines(path)]


def _requests(path: Path) -> dict[str, dict]:
    """{doc_id: the question} from the file of requests beside the predictions."""
    beside = path.with_name(path.name.replace("predictions", "requests"))
    if beside == path or not beside.is_file():
        return {}
    return {str(record.get("doc_id")): record.get("doc") or {} for _, record in json_lines(beside)}


def _predicted(record: dict, task: str, requests: dict[str, dict]) -> LoggedAnswer:
    outputs = record["model_output"]
    doc = record.get("doc") or requests.get(str(record["doc_id"])) or {}
    scored = len(outputs) > 1 and all("sum_logits" in output for output in outputs)
    count = len(outputs) if scored else 0
    options = tuple(str(choice).strip() for choice in doc.get("choices") or ()) or tuple(OPTION_LETTERS[:count])
    native = record.get("native_id")
    sample_id = f"{task}/{record['doc_id'] if native in (None, '') else native}"
    question = Question(
        str(doc.get("query") or doc.get("question") or ""), options, key_of(record.get("label"), options), task
    )
    if scored and count == len(options):
        return LoggedAnswer(sample_id, question, [float(output["sum_logits"]) for output in outputs])
    return LoggedAnswer(sample_id, question, answer=str(outputs[0].get("continuation") or "") if outputs else "")


def _mmlu_pro(path: Path) -> tuple[str, list[LoggedAnswer]]:
    """Answers as they were written; where only what that program found in them is kept, this."""
    subject = path.stem.endswith("_result")
    model = _home(path).name if subject else re.sub(r"^model_outputs_", "", path.stem)
    return model, [_pro(record) for record in json_file(path)]


def _pro(record: dict) -> LoggedAnswer:
    options = tuple(map(str, record["options"]))
    key = key_of(record.get("answer", record.get("answer_index")), options)
    question = Question(str(record["question"]), options, key, str(record.get("category") or ""))
    written = first_text(record.get("model_outputs")) or first_text(record.get("pred"))
    return LoggedAnswer(str(record["question_id"]), question, answer=first_text(record.get("pred")) or written)


def _opencompass(path: Path) -> tuple[str, list[LoggedAnswer]]:
    content = json_file(path)
    return path.parent.name, [_compass(path.stem, place, record) for place, record in content.items()]


def _compass(task: str, place: str, record: dict) -> LoggedAnswer:
    taken = {key.removeprefix(LABEL): value for key, value in record.items() if key.startswith(LABEL)}
    if taken:
        prompt = prompt_text(next(iter(taken.values())).get("prompt"))
        text, listed = options_in(prompt)
        options = listed if len(listed) == len(taken) else tuple(map(str, taken))
        key = list(taken).index(str(record["gold"])) if str(record.get("gold")) in taken else record.get("gold")
        scores = [-float(value["PPL"]) for value in taken.values()]
        return LoggedAnswer(f"{task}/{place}", Question(text, options, key_of(key, options), task), scores)
    text, options = options_in(prompt_text(record.get("origin_prompt")))
    question = Question(text, options, key_of(record.get("gold"), options), task)
    return LoggedAnswer(f"{task}/{place}", question, answer=first_text(record.get("prediction")))


def _first_records(path: Path, count: int = 3) -> Iterator[dict]:
    return (record for _, record in islice(json_lines(path), count))


def inspect_fits(path: Path) -> bool:
    return path.suffix.lower() == ".eval" or _holds(path, "{", "eval", "task", "model")


def _openai_evals_fits(path: Path) -> bool:
    return any(
        isinstance(record.get("spec"), dict) and "eval_name" in record["spec"] for record in _first_records(path)
    )


def _oe_eval_fits(path: Path) -> bool:
    first = list(_first_records(path))
    return bool(first) and all({"doc_id", "model_output"} <= record.keys() for record in first)


def _opencompass_fits(path: Path) -> bool:
    return re.match(r'\{\s*"\d+":\s*\{\s*"(?:origin_prompt|label: )', _head(path)) is not None


FORMATS = (
    LogFormat("lighteval", (".parquet",), _lighteval_fits, _lighteval),
    LogFormat("Inspect", (".json", ".eval"), inspect_fits, _inspect),
    LogFormat("OpenAI evals", (".jsonl",), _openai_evals_fits, _openai_evals),
    LogFormat("oe-eval", (".jsonl",), _oe_eval_fits, _oe_eval),
    LogFormat("MMLU-Pro", (".json",), lambda path: _holds(path, "[", "question_id", "options", "pred"), _mmlu_pro),
    LogFormat("OpenCompass", (".json",), _opencompass_fits, _opencompass),
)
