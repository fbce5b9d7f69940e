"""Lists of codes, and what is found in them."""

from django.db.models import Q, QuerySet

from annotations.models import CodeEntry, CodeList, ReaderStudy

MOST_FOUND = 20


def code_lists_of(*, reader_study: ReaderStudy | None) -> QuerySet[CodeList]:
    """Return the lists of a reader study, or those of the site for None."""
    return CodeList.objects.filter(reader_study=reader_study).order_by("name", "created_at")


def codes_found(*, reader_study: ReaderStudy, search: str) -> list[CodeEntry]:
    """Return codes of the reader study's and the site's lists: all words in the meaning, or the value's beginning."""
    words = search.split()
    if not words:
        return []
    has_words = Q()
    for word in words:
        has_words &= Q(meaning__icontains=word)
    found = CodeEntry.objects.filter(
        Q(code_list__reader_study=reader_study) | Q(code_list__reader_study=None),
        has_words | Q(value__istartswith=search.strip()),
    )
    # The shortest meaning is the one that says least beside the words.
    by_code: dict[tuple[str, str], CodeEntry] = {}
    for entry in found.order_by("position")[: 50 * MOST_FOUND]:
        by_code.setdefault((entry.scheme, entry.value), entry)
    return sorted(by_code.values(), key=lambda entry: (len(entry.meaning), entry.meaning))[:MOST_FOUND]
