"""What passes the allow-list by its wording: names of windows, never of people."""

import pytest

from portal.imaging.reader_tags import is_known_wording


@pytest.mark.parametrize("text", ["NORMAL", "HARDER", "Soft tissue", "WINDOW1", "LUNG-2", "", "Posterior_Fossa 80/40"])
def test_names_of_windows_pass(text):
    assert is_known_wording(text)


@pytest.mark.parametrize(
    "text", ["Doe^John", "JOHN DOE", "WINDOW OF SMITH", "19010203", "born 12345678", "1901.02.03", "é"]
)
def test_everything_else_is_held_back(text):
    assert not is_known_wording(text)
