"""What the Cascade page works out: curves once, then only look-ups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cleaning import freed_memory
from cleaning.errors import InputError
from cleaning.experts import cascade
from cleaning.experts.cascade import Answers, CascadeCurves, OperatingPoint, Promise
from cleaning.experts.cascade.chosen_bins import BIN_COUNTS
from cleaning.experts.cascade.expert_answers import AnswerRule
from cleaning.experts.rescoring import Rescoring
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from pages.shared import loaders, progress
from pages.shared.cascade.askable import Askable, AskableExpert
from pages.shared.progress import Progress

POLICIES = {"calibrated": "the last answer stands", "calibrated, surer stands": "the surest answer stands"}
RULES: dict[str, AnswerRule] = {"calibrated": "last", "calibrated, surer stands": "higher"}
CROSS_VALIDATION = 0  # stands for a number of bins that is chosen by it
SOON = 200_000  # samples whose curves are there before anybody waits
CONFIDENCE = 0.95  # of a promise
KEPT = 0.95  # share of the flags that the cleaning rule should keep
MOST_CELLS = 1_500_000_000  # scores read when an expert is asked here and there; more takes minutes
SNIPPET = """from router import Watch, load_router, ask_in_turn  # cleaning/experts/cascade/router.py, copied beside yours

router = load_router("router.json")
watch = Watch(router)                         # compares every 500 samples with what calibration saw

def ask(name):                                # one of your models, by its name here
    scores = my_models[name](sample)          # probabilities of the classes
    return scores.argmax(), scores.max()      # (predicted class, its confidence before calibration)

decision = ask_in_turn(router, ask, watch)
decision.predicted, decision.confidence, decision.expert
watch.alarms                                  # what has changed, in words; false in 1 of 100 windows"""


@dataclass(frozen=True)
class CascadeScene:
    """One cascade: the answers of its experts in order with costs, its curves, and all that these depend on
    (``asked``)."""

    askable: Askable
    answers: list[Answers]
    bins: int | None
    asked: tuple
    curves: CascadeCurves

    @property
    def calibrate(self) -> dict:
        return cascade.calibrations_named(self.askable.methods, [a.name for a in self.answers])

    def router(self, point: OperatingPoint, kept: Promise | None = None) -> str:
        """The router for a point, or that of a promise, as JSON text."""
        if kept is not None and kept.router is not None:
            return cascade.router_json(kept.router)
        return cascade.router_json(
            cascade.learn_router(
                self.answers,
                self.askable.labels,
                point=point,
                answer=RULES[point.policy],
                bins=self.bins,
                calibrate=self.calibrate,
            )
        )


def order_of_start(experts: Sequence[AskableExpert]) -> list[str]:
    """Two experts to begin with: the most accurate one last, and before it the cheapest of the others (where no
    cost is known, the least accurate)."""
    best = max(experts, key=lambda one: one.accuracy)
    others = [one for one in experts if one is not best]
    known = all(one.expert.cost for one in experts)
    cheapest = min(others, key=lambda one: ((one.expert.cost or 0.0) if known else 0.0, one.accuracy), default=None)
    return [one.name for one in (cheapest, best) if one is not None]


def scene_of(
    askable: Askable,
    names: list[str],
    costs: list[float],
    bins: int | None,
    latencies: list[float | None],
    first_look: Callable[[CascadeCurves], None],
) -> CascadeScene:
    """The cascade of these experts, its curves worked out with progress the first time. bins None: by
    cross-validation. latencies: in milliseconds, None where not known. first_look: shows the curves of the first halves
    where the others take long."""
    answers = [askable.answers(n, c) for n, c in zip(names, costs)]
    used = tuple(askable.methods.get(n, "") for n in names)
    asked = "cascade", tuple(names), tuple(costs), bins, used, askable.version
    with progress.shown() as tell:
        look = progress.from_outside(first_look) if len(askable.labels) > SOON else None
        curves = askable.once(asked, lambda: _curves(answers, askable, bins, tell, look))
    known = [wait for wait in latencies if wait is not None]
    curves = replace(curves, latencies=np.array(known) if len(known) == len(names) else None)
    answers = [replace(a, latency=wait) for a, wait in zip(answers, latencies)]
    return CascadeScene(askable, answers, bins, asked, curves)


def promise(scene: CascadeScene, policy: str, points: float) -> Promise:
    """The cheapest router proved to stay within so many points of the last expert; worked out once."""
    return scene.askable.once(
        ("promise", policy, points, *scene.asked),
        lambda: cascade.promised(
            scene.answers,
            scene.askable.labels,
            points,
            confidence=CONFIDENCE,
            answer=RULES[policy],
            bins=scene.bins,
            calibrate=scene.calibrate,
        ),
    )


def _curves(
    answers: list[Answers],
    askable: Askable,
    bins: int | None,
    tell: Progress,
    first_look: Callable[[CascadeCurves], None] | None,
) -> CascadeCurves:
    try:
        return cascade.cascade_curves(
            answers,
            askable.labels,
            bins=bins,
            calibrate=cascade.calibrations_named(askable.methods, [a.name for a in answers]),
            progress=lambda share: tell(share, "learning on one half, judging on the other"),
            first_look=first_look,
        )
    finally:  # whoever leaves the page ends it too
        freed_memory.give_back(len(askable.labels))


def what_sensitivity(scene: CascadeScene, fraction: float) -> tuple:
    """All that ``sensitivity`` depends on."""
    return "sensitivity", fraction, *scene.asked


def sensitivity(scene: CascadeScene, fraction: float) -> pd.DataFrame:
    """How much the number of bins matters; worked out once."""
    return scene.askable.once(
        what_sensitivity(scene, fraction),
        lambda: cascade.bin_sensitivity(
            scene.answers, scene.askable.labels, BIN_COUNTS, fraction=fraction, calibrate=scene.calibrate
        ),
    )


def what_calls(workspace: Workspace, run: Run, costly: str) -> tuple[str, ...]:
    """All that ``calls`` depends on: the expert, the budget in force, and the labels settled so far."""
    budget = loaders.in_force(workspace.id, run.id).budget
    return "calls", str(budget), costly, loaders.judging_labels(workspace.id).key()


def calls(workspace: Workspace, run: Run, costly: str) -> pd.DataFrame:
    """The table of rules for asking one more expert: which flags stay if it is asked only on some samples."""
    what = what_calls(workspace, run, costly)
    return loaders.worked_out(workspace.id, run.id, what, lambda: _calls(workspace, run, costly))


def _calls(workspace: Workspace, run: Run, costly: str) -> pd.DataFrame:
    dataset, experts = workspace.dataset(), workspace.experts_of(run)
    if len(experts) < 2:
        raise InputError("With one expert there is none to save calls to. Load a second one.")
    if len(dataset) * dataset.class_count * len(experts) * 4 > MOST_CELLS:
        raise InputError(
            "These scores are too many to be read again and again here. Make a run without the expert on the Runs page, "
            "and compare what each flags."
        )
    rescoring = Rescoring(
        dataset, experts, run.calibrations, loaders.folds(workspace.id, run.id), run.settings.group_of(dataset)
    )
    others = {n: run.predicted[:, m] for m, n in enumerate(run.expert_names) if n != costly}
    labels = loaders.judging_labels(workspace.id)
    return cascade.save_calls(
        others,
        dataset.given_labels,
        lambda called: rescoring.asked_where(costly, called),
        loaders.in_force(workspace.id, run.id).budget,
        labels.wrong if labels.wrong.any() else None,
    )


def calls_in_words(table: pd.DataFrame, costly: str) -> str:
    """The rule that saves most and keeps nearly all flags, in words."""
    return cascade.calls_sentence(cascade.fewest_calls(table, KEPT), costly)
