"""Final labels in the layouts that other projects publish.

ReaL: Beyer et al. 2020 (reassessed-imagenet). MMLU-Redux: Gema et al. 2024. labelerrors: Northcutt et al. 2021
(cleanlab/label-errors). cleanlab: the data frame of ``CleanLearning.get_label_issues``.
"""

import json
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from cleaning.domain import verdicts
from cleaning.export.formats.corrected import mask_column
from cleaning.export.formats.row_texts import Coded, Millionths, in_blocks, rows_as_text
from cleaning.export.formats.table_texts import as_csv, csv_blocks
from cleaning.export.handover import Handover
from cleaning.export.patch.mask import accepted_classes
from cleaning.keep.decisions import Decision
from cleaning.settle.final_labels import SETTLED, FinalLine

REDUX_TYPES = {
    verdicts.KEEP: "ok",
    verdicts.RELABEL: "wrong_groundtruth",
    verdicts.SEVERAL_FIT: "multiple_correct_answers",
    verdicts.NONE_FITS: "no_correct_answer",
    verdicts.UNCLEAR_ITEM: "bad_question_clarity",
    verdicts.UNCLEAR_OPTIONS: "bad_options_clarity",
    verdicts.GRADER_WRONG: "multiple_correct_answers",
    verdicts.RIGHT_IS: "no_correct_answer",
    verdicts.NO_SINGLE_ANSWER: "bad_question_clarity",
}
_SAYING = frozenset((verdicts.KEEP, verdicts.RELABEL, verdicts.SEVERAL_FIT, verdicts.GRADER_WRONG, verdicts.RIGHT_IS))


def real_labels(handover: Handover) -> Iterable[bytes]:
    """JSON list of lists: for each sample, in the dataset's order, the class codes that count as right.

    An empty list (as in ReaL) where the sample is dropped; the given label where nothing is settled.
    """
    mask, count = mask_column(handover), handover.dataset.class_count
    texts = [f",[{code}]" for code in range(count)]
    texts += ["," + json.dumps(accepted_classes(entry, 0), separators=(",", ":")) for entry in mask.values[1:]]
    codes = np.where(
        mask.codes == 0, handover.dataset.given_labels, mask.codes + (count - 1)
    )  # 0: the given one is kept
    lists = rows_as_text([Coded(codes, texts)], len(codes))
    return in_blocks(lists, "[" + next(lists).removeprefix(","), "]\n")


def mmlu_redux_table(handover: Handover) -> bytes:
    """CSV, a row a question: question_id, question, choices, answer, error_type, source, correct_answer,
    potential_reason, then metadata columns.

    error_type: of the final label; "expert" where a reviewer asked for one, "" where nothing is settled.
    correct_answer: 0-based options that are right instead, separated by commas; "" for ok. potential_reason: the
    reviewers' notes.
    """
    dataset, samples = handover.dataset, handover.dataset.samples
    frame = pd.DataFrame({"question_id": dataset.sample_ids})
    frame["question"] = samples["question"].to_numpy(object) if "question" in samples else ""
    frame["choices"] = [[str(o) for o in options] for options in samples["choices"]]
    frame["answer"] = dataset.given_labels
    for name in ("error_type", "source", "correct_answer", "potential_reason"):
        frame[name] = ""
    values = {line.row: _redux(handover, line) for line in handover.final.lines()}
    for place, name in enumerate(("error_type", "correct_answer", "potential_reason")):
        column = frame[name].to_numpy(object).copy()
        for row, filled in values.items():
            column[row] = filled[place]
        frame[name] = column
    for own in samples:
        if own not in (*frame, "sample_id"):
            frame[own] = samples[own].to_numpy(object)
    return as_csv(frame)


def _redux(handover: Handover, line: FinalLine) -> tuple[str, str, str]:
    votes = handover.final.votes[line.sample_id]
    reason = "; ".join(dict.fromkeys(v.note for v in votes if v.note))
    if line.status != SETTLED:
        asked = any(v.verdict == verdicts.NEEDS_EXPERT for v in votes)
        return ("expert" if asked else "", "", reason)
    right = "" if line.verdict == verdicts.KEEP else ",".join(map(str, line.labels))
    return REDUX_TYPES[line.verdict], right, reason


def labelerrors_votes(handover: Handover) -> bytes:
    """JSON list, an object a decided sample: id, the given label, our suggested label, and how many reviewers said
    "given", "guessed" (the suggested one), "both" or "neither"; under "mturk" as in the label-errors project.

    Votes that say none of these (unclear, unsure, needs an expert) are in "other".
    """
    suggested = handover.scores["suggested"].to_numpy()
    names = handover.dataset.class_names
    rows = []
    for line in handover.final.lines():
        guess = int(suggested[line.row])
        votes = Counter(_vote_word(v, line.given, guess) for v in handover.final.votes[line.sample_id])
        rows.append(
            {
                "id": line.sample_id,
                "given_original_label": line.given,
                "given_original_label_name": names[line.given],
                "our_guessed_label": guess,
                "our_guessed_label_name": names[guess],
                "mturk": {word: votes.get(word, 0) for word in ("given", "guessed", "neither", "both")},
                "other": votes.get("other", 0),
            }
        )
    return (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode()


def _vote_word(vote: Decision, given: int, guess: int) -> str:
    if vote.verdict not in _SAYING | verdicts.UNFIT:
        return "other"
    said = set(vote.labels)
    if given in said:
        return "both" if guess in said and guess != given else "given"
    return "guessed" if guess in said else "neither"


def cleanlab_label_issues(handover: Handover) -> Iterable[bytes]:
    """CSV in the dataset's order: is_label_issue, label_quality (1 - suspicion: lower is worse), given_label,
    predicted_label (class codes; the experts' best class, as a model's in cleanlab), then sample_id and decided_by.

    is_label_issue: where settled, whether the reviewers found the given label wrong (several_fit with the given label
    among them is no issue); elsewhere whether it is flagged. decided_by says which: "review" or "suspicion".
    """
    scores, n = handover.scores, len(handover.dataset)
    issue, reviewed = handover.in_force.flagged.copy(), np.zeros(n, bool)
    for line in handover.final.lines():
        if line.status == SETTLED and line.verdict not in (verdicts.UNCLEAR_ITEM, verdicts.UNCLEAR_OPTIONS):
            issue[line.row], reviewed[line.row] = line.given not in line.labels, True
    codes = range(handover.dataset.class_count)
    return csv_blocks(
        {
            "is_label_issue": Coded(issue.astype(np.int32), (False, True)),
            "label_quality": Millionths(np.round(1 - scores["suspicion"].to_numpy(np.float64), 6)),
            "given_label": Coded(handover.dataset.given_labels, codes),
            "predicted_label": Coded(handover.pooled_best, codes),
            "sample_id": handover.dataset.sample_ids,
            "decided_by": Coded(reviewed.astype(np.int32), ("suspicion", "review")),
        }
    )
