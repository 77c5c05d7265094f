"""Language-model logs: lm-evaluation-harness, HELM, tables of choice probabilities, OpenAI-style responses."""

import json
import math

import numpy as np
import pytest

from cleaning.domain.dataset import ABSTAIN
from cleaning.errors import InputError
from data_adapters import read, read_helm, read_lm_eval, read_loose
from tests.data_adapters import tiny

LIKELIHOODS = {"q1": [-3.0, -1.0, -2.0, -4.0], "q2": [-0.5, -1.5], "q3": [-4.0, -3.0, -0.25], "q4": [-2, -3, -4, -1]}


def lines(path, records):
    return tiny.write(path, *map(json.dumps, records))


def only(reading):
    (expert,) = reading.experts
    return expert


# ---- lm-evaluation-harness


def lm_eval_records(old: bool = False, scale: float = 1.0, **changes):
    """As versions 0.4.0 (numbers, lists) and later ones (texts, objects) write them."""
    for number, (name, label, question, options) in enumerate(tiny.QUESTIONS[:4]):
        pairs = [[v * scale, v == max(LIKELIHOODS[name])] for v in LIKELIHOODS[name]]
        asked = [[f"Q: {question}", f" {option}"] for option in options]
        record = {
            "doc_id": number,
            "doc": {"question": question, "choices": options, "answer": int(label)},
            "target": int(label) if old else label,
            "arguments": asked
            if old
            else {f"gen_args_{k}": dict(zip(("arg_0", "arg_1"), a)) for k, a in enumerate(asked)},
            "resps": [[pair] for pair in pairs] if old else [[list(map(str, pair))] for pair in pairs],
            "filtered_resps": pairs if old else [list(map(str, pair)) for pair in pairs],
            "acc": 1.0,
        }
        yield record | ({} if old else {"filter": "none"}) | changes


@pytest.mark.parametrize("old", [False, True])
def test_lm_eval_log_likelihoods_are_logits(tmp_path, old):
    lines(tmp_path / "runs" / "org__model" / "samples_quiz_2024-07-05T10-11-12.345.jsonl", lm_eval_records(old))
    reading = read(tmp_path / "runs")
    expert = only(reading)
    assert (expert.name, expert.kind, expert.score_kind) == ("org__model", "full", "logits")
    assert reading.dataset.sample_ids.tolist() == ["quiz/0", "quiz/1", "quiz/2", "quiz/3"]
    assert reading.dataset.given_labels.tolist() == [1, 0, 2, 3]
    assert reading.dataset.option_counts.tolist() == [4, 2, 3, 4]
    assert reading.dataset.samples["choices"][2] == ["iron", "gold", "neon"]
    assert reading.dataset.group.tolist() == ["quiz"] * 4
    for row, (scores, count) in enumerate(zip(LIKELIHOODS.values(), (4, 2, 3, 4))):
        np.testing.assert_array_equal(expert.logits(slice(None))[row, :count], np.float32(scores))


def test_lm_eval_several_models_tasks_and_times(tmp_path):
    for model, scale in (("a", 1.0), ("b", 2.0)):
        lines(tmp_path / model / "samples_quiz_one_2024-07-05T10-11-12.1.jsonl", lm_eval_records(scale=9.0))
        lines(tmp_path / model / "samples_quiz_one_2024-07-06T10-11-12.1.jsonl", lm_eval_records(scale=scale))
        lines(tmp_path / model / "samples_other.jsonl", lm_eval_records(scale=scale))
    reading = read_lm_eval(tmp_path)
    assert [expert.name for expert in reading.experts] == ["a", "b"]
    assert len(reading.dataset) == 8 and set(reading.dataset.group) == {"quiz_one", "other"}
    one, two = (expert.logits(slice(None)) for expert in reading.experts)
    np.testing.assert_array_equal(two, 2 * one)
    assert any("older logs" in note and "2024-07-05" in note for note in reading.notes)


def test_lm_eval_length_normalised(tmp_path):
    file = lines(tmp_path / "m" / "samples_quiz.jsonl", lm_eval_records())
    plain, long = read_lm_eval(file), read_lm_eval(file, normalised="characters")
    row = only(long).logits(np.array([1]))[0]
    np.testing.assert_allclose(row[:2], [-0.5 / len("yes"), -1.5 / len("no")])
    assert only(plain).logits(np.array([1]))[0][0] == -0.5


def test_lm_eval_mutual_information_asks_twice_and_counts_once(tmp_path):
    records = list(lm_eval_records(old=True))
    for record in records:
        record["arguments"] = record["arguments"] + [["", ending] for _, ending in record["arguments"]]
        record["filtered_resps"] = record["filtered_resps"] + [[-9.0, False]] * len(record["filtered_resps"])
    reading = read_lm_eval(lines(tmp_path / "m" / "samples_quiz.jsonl", records))
    np.testing.assert_array_equal(only(reading).logits(np.array([1]))[0][:2], [-0.5, -1.5])


def test_lm_eval_letters_as_continuations_and_options_from_the_document(tmp_path):
    records = list(lm_eval_records(old=True))
    for record in records:
        record["arguments"] = [[a, f" {letter}"] for (a, _), letter in zip(record["arguments"], "ABCD")]
        record["target"] = "ABCD"[record["target"]]
    reading = read_lm_eval(lines(tmp_path / "m" / "samples_quiz.jsonl", records))
    assert reading.dataset.samples["choices"][1] == ["yes", "no"]
    assert reading.dataset.given_labels.tolist() == [1, 0, 2, 3]


def test_lm_eval_written_answers_are_votes_of_the_first_filter(tmp_path):
    records = []
    for record, answer in zip(lm_eval_records(), ("B", "(A)", "neon", "I do not know")):
        record["arguments"] = {"gen_args_0": {"arg_0": "Q", "arg_1": {"until": ["\n"]}}}
        for name, text in (("strict", answer), ("flexible", "A")):
            records.append(record | {"filter": name, "resps": [[answer]], "filtered_resps": [text]})
    reading = read_lm_eval(lines(tmp_path / "m" / "samples_quiz.jsonl", records))
    assert only(reading).kind == "votes"
    assert only(reading).predicted.tolist() == [1, 0, 2, ABSTAIN]
    assert any("answers of filter 'strict' taken, 1 other filter left out: flexible." in n for n in reading.notes)


def test_lm_eval_takes_the_filter_that_finds_most_answers(tmp_path):
    records = [
        record | {"filter": name, "arguments": {}, "resps": [["..."]], "filtered_resps": [text]}
        for name, texts in (
            ("strict", ("[invalid]", "[invalid]", "C", "D")),
            ("flexible", ("B", "A", "[invalid]", "D")),
        )
        for record, text in zip(lm_eval_records(), texts)
    ]
    reading = read_lm_eval(lines(tmp_path / "m" / "samples_quiz.jsonl", records))
    assert only(reading).predicted.tolist() == [1, 0, ABSTAIN, 3]
    assert any("answers of filter 'flexible' taken, 1 other filter left out: strict." in n for n in reading.notes)


def test_lm_eval_one_list_as_version_0_4_0_wrote_it(tmp_path):
    path = tiny.write(tmp_path / "m" / "samples_quiz.jsonl", json.dumps(list(lm_eval_records(old=True)), indent=2))
    assert read_lm_eval(path).dataset.given_labels.tolist() == [1, 0, 2, 3]


def test_one_log_is_read_as_the_folder_that_holds_it(tmp_path):
    log = lines(tmp_path / "m" / "samples_quiz.jsonl", lm_eval_records())
    assert only(read(log)).name == only(read(tmp_path)).name == "m"


def lm_eval_damaged(changes=None, text=None):
    def write(folder):
        if text is not None:
            tiny.write(folder / "m" / "samples_quiz.jsonl", text)
        else:
            lines(folder / "m" / "samples_quiz.jsonl", lm_eval_records(**changes))

    return write


def other_questions(folder):
    lines(folder / "a" / "samples_quiz.jsonl", lm_eval_records())
    lines(folder / "b" / "samples_quiz.jsonl", lm_eval_records(target="1", acc=None, doc={"question": "Q"}))


LM_EVAL = {
    "no_json": (lm_eval_damaged(text='{"doc": '), "'samples_quiz.jsonl', line 1, is no sound JSON."),
    "a_list": (lm_eval_damaged(text="[1]"), "record 1, is no JSON object."),
    "other_records": (lm_eval_damaged(text='{"a": 1}'), "line 1 lacks 'doc', 'target' or 'resps'."),
    "repeated": (lm_eval_damaged({"doc_id": 7}), "line 2 repeats sample 'quiz/7'."),
    "no_options": (lm_eval_damaged({"doc": {}, "arguments": []}), "Only multiple-choice tasks can be read."),
    "no_key": (lm_eval_damaged({"target": "-1", "acc": None, "doc": {"question": "Q"}}), "holds no given label"),
    "other_questions": (other_questions, "Expert 'b' was asked other questions than 'a' under 3 ids: quiz/1, quiz/2,"),
    "nan": (lm_eval_damaged({"filtered_resps": [["nan", "False"]] * 4, "arguments": []}), "log-likelihoods for"),
}


@pytest.mark.parametrize("name", LM_EVAL)
def test_malformed_lm_eval_logs_end_in_their_sentence(tmp_path, name):
    write, sentence = LM_EVAL[name]
    write(tmp_path / "runs")
    with pytest.raises(InputError) as refused:
        read_lm_eval(tmp_path / "runs")
    assert sentence in str(refused.value)


# ---- HELM


def helm_instance(question, new: bool):
    name, label, text, options = question
    wrap = (lambda t: {"text": t}) if new else str
    references = [
        {"output": wrap(option), "tags": ["correct"] if k == int(label) else []} for k, option in enumerate(options)
    ]
    return {"id": name, "input": wrap(text), "references": references, "split": "test"}


def helm_state(model: str, answers, new: bool = True, logprob: float = -0.25):
    states = []
    for question, answer in zip(tiny.QUESTIONS, answers):
        mapping = dict(zip("ABCD", question[3]))
        completion = {"text": answer, "logprob": logprob, "tokens": []}
        state = {"instance": helm_instance(question, new), "train_trial_index": 0, "output_mapping": mapping}
        states.append(state | {"result": {"success": True, "completions": [completion]}})
    return {"adapter_spec": {"method": "multiple_choice_joint", "model": model}, "request_states": states}


def write_json(path, content):
    return tiny.write(path, json.dumps(content))


RUN = "mmlu:subject=trivia,method=multiple_choice_joint,model="


@pytest.mark.parametrize("new", [True, False])
def test_helm_joint_choice_gives_answers_with_confidence(tmp_path, new):
    write_json(tmp_path / f"{RUN}a" / "scenario_state.json", helm_state("org/a", [" B", "A", "C", "D.", "?"], new))
    reading = read(tmp_path)
    expert = only(reading)
    assert (expert.name, expert.kind) == ("org/a", "top1")
    assert expert.predicted.tolist() == [1, 0, 2, 3, ABSTAIN]
    np.testing.assert_allclose(expert.confidence[0], math.exp(-0.25), rtol=1e-6)
    assert reading.dataset.sample_ids[0] == "mmlu:trivia/q1"
    assert reading.dataset.given_labels.tolist() == [1, 0, 2, 3, 1]
    assert set(reading.dataset.group) == {"trivia"} and reading.dataset.samples["question"][1] == "Is 7 a prime?"


def test_helm_without_log_probabilities_gives_votes(tmp_path):
    state = helm_state("org/a", "BACDA", logprob=0)
    write_json(tmp_path / f"{RUN}a" / "scenario_state.json", state)
    assert only(read_helm(tmp_path)).kind == "votes"


def test_helm_letters_follow_the_mapping_and_copies_are_passed_over(tmp_path):
    state = helm_state("org/a", "AAAAA")
    first = state["request_states"][0]
    first["output_mapping"] = {"A": "7", "B": "4", "C": "5", "D": "6"}
    state["request_states"].append(json.loads(json.dumps(first)) | {"train_trial_index": 1})
    copy = json.loads(json.dumps(first))
    copy["instance"]["perturbation"] = {"name": "typos"}
    state["request_states"].append(copy)
    write_json(tmp_path / f"{RUN}a" / "scenario_state.json", state)
    assert only(read_helm(tmp_path)).predicted.tolist() == [3, 0, 0, 0, 0]


def test_helm_separate_choice_gives_log_likelihoods(tmp_path):
    states = []
    for question in tiny.QUESTIONS[:4]:
        for k, value in enumerate(LIKELIHOODS[question[0]]):
            for mode, logprob in (("original", value - 1.0), ("calibration", -1.0)):
                completion = {"completions": [{"text": "", "logprob": logprob}]}
                state = {"instance": helm_instance(question, True), "reference_index": k, "request_mode": mode}
                states.append(state | {"result": completion})
    state = {"adapter_spec": {"model": "org/a"}, "request_states": states}
    write_json(tmp_path / "quiz:model=a" / "scenario_state.json", state)
    expert = only(read_helm(tmp_path / "quiz:model=a"))
    np.testing.assert_allclose(expert.logits(np.array([2]))[0][:3], LIKELIHOODS["q3"])


def test_helm_display_files_alone_give_votes(tmp_path):
    run = tmp_path / f"{RUN}org_b"
    write_json(run / "instances.json", [helm_instance(question, True) for question in tiny.QUESTIONS])
    answers = ("5", "no", "neon", "60")
    predictions = [
        {"instance_id": question[0], "predicted_text": " X", "mapped_output": answer, "train_trial_index": 0}
        for question, answer in zip(tiny.QUESTIONS, answers)
    ]
    write_json(run / "display_predictions.json", predictions)
    reading = read_helm(tmp_path)
    assert only(reading).name == "org_b"
    assert reading.dataset.sample_ids.tolist() == [f"mmlu:trivia/q{k}" for k in (1, 2, 3, 4)]
    assert only(reading).predicted.tolist() == [1, 1, 2, 3]


def test_helm_display_of_separate_choices_names_the_preferred_reference(tmp_path):
    """As run_display.py writes it: prompt and reference as text, no mapping, the reference's place."""
    run = tmp_path / "commonsense:dataset=quiz,method=multiple_choice_separate_original,model=org_b"
    write_json(run / "instances.json", [helm_instance(question, True) for question in tiny.QUESTIONS])
    predictions = []
    for question, best in zip(tiny.QUESTIONS, (1, 0, 2)):
        for k in range(2 if question[0] == "q2" else 1):  # of q2 the one not preferred is displayed as well
            shown = {"instance_id": question[0], "train_trial_index": 0, "reference_index": best + k}
            shown |= {"predicted_text": f"Question: {question[2]} ...", "stats": {"predicted_index": float(best)}}
            predictions.append(shown)
    write_json(run / "display_predictions.json", predictions)
    reading = read_helm(tmp_path)
    assert only(reading).predicted.tolist() == [1, 0, 2]
    assert set(reading.dataset.group) == {"quiz"}


def test_helm_runs_of_two_datasets_of_one_scenario_are_kept_apart(tmp_path):
    for dataset in ("hellaswag", "openbookqa"):
        run = f"commonsense:dataset={dataset},method=multiple_choice_joint,model=a"
        write_json(tmp_path / run / "scenario_state.json", helm_state("org/a", "BACDA"))
    reading = read_helm(tmp_path)
    assert len(reading.dataset) == 10 and set(reading.dataset.group) == {"hellaswag", "openbookqa"}
    assert reading.dataset.sample_ids[0] == "commonsense:hellaswag/q1"


def test_helm_reasoning_ends_in_an_answer_without_a_confidence(tmp_path):
    texts = ("First, 2 + 3 = 5. The answer is (B).", "The answer is A", "[Answer: C]", "The answer is a number.", "B")
    write_json(tmp_path / f"{RUN}a" / "scenario_state.json", helm_state("org/a", texts))
    expert = only(read_helm(tmp_path))
    assert expert.predicted.tolist() == [1, 0, 2, ABSTAIN, 1]
    assert expert.kind == "votes"


def test_helm_scores_of_whole_prompts_keep_their_differences(tmp_path):
    """With echo_prompt the log-probability is that of prompt and reference: thousands below zero."""
    states = []
    for question in tiny.QUESTIONS[:4]:
        for k, value in enumerate(LIKELIHOODS[question[0]]):
            completion = {
                "completions": [{"text": "prompt and reference", "logprob": value - 4_000.0}],
                "success": True,
            }
            state = {"instance": helm_instance(question, True), "reference_index": k, "request_mode": "original"}
            states.append(state | {"result": completion, "train_trial_index": 0})
    write_json(tmp_path / "quiz:model=a" / "scenario_state.json", {"request_states": states})
    row = only(read_helm(tmp_path)).logits(np.array([2]))[0][:3]
    np.testing.assert_allclose(row - row[0], np.array(LIKELIHOODS["q3"][:3]) - LIKELIHOODS["q3"][0], atol=1e-3)


HELM = {
    "no_json": ("{", "'scenario_state.json' is no sound JSON."),
    "a_list": ("[]", "is not laid out as HELM writes it."),
    "no_states": ("{}", "is not laid out as HELM writes it."),
    "odd_state": ('{"request_states": [{}]}', "is not laid out as HELM writes it ('instance')."),
    "empty": ('{"request_states": []}', "The logs hold no multiple-choice question."),
}


@pytest.mark.parametrize("name", HELM)
def test_malformed_helm_runs_end_in_their_sentence(tmp_path, name):
    content, sentence = HELM[name]
    tiny.write(tmp_path / f"{RUN}a" / "scenario_state.json", content)
    with pytest.raises(InputError) as refused:
        read_helm(tmp_path)
    assert sentence in str(refused.value)


def test_two_helm_runs_of_one_model_on_one_scenario_are_refused(tmp_path):
    for name in ("a", "a,stop=none"):
        write_json(tmp_path / f"{RUN}{name}" / "scenario_state.json", helm_state("org/a", "BACDA"))
    with pytest.raises(InputError, match="Expert 'org/a' answered 'mmlu:trivia/q1' twice"):
        read_helm(tmp_path)


# ---- tables of choice probabilities


def choice_table(path, model: str, flip: bool = False):
    header = ["0", "1", "2", "3", "4", "5", f"{model}_correct", *(f"{model}_choice{k}_probs" for k in "ABCD")]
    rows = ['"2 + 3, or?",4,5,6,7,B,True,0.1,0.7,0.1,0.1', "An hour has,20,30,40,60,D,False,0.4,0.3,0.2,0.1"]
    if flip:
        rows = [row.replace("An hour", "A minute") for row in rows]
    return tiny.write(path, ",".join(header), *rows)


def test_tables_of_choice_probabilities(tmp_path):
    for model in ("org/a", "b"):
        choice_table(tmp_path / f"results_{model[-1]}" / "arithmetic.csv", model)
    choice_table(tmp_path / "results_b" / "units.csv", "b")
    choice_table(tmp_path / "results_a" / "units.csv", "org/a")
    reading = read(tmp_path)
    assert [(e.name, e.kind, e.score_kind) for e in reading.experts] == [
        ("b", "full", "probabilities"),
        ("org/a", "full", "probabilities"),
    ]
    assert reading.dataset.sample_ids.tolist() == ["arithmetic/0", "arithmetic/1", "units/0", "units/1"]
    assert reading.dataset.given_labels.tolist() == [1, 3, 1, 3]
    assert reading.dataset.samples["choices"][0] == ["4", "5", "6", "7"]
    assert reading.dataset.samples["question"][0] == "2 + 3, or?"
    np.testing.assert_allclose(np.exp(reading.experts[0].logits(np.array([1]))[0]), [0.4, 0.3, 0.2, 0.1], rtol=1e-5)


def test_one_table_of_choice_probabilities_is_read_as_well(tmp_path):
    choice_table(tmp_path / "results_m" / "maths.csv", "m")
    assert only(read(tmp_path / "results_m" / "maths.csv")).name == "m"


def test_a_slash_in_a_models_name_makes_two_folders_and_a_missing_option_stays_empty(tmp_path):
    """evaluate_flan.py makes the folder results_google/flan; pandas reads the option "None" as missing."""
    file = choice_table(tmp_path / "results_google" / "flan" / "arithmetic.csv", "google/flan")
    file.write_text(file.read_text().replace(",30,", ",,"))
    reading = read(tmp_path)
    assert only(reading).name == "google/flan"
    assert reading.dataset.samples["choices"][1] == ["20", "", "40", "60"]


def test_tables_of_other_questions_are_refused(tmp_path):
    choice_table(tmp_path / "results_a" / "x.csv", "a")
    choice_table(tmp_path / "results_b" / "x.csv", "b", flip=True)
    with pytest.raises(InputError, match="Expert 'b' was asked other questions than 'a' under 1 id: x/1"):
        read(tmp_path)


def test_choice_columns_with_a_gap_are_refused(tmp_path):
    tiny.write(tmp_path / "x.csv", "0,1,2,3,m_choiceA_probs,m_choiceC_probs", "q,a,b,A,0.5,0.5")
    with pytest.raises(InputError, match="for the choices A, C"):
        read(tmp_path)


# ---- OpenAI-style responses


def chat(letter, likelihoods: dict, wrap: str = "batch", sample_id="q1"):
    top = [{"token": token, "logprob": value} for token, value in likelihoods.items()]
    own = {"token": letter, "logprob": likelihoods.get(letter, -0.1), "top_logprobs": top}
    body = {"choices": [{"message": {"content": letter}, "logprobs": {"content": [own]}}]}
    if wrap == "batch":
        return {"custom_id": sample_id, "response": {"status_code": 200, "body": body}}
    return {"sample_id": sample_id, **body}


def questions(tmp_path):
    return tiny.questions_csv(tmp_path / "questions.csv")


@pytest.mark.parametrize("wrap", ["batch", "plain"])
def test_responses_that_list_all_letters_are_full_logits(tmp_path, wrap):
    all_letters = {"A": -2.0, "B": -0.5, " C": -3.0, "D": -4.0, "The": -5.0, "(C": -3.0}
    records = [chat("B", all_letters, wrap, name) for name, *_ in tiny.QUESTIONS]
    reading = read_loose(questions(tmp_path), {"gpt": lines(tmp_path / "gpt.jsonl", records)})
    expert = only(reading)
    assert (expert.kind, expert.score_kind) == ("full", "logits")
    np.testing.assert_allclose(expert.logits(np.array([0]))[0], [-2.0, -0.5, np.logaddexp(-3, -3), -4.0], rtol=1e-6)


def test_responses_that_list_some_letters_are_answers_with_confidence(tmp_path):
    records = [chat("B", {"B": -0.1, "A": -3.0}, sample_id=name) for name, *_ in tiny.QUESTIONS[:3]]
    records.append(chat("I cannot tell", {"I cannot tell": -0.1}, sample_id="q4"))
    expert = only(read_loose(questions(tmp_path), {"gpt": lines(tmp_path / "gpt.jsonl", records)}))
    assert expert.kind == "top1" and expert.predicted.tolist() == [1, 1, 1, ABSTAIN, ABSTAIN]
    np.testing.assert_allclose(expert.confidence[0], math.exp(-0.1), rtol=1e-6)
    assert any("not every response lists all letters" in note for note in expert.notes)


def test_responses_without_log_probabilities_are_votes(tmp_path):
    records = [
        {"id": name, "choices": [{"message": {"content": answer}}]}
        for (name, *_), answer in zip(tiny.QUESTIONS, ("B", "A.", "C", "what?", "B"))
    ]
    expert = only(read_loose(questions(tmp_path), {"gpt": lines(tmp_path / "gpt.jsonl", records)}))
    assert expert.kind == "votes" and expert.predicted.tolist() == [1, 0, 2, ABSTAIN, 1]


def test_completions_in_the_older_layout(tmp_path):
    logprobs = {"tokens": [" B"], "token_logprobs": [-0.3], "top_logprobs": [{" B": -0.3, " A": -1.5}]}
    records = [
        {"id": name, "choices": [{"text": " B", "logprobs": logprobs}]}
        for name, *_ in (tiny.QUESTIONS[1:2] + tiny.QUESTIONS[4:])
    ]
    path = tmp_path / "two.csv"
    rows = tiny.questions_csv(path).read_text().splitlines()
    tiny.write(path, rows[0], rows[2], rows[5])
    expert = only(read_loose(path, {"gpt": lines(tmp_path / "gpt.jsonl", records)}))
    np.testing.assert_allclose(expert.logits(slice(None)), [[-1.5, -0.3]] * 2)


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        ({"choices": []}, "'gpt.jsonl', line 2, lacks a custom_id."),
        ({"custom_id": "q2"}, "'gpt.jsonl', line 2, lacks choices."),
        ({"custom_id": "q2", "choices": [{"logprobs": {"content": [{}]}}]}, "is not laid out as a response"),
        ({"custom_id": "q1", "choices": [{"message": {"content": "A"}}]}, "has 1 sample id more than once: q1."),
    ],
)
def test_malformed_responses_end_in_their_sentence(tmp_path, second, sentence):
    file = lines(tmp_path / "gpt.jsonl", [chat("B", {"B": -0.1}), second])
    with pytest.raises(InputError) as refused:
        read_loose(questions(tmp_path), {"gpt": file})
    assert sentence in str(refused.value)


def test_a_sentence_that_begins_with_a_letter_is_no_answer(tmp_path):
    letters = {"A": -0.1, "B": -2.0, "C": -3.0, "D": -4.0}
    records = [chat("A", letters, sample_id=name) for name, *_ in tiny.QUESTIONS]
    records[2]["response"]["body"]["choices"][0]["message"]["content"] = "A hard one."
    expert = only(read_loose(questions(tmp_path), {"gpt": lines(tmp_path / "gpt.jsonl", records)}))
    assert expert.predicted.tolist() == [0, 0, ABSTAIN, 0, 0]


def test_batch_lines_as_the_service_writes_them(tmp_path):
    """Keys that are null or unknown, failed requests in the first line, and lines in any order."""
    failed = [
        {"id": "batch_req_1", "custom_id": "q3", "response": None, "error": {"code": "batch_expired", "message": "x"}},
        {
            "custom_id": "q5",
            "response": {"status_code": 400, "body": {"error": {"message": "too long"}}},
            "error": None,
        },
    ]
    answered = []
    for name in ("q4", "q1", "q2"):
        line = {"id": "batch_req_2", **chat("B", {"B": -0.1, "A": -3.0}, sample_id=name), "error": None}
        choice = line["response"]["body"]["choices"][0]
        choice |= {"index": 0, "finish_reason": "stop"}
        choice["message"] |= {"role": "assistant", "refusal": None}
        choice["logprobs"]["refusal"] = None
        for token in choice["logprobs"]["content"]:
            token["bytes"] = [66]
        answered.append(line)
    file = lines(tmp_path / "gpt.jsonl", [*failed, *answered])
    reading = read_loose(questions(tmp_path), {"gpt": file})
    assert only(reading).predicted.tolist() == [1, 1, ABSTAIN, 1, ABSTAIN]
    assert any("2 requests failed; there the expert abstains" in note for note in reading.notes)


def test_responses_of_the_newer_interface(tmp_path):
    def body(letter, likelihoods):
        top = [{"token": token, "logprob": value, "bytes": []} for token, value in likelihoods.items()]
        own = {"token": letter, "logprob": likelihoods[letter], "bytes": [], "top_logprobs": top}
        text = {"type": "output_text", "text": letter, "annotations": [], "logprobs": [own]}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
        return {"object": "response", "error": None, "output": [{"type": "reasoning", "summary": []}, message]}

    records = [
        {"custom_id": name, "response": {"status_code": 200, "body": body("B", {"A": -2, "B": -0.5, "C": -3, "D": -4})}}
        for name, *_ in tiny.QUESTIONS
    ]
    expert = only(read_loose(questions(tmp_path), {"gpt": lines(tmp_path / "gpt.jsonl", records)}))
    np.testing.assert_allclose(expert.logits(np.array([0]))[0], [-2.0, -0.5, -3.0, -4.0])


def test_the_first_token_of_an_echoed_prompt_has_no_log_probability(tmp_path):
    logprobs = {
        "tokens": ["Q", " B"], "token_logprobs": [None, -0.3], "top_logprobs": [None, {" B": -0.3, " A": -1.5}],
        "text_offset": [0, 1],
    }  # fmt: skip
    record = {"id": "q1", "object": "text_completion", "choices": [{"text": " B", "index": 0, "logprobs": logprobs}]}
    records = [record | {"id": name} for name, *_ in tiny.QUESTIONS]
    expert = only(read_loose(questions(tmp_path), {"gpt": lines(tmp_path / "gpt.jsonl", records)}))
    assert expert.predicted.tolist() == [1] * 5
