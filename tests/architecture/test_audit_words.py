"""The audit trail of a reader study is shown in words: an action without any would be shown by its code."""

import re

from portal.ops.environment import REPOSITORY

WORDS = REPOSITORY / "frontend/src/coordinator/readerStudies/audit/eventWords.ts"
# Where the actions come from that stand in the stream of a reader study.
APPS = ("annotations", "validation")
# An invitation begins a session too, which stands in the stream of the accounts.
ELSEWHERE = {"session.begin"}


def test_every_action_of_a_reader_study_has_words() -> None:
    words = set(re.findall(r'^  "([a-z_.]+)": "\w', WORDS.read_text(), re.MULTILINE))
    sources = [path.read_text() for app in APPS for path in (REPOSITORY / app).rglob("*.py")]
    actions = {action for text in sources for action in re.findall(r'action="([a-z_]+\.[a-z_]+)"', text)}
    assert len(actions) > 50
    assert sorted(actions - words - ELSEWHERE) == []
