"""What passes the allow-list by its wording: names of windows, never of people."""

from typing import cast

import pytest
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from portal.imaging.dicomweb import _is_harmless
from portal.imaging.reader_tags import CODE_VALUE_TAG, VIEW_MODIFIER_CODES, VIEW_OF_CODE, is_known_wording


@pytest.mark.parametrize("text", ["NORMAL", "HARDER", "Soft tissue", "WINDOW1", "LUNG-2", "", "Posterior_Fossa 80/40"])
def test_names_of_windows_pass(text):
    assert is_known_wording(text)


@pytest.mark.parametrize(
    "text", ["Doe^John", "JOHN DOE", "WINDOW OF SMITH", "19010203", "born 12345678", "1901.02.03", "é"]
)
def test_everything_else_is_held_back(text):
    assert not is_known_wording(text)


def codes_of(context_group: int) -> set[str]:
    """Codes of a context group of PS3.16 as pydicom has it, in SNOMED CT and RT."""
    names = cid_concepts[context_group]["SCT"]
    by_name = cast(dict[str, dict[str, tuple[str, list[int]]]], concepts["SCT"])
    found = {code for name in names for code, (_, groups) in by_name[name].items() if context_group in groups}
    return found | {mapping["SCT"][code] for code in found}


def test_the_codes_of_views_are_those_of_the_standard():
    # A specimen is in the group of views, but it is none of a breast in place.
    assert set(VIEW_OF_CODE) == codes_of(4014) - {"127457009", "G-8310"}
    assert codes_of(4015) == VIEW_MODIFIER_CODES


@pytest.mark.parametrize(
    ("code", "passes"), [("399368009", True), ("R-10242", True), ("DOE^JOHN", False), ("1", False)]
)
def test_only_codes_of_views_leave_the_archive(code, passes):
    assert _is_harmless(CODE_VALUE_TAG, {"vr": "SH", "Value": [code]}) is passes


@pytest.mark.parametrize("view", sorted(set(VIEW_OF_CODE.values())))
def test_each_view_has_one_code_of_either_coding(view):
    """The file is the front end's, too: whatever the coding, a view has one name."""
    snomed_ct, snomed_rt = (code for code, name in VIEW_OF_CODE.items() if name == view)
    assert mapping["SCT"][snomed_ct] == snomed_rt
