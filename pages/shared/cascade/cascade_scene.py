"""What the Cascade page works out: curves once, then only look-ups."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cleaning.calibrate.report import ExpertReport
from cleaning.errors import InputError
from cleaning.experts import cascade
from cleaning.experts.cascade import Answers, CascadeCurves, OperatingPoint, Promise
from cleaning.experts.cascade.chosen_bins import BIN_COUNTS
from cleaning.experts.cascade.expert_answers import AnswerRule
from cleaning.experts.rescoring import Rescoring
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.settle.judging import JudgingLabels
from pages.shared import loaders, progress
from pages.shared.calibrate import calibration_reports
from pages.shared.progress import Progress

POLICIES = {"calibrated": "the last answer stands", "calibrated, surer stands": "the surest answer stands"}
RULES: dict[str, AnswerRule] = {"calibrated": "last", "calibrated, surer stands": "higher"}
CROSS_VALIDATION = 0  # stands for a number of bins that is chosen by it
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
    """One cascade of a run: its experts in order with costs, the labels, its curves, and all that these depend on
    (``asked``)."""

    workspace: Workspace
    run: Run
    answers: list[Answers]
    labels: JudgingLabels
    bins: int | None
    methods: dict[str, str]
    asked: tuple
    curves: CascadeCurves

    @property
    def calibrate(self) -> dict:
        return cascade.calibrations_named(self.methods, [a.name for a in self.answers])

    def counted_labels(self):
        """Labels of the samples that count, in the order of the answers."""
        return self.labels.counted_codes()

    def router(self, point: OperatingPoint, kept: Promise | None = None) -> str:
        """The router for a point, or that of a promise, as JSON text."""
        if kept is not None and kept.router is not None:
            return cascade.router_json(kept.router)
        return cascade.router_json(
            cascade.learn_router(
                self.answers,
                self.counted_labels(),
                point=point,
                answer=RULES[point.policy],
                bins=self.bins,
                calibrate=self.calibrate,
            )
        )


def order_of_start(reports: list[ExpertReport]) -> list[str]:
    """Two experts to begin with: the most accurate one last, and before it the cheapest of the others (where no
    cost is known, the least accurate)."""
    best = max(reports, key=lambda r: r.accuracy())
    others = [r for r in reports if r is not best]
    known = all(r.expert.cost for r in reports)
    cheapest = min(others, key=lambda r: (r.expert.cost if known else 0.0, r.accuracy()), default=None)
    return [r.expert.name for r in (cheapest, best) if r is not None]


def scene_of(
    workspace: Workspace,
    run: Run,
    names: list[str],
    costs: list[float],
    bins: int | None,
    latencies: list[float | None],
) -> CascadeScene:
    """The cascade of these experts, its curves worked out with progress the first time. bins None: by
    cross-validation. latencies: in milliseconds, None where not known."""
    labels = loaders.judging_labels(workspace.id)
    by_name = {r.expert.name: r for r in calibration_reports.reports(run)}
    usual = {name: by_name[name].calibration.method for name in names}
    methods = usual | loaders.in_force(workspace.id, run.id).chosen.calibration_methods
    answers = [cascade.answers_of(by_name[n], c, labels.counted) for n, c in zip(names, costs)]
    used = tuple(methods.get(n, "") for n in names)
    asked = "cascade", tuple(names), tuple(costs), bins, used, labels.key()
    with progress.shown() as tell:
        curves = loaders.worked_out(workspace.id, run.id, asked, lambda: _curves(answers, labels, bins, methods, tell))
    known = [wait for wait in latencies if wait is not None]
    curves = replace(curves, latencies=np.array(known) if len(known) == len(names) else None)
    answers = [replace(a, latency=wait) for a, wait in zip(answers, latencies)]
    return CascadeScene(workspace, run, answers, labels, bins, methods, asked, curves)


def promise(scene: CascadeScene, policy: str, points: float) -> Promise:
    """The cheapest router proved to stay within so many points of the last expert; worked out once."""
    return loaders.worked_out(
        scene.workspace.id,
        scene.run.id,
        ("promise", policy, points, *scene.asked),
        lambda: cascade.promised(
            scene.answers,
            scene.counted_labels(),
            points,
            confidence=CONFIDENCE,
            answer=RULES[policy],
            bins=scene.bins,
            calibrate=scene.calibrate,
        ),
    )


def _curves(
    answers: list[Answers], labels: JudgingLabels, bins: int | None, methods: dict, tell: Progress
) -> CascadeCurves:
    return cascade.cascade_curves(
        answers,
        labels.counted_codes(),
        bins=bins,
        calibrate=cascade.calibrations_named(methods, [a.name for a in answers]),
        progress=lambda share: tell(share, "learning on one half, judging on the other"),
    )


def what_sensitivity(scene: CascadeScene, fraction: float) -> tuple:
    """All that ``sensitivity`` depends on."""
    return "sensitivity", fraction, *scene.asked


def sensitivity(scene: CascadeScene, fraction: float) -> pd.DataFrame:
    """How much the number of bins matters; worked out once."""
    return loaders.worked_out(
        scene.workspace.id,
        scene.run.id,
        what_sensitivity(scene, fraction),
        lambda: cascade.bin_sensitivity(
            scene.answers, scene.counted_labels(), BIN_COUNTS, fraction=fraction, calibrate=scene.calibrate
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
