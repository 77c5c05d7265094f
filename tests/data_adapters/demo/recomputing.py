"""Checks generated questions against answers computed again in another way."""

import contextlib
import io
import re


def sound(questions, subject):
    """Questions of a subject whose options are as generated, as (stem, options, place of the right one)."""
    found = [
        (q.stem, q.options, q.right[0])
        for q in questions
        if q.subject == subject and q.error_type in ("ok", "wrong_groundtruth")
    ]
    assert len(found) >= 60
    return found


def check(questions, subject, answer_of, value_of):
    """The option marked right equals the recomputed answer, and no other option does."""
    topics = set()
    for stem, options, place in sound(questions, subject):
        topic, answer = answer_of(stem, options)
        topics.add(topic)
        equal = [i for i, option in enumerate(options) if value_of(option) == answer]
        assert equal == [place], (stem, options, answer)
    return topics


def run_program(stem):
    """What the Python program in a stem prints when it is really run."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(re.search(r"```python\n(.+)\n```", stem, re.DOTALL)[1], {})
    return printed.getvalue().strip()
