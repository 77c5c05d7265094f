"""What the commands of other programs call a dataset's tasks and models."""

import shlex
from collections.abc import Mapping

from cleaning.export.formats.evaluation_tasks import task_called
from cleaning.export.formats.lm_eval_task import task_names
from cleaning.export.handover import Handover

FOLDER_SLASH = "__"  # lm_eval's for the slash of a model's name in the name of its folder


def names_there(handover: Handover) -> Mapping[str, str]:
    """tasks: of lm_eval, separated by commas. task: of the others. model: the first expert that is a model, as a hub names
    it; argument and pretrained: the same as the shell takes it. whose: a sentence's beginning on the model."""
    simulated = {one["name"] for one in handover.workspace.experts_about() if one.get("simulated")}
    real = [name for name in handover.run.expert_names if name not in simulated]
    model = real[0].replace(FOLDER_SLASH, "/") if real else "MODEL"
    return {
        "whose": f"{model} is an expert's name: put any model there" if real else "MODEL: any model",
        "tasks": ",".join(task_names(handover)),
        "task": task_called(handover),
        "model": model,
        "argument": shlex.quote(model),
        "pretrained": shlex.quote(f"pretrained={model}"),
        "model_name": shlex.quote(f"model_name={model}"),
    }


def any_model(program: str) -> tuple[str, ...]:
    return (f"$whose, as {program} calls it.",)
