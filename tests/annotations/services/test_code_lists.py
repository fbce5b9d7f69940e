"""Lists of codes of the site and of a reader study, and what is found in them."""

import pytest

from annotations.models import CodeEntry, CodeList
from annotations.selectors.code_lists import codes_found
from annotations.services.code_lists import code_list_import, code_list_remove
from portal.audit.models import Event
from portal.errors import Invalid
from tests.annotations.building import draft

pytestmark = pytest.mark.django_db
HEAD = "scheme,value,meaning\n"


def found(reader_study, search: str) -> list[str]:
    return [entry.value for entry in codes_found(reader_study=reader_study, search=search)]


def test_the_lists_of_the_site_and_of_the_own_reader_study_are_searched_and_no_other() -> None:
    one, other = draft("one").reader_study, draft("other")
    code_list_import(by=other.coordinator, reader_study=None, text=HEAD + "SCT,1,Nodule of lung\n", name="site")
    code_list_import(
        by=other.coordinator, reader_study=one, text=HEAD + "SCT,2,Lung nodule\nSCT,1,Nodule of lung\n", name="own"
    )
    code_list_import(by=other.coordinator, reader_study=other.reader_study, text=HEAD + "SCT,3,Lung nodule\n", name="x")
    assert found(one, "nodule LUNG") == ["2", "1"]
    assert found(other.reader_study, "lung") == ["3", "1"]
    assert found(one, "2") == ["2"]
    assert found(one, " ") == found(one, "brain") == []


def test_a_faulty_file_stores_nothing_and_names_its_rows() -> None:
    built = draft("faulty")
    with pytest.raises(Invalid) as refused:
        code_list_import(by=built.coordinator, reader_study=None, text=HEAD + "SCT,1,One\nSCT,,Two\n", name="codes.csv")
    assert [(one["field"], one["row"]) for one in refused.value.errors] == [("value", 3)]
    assert not CodeList.objects.filter(reader_study=None).exists()


def test_a_list_that_is_removed_takes_its_codes_along_and_is_recorded() -> None:
    built = draft("removed")
    made = code_list_import(
        by=built.coordinator, reader_study=built.reader_study, text=HEAD + "SCT,1,One\n", name="codes.csv"
    )
    code_list_remove(by=built.coordinator, code_list=made)
    assert not CodeEntry.objects.filter(meaning="One").exists()
    actions = Event.objects.filter(object_type="annotations.CodeList").values_list("action", flat=True)
    assert set(actions) >= {"code_list.create", "code_list.remove"}
