"""Calibrate: a calibration saved there is judged on another dataset's page, and changes nothing."""

from cleaning.calibrate.saved import calibration_json, saved_calibration
from tests.pages.conftest import words


def test_a_saved_calibration_is_judged_here(app, digits):
    run = digits.latest_run()
    kinds = [e.kind for e in digits.experts_of(run)]
    text = calibration_json(saved_calibration("another set", 123, list(zip(kinds, run.calibrations))))
    test = app("calibrate", digits.id)
    test.file_uploader(key="calibration_elsewhere").set_value(("c.json", text.encode(), "application/json")).run()
    assert "Fitted on another set (123 samples)" in words(test)
    test.file_uploader(key="calibration_elsewhere").set_value(("c.json", b"{}", "application/json")).run()
    assert "is no calibration of format 1" in words(test)
