"""The questions set: facts asked with options and a key, some keys and options spoilt on purpose."""

import json
from pathlib import Path
from random import Random

import pandas as pd

from data_adapters.demo.demo_folder import write_table
from data_adapters.demo.questions import arithmetic, calendar_dates, chemistry, geography, units
from data_adapters.demo.questions.draft import Draft
from data_adapters.demo.questions.planted_flaws import FLAWS, DemoQuestion, plant
from data_adapters.demo.questions.simulated_experts import EXPERTS, write_experts

SUBJECTS = {
    "arithmetic": arithmetic.drafts,
    "units": units.drafts,
    "calendar": calendar_dates.drafts,
    "chemistry": chemistry.drafts,
    "geography": geography.drafts,
}
LETTERS = "ABCDE"
OPTION_COUNTS = (4, 4, 4, 4, 5, 4, 4, 3, 4)  # taken in turn

README = """Multiple-choice questions, with planted flaws, answered by SIMULATED experts

Questions: {n}, made by a generator from facts (arithmetic, units, calendar, chemistry, geography), {each} a
subject.
Flaws planted on purpose: {wrong} wrong keys, most of them in the subject "units"; {options}
questions with flawed options (no option right, two right, or one option that runs two answers together).
Experts: SIMULATED. No language model was asked anything. Each answer is drawn at random from the true answer,
the question's difficulty (the same for all experts, so they err together) and the expert's strength in the
subject; their confidences are wrong on purpose, each in its own way. What they show is how Second Opinion
works, not how good any model is. "cost" is made up.
planted_truth.csv: error_type and the letter of the right option (empty: none; "A|C": two). For comparing
afterwards; Second Opinion never reads it to score, and figures on planted errors say nothing about real ones.
"""


def fill_questions(folder: Path, seed: int) -> dict:
    """Writes the set into an empty folder and returns its description."""
    questions = make_questions(seed)
    write_table(_samples(questions), folder / "samples.csv")
    write_table(_truth(questions), folder / "planted_truth.csv")
    write_experts(questions, folder / "experts", seed)
    wrong = sum(question.error_type == "wrong_groundtruth" for question in questions)
    flawed = sum(question.error_type != "ok" for question in questions)
    each = len(questions) // len(SUBJECTS)
    text = README.format(n=len(questions), each=each, wrong=wrong, options=flawed - wrong)
    (folder / "README.txt").write_text(text, encoding="utf-8")
    described = {expert.name: expert.description() for expert in EXPERTS}
    name = "Demo: questions (simulated experts)"
    return {"name": name, "kind": "question", "group_column": "subject", "experts": described}


def make_questions(seed: int) -> list[DemoQuestion]:
    """360 questions, subject by subject."""
    return [question for subject in SUBJECTS for question in _subject_questions(subject, seed)]


def _subject_questions(subject: str, seed: int) -> list[DemoQuestion]:
    random = Random(f"{seed} {subject}")
    drafts = SUBJECTS[subject](random)
    random.shuffle(drafts)
    flaws = _assign_flaws(drafts, FLAWS[subject], random)
    places = _even_places(len(drafts), random)
    questions = []
    for number, (draft, flaw, (options, place)) in enumerate(zip(drafts, flaws, places), start=1):
        questions.append(plant(draft, f"{subject}_{number:03d}", subject, options, place, flaw, random))
    return questions


def _assign_flaws(drafts: list[Draft], wanted: dict[str, int], random: Random) -> list[str]:
    """One error type per draft; two right answers only where the draft knows a second one."""
    flaws = ["ok"] * len(drafts)
    for flaw, count in sorted(wanted.items()):
        needs_second = flaw == "multiple_correct_answers"
        free = [i for i, d in enumerate(drafts) if flaws[i] == "ok" and (d.also_right or not needs_second)]
        for i in random.sample(free, count):
            flaws[i] = flaw
    return flaws


def _even_places(count: int, random: Random) -> list[tuple[int, int]]:
    """(number of options, place of the right one) per question; every place about equally often."""
    counts = [OPTION_COUNTS[i % len(OPTION_COUNTS)] for i in range(count)]
    seen: dict[int, int] = {}
    places = []
    for options in counts:
        places.append((options, seen.setdefault(options, 0) % options))
        seen[options] += 1
    random.shuffle(places)
    return places


def _samples(questions: list[DemoQuestion]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample_id": [q.sample_id for q in questions],
            "label": [LETTERS[q.given] for q in questions],
            "question": [q.stem for q in questions],
            "choices": [json.dumps(q.options, ensure_ascii=False) for q in questions],
            "subject": [q.subject for q in questions],
            "topic": [q.topic for q in questions],
        }
    )


def _truth(questions: list[DemoQuestion]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample_id": [q.sample_id for q in questions],
            "error_type": [q.error_type for q in questions],
            "correct_option": ["|".join(LETTERS[place] for place in q.right) for q in questions],
        }
    )
