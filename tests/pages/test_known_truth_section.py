"""The research section of Threshold: a file of truth is compared, and nothing else on the page hears of it."""

import json

import pandas as pd

from tests.pages.conftest import words


def test_a_truth_is_compared_and_changes_nothing(app, digits):
    test = app("threshold", digits.id).run()
    before = digits.latest_run().threshold
    dataset = digits.dataset()
    table = pd.DataFrame({"sample_id": list(map(str, dataset.sample_ids)), "label_is_wrong": 0})
    table.loc[::20, "label_is_wrong"] = 1
    test.file_uploader(key="known_truth").set_value(("t.csv", table.to_csv(index=False).encode(), "text/csv")).run()
    said = words(test)
    assert f"The truth knows {len(table):,} samples" in said and "For research only" in said
    measured = next(t.value for t in test.dataframe if "ranking" in t.value and "measure" in t.value)
    assert {f"alone: {name}" for name in digits.latest_run().expert_names} < set(measured["ranking"])
    titles = [json.loads(chart.proto.spec)["layout"]["title"]["text"] for chart in test.get("plotly_chart")]
    assert {"Precision against detection rate", "The paper's rule at every K and tau"} <= set(titles)
    curves = json.loads(test.get("plotly_chart")[titles.index("Precision against detection rate")].proto.spec)["data"]
    assert sum(one.get("fill") == "toself" for one in curves) == 1  # the run's interval
    assert digits.latest_run().threshold == before
