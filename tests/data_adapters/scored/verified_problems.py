"""Made arithmetic and unit problems with planted wrong references and a planted grader's faults.

Everything is drawn by seed: problems, references, and the answers of five *simulated* answerers, which are called so and
declared so. The grader compares texts, so it marks a right answer wrong wherever it is written otherwise than the reference.
"""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

SKILLS = {f"simulated_{i}": skill for i, skill in enumerate((0.92, 0.88, 0.84, 0.78, 0.7), 1)}
FAULTS = ("units", "fraction", "percentage", "date", "text", "set", "boolean")  # what the grader does not see as equal


@dataclass
class Problem:
    """right: how the right answer may be written, the source's way first. mistakes: of answerers, likeliest first.
    fault: the kind of its other writings."""

    question: str
    right: list[str]
    mistakes: list[str]
    fault: str


@dataclass
class Made:
    problems: dict[str, Problem]
    references: dict[str, str]
    wrong: set[str]
    answers: dict[str, dict[str, tuple[str, float, bool]]] = field(default_factory=dict)

    def faults(self) -> list[tuple[str, str, str]]:
        """(expert, sample, kind) of each right answer to a right reference that the grader marks wrong."""
        return [
            (expert, i, self.problems[i].fault)
            for expert, said in self.answers.items()
            for i, (text, _, marked) in said.items()
            if i not in self.wrong and text in self.problems[i].right and not marked
        ]

    def write(self, folder: Path) -> Path:
        """As a dataset folder: JSON lines, experts declared as simulated."""
        (folder / "experts").mkdir(parents=True)
        rows = [{"id": i, "question": p.question, "reference": self.references[i]} for i, p in self.problems.items()]
        (folder / "samples.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        for expert, said in self.answers.items():
            lines = [
                json.dumps({"id": i, "answer": text, "confidence": round(sure, 4), "correct": int(marked)}) + "\n"
                for i, (text, sure, marked) in said.items()
            ]
            (folder / "experts" / f"{expert}.jsonl").write_text("".join(lines))
        about = {"format": 1, "name": "made problems", "experts": {e: {"simulated": True} for e in self.answers}}
        (folder / "dataset.json").write_text(json.dumps(about))
        return folder


def made_problems(count: int = 400, wrong: float = 0.1, seed: int = 0) -> Made:
    rng = Random(seed)
    kinds = (money, lengths, times, shares, percentages, days, members, judgements, named)
    problems = {f"p{i:04d}": kinds[i % len(kinds)](rng) for i in range(count)}
    planted = set(rng.sample(sorted(problems), round(wrong * count)))
    references = {
        i: (rng.choice(p.mistakes[:2]) if i in planted else p.right[0]) for i, p in problems.items()
    }  # half are what answerers mistake it for
    made = Made(problems, references, planted)
    for expert, skill in SKILLS.items():
        made.answers[expert] = {i: answered(rng, p, references[i], skill) for i, p in problems.items()}
    return made


def answered(rng: Random, problem: Problem, reference: str, skill: float) -> tuple[str, float, bool]:
    """(text, confidence, whether the grader marks it right): right as often as the answerer is able."""
    is_right = rng.random() < skill
    text = (
        rng.choice(problem.right) if is_right else rng.choices(problem.mistakes, (5, 2, 1)[: len(problem.mistakes)])[0]
    )
    sure = min(0.99, max(0.2, rng.gauss(0.86 if is_right else 0.6, 0.12)))
    return text, sure, text == reference


def number(value: Fraction | int) -> str:
    return str(value) if value == int(value) else str(float(value))


def money(rng: Random) -> Problem:
    price, count = rng.randint(2, 90), rng.randint(12, 60)
    total = price * count
    right = [str(total), f"${total:,}", f"{total}.00 dollars", f"${total}.00", f"The answer is ${total}."]
    question = f"A shirt costs ${price}. How much do {count} shirts cost?"
    return Problem(question, right, [str(total + price), str(total - price), str(price + count)], "units")


def lengths(rng: Random) -> Problem:
    metres, laps = rng.randrange(200, 900, 50), rng.randint(4, 30)
    total = Fraction(metres * laps, 1000)
    right = [f"{number(total)} km", f"{metres * laps} m", f"{metres * laps:,} metres", f"{number(total)} kilometers"]
    question = f"Eva runs {laps} laps of {metres} m. How far does she run?"
    mistakes = [f"{number(total * 10)} km", f"{metres + laps} m", f"{number(total)} m"]
    return Problem(question, right, mistakes, "units")


def times(rng: Random) -> Problem:
    minutes = rng.randint(3, 40) * 15
    right = [f"{minutes} minutes", f"{minutes} min", f"{number(Fraction(minutes, 60))} hours"]
    right += [f"{minutes // 60} h {minutes % 60} min"] if minutes > 60 and minutes % 60 else [f"{60 * minutes} s"]
    question = f"A film began {minutes} minutes ago and has just ended. How long is it?"
    return Problem(question, right, [f"{minutes} hours", f"{minutes + 15} minutes", f"{minutes} seconds"], "units")


def shares(rng: Random) -> Problem:
    above, below = rng.randint(1, 8), rng.choice([9, 12, 15, 16, 18, 24])
    value = Fraction(above, below)
    right = [
        f"{above}/{below}",
        str(value),
        f"\\frac{{{above}}}{{{below}}}",
        f"{float(value):.6f}",
        f"$\\frac{{{above}}}{{{below}}}$",
    ]
    other = [str(1 - value), str(Fraction(above + 1, below)), str(Fraction(above, below + 1))]
    return Problem(f"Of {below} pupils {above} are ill. Which part of them is ill?", right, other, "fraction")


def percentages(rng: Random) -> Problem:
    of, part = rng.choice([(20, 5), (40, 5), (50, 2), (80, 5), (200, 1)]), rng.randint(3, 18)
    share = Fraction(part * 100, of[0])
    right = [
        f"{number(share)}%",
        f"{number(share)} percent",
        number(share / 100),
        f"{part}/{of[0]}",
        f"{number(share)} \\%",
    ]
    mistakes = [f"{number(100 - share)}%", f"{number(share * 2)}%", f"{part}%"]
    question = f"{part} of {of[0]} eggs broke. What percentage is that?"
    mistakes = [one for one in mistakes if one not in right]
    return Problem(question, right, mistakes, "percentage")


def days(rng: Random) -> Problem:
    start, later = date(2020, 1, 1) + timedelta(rng.randrange(1500)), rng.randint(20, 200)
    end = start + timedelta(later)
    right = [
        end.isoformat(),
        f"{end.day} {end:%B} {end.year}",
        f"{end:%B} {end.day}, {end.year}",
        f"{end.day}/{end.month}/{end.year}",
    ]
    wrong = [(end + timedelta(d)).isoformat() for d in (1, -1, 7)]
    return Problem(f"Which date is {later} days after {start.isoformat()}?", right, wrong, "date")


def members(rng: Random) -> Problem:
    top = rng.randint(14, 60)
    divisors = [d for d in range(1, top + 1) if top % d == 0]
    while len(divisors) < 3:
        top += 1
        divisors = [d for d in range(1, top + 1) if top % d == 0]
    mixed = rng.sample(divisors, len(divisors))
    right = ["{" + ", ".join(map(str, divisors)) + "}", ", ".join(map(str, mixed)), str(divisors)]
    right += [", ".join(map(str, divisors[:-1])) + f" and {top}"]
    wrong = [", ".join(map(str, one)) for one in (divisors[:-1], divisors[1:], [*divisors, top + 1])]
    return Problem(f"Which are the divisors of {top}?", right, wrong, "set")


def judgements(rng: Random) -> Problem:
    one, other, total = rng.randint(11, 99), rng.randint(11, 99), 0
    total = one * other + rng.choice([0, 0, 1, -1])
    holds = one * other == total
    right = (
        ["yes", "Yes", "True", f"Yes, {one} times {other} is {total}."]
        if holds
        else ["no", "No.", "False", "No, it is not."]
    )
    return Problem(f"Is {one} * {other} = {total}?", right, ["no" if holds else "yes"] * 2, "boolean")


def named(rng: Random) -> Problem:
    words = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    today, later = rng.randrange(7), rng.randint(2, 50)
    day = words[(today + later) % 7]
    right = [day, day.lower(), f"a {day}.", f"**{day}**"]
    wrong = [words[(today + later + d) % 7] for d in (1, -1, 2)]
    return Problem(f"If today is {words[today]}, which weekday is it in {later} days?", right, wrong, "text")
