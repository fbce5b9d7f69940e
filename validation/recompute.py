"""Compute the endpoints of result.json again with `python -m validation.stats`: exit code 1 if one differs.

Run in the unpacked archive: `python recompute.py`. The statistics are those in the archive's folder `software`.
"""

import csv
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

Row = dict[str, Any]
# Value, low and high; None where there is none.
Numbers = tuple[float | None, float | None, float | None]

HERE = Path(__file__).resolve().parent
DECIDED = ["--rating", "rating", "--threshold", "0.5"]
MARKS = {"WAFROC": "wafroc", "AFROC": "afroc", "FROC": "froc", "INFERRED_AUC": "hrauc", "LESION_SENSITIVITY": "maxllf"}
ANALYSES = {"READERS_AND_CASES": "RRRC", "CASES": "FRRC", "READERS": "RRFC"}
# The result is written with twelve digits.
TOLERANCE = 1e-9


def command(endpoint: Row, level: float) -> list[str]:
    """Give the command line that computes an endpoint."""
    key, figure, method = endpoint["key"], endpoint["figure"], endpoint["method"]
    if figure in MARKS:
        return of_marks(endpoint, level)
    compared = isinstance(endpoint["against"], dict) and "subject" in endpoint["against"]
    words = {
        "MRMC_OR": ["mrmc"],
        "MRMC_U": ["mrmc-u"],
        "AI_VS_READERS": ["ai-vs-readers", "--ai-reader", "the AI"],
        "DELONG": ["roc-compare"] if compared else ["roc"],
        "CLUSTERED_DELONG": ["roc-compare", "--cluster", "patient"] if compared else ["roc", "--cluster", "patient"],
        "PROPORTION": ["binary", *DECIDED],
        "CLUSTERED_PROPORTION": ["binary", "--cluster", "patient", *DECIDED],
        "MCNEMAR": ["paired-binary", *DECIDED],
    }[method]
    if words[0] in ("mrmc", "mrmc-u", "ai-vs-readers") and figure != "AUC":
        words = [*words, "--fom", figure.lower(), "--threshold", "0.5"]
    if method == "CLUSTERED_DELONG" and compared:
        words = [*words, "--rating-a", endpoint["of"]["subject"], "--rating-b", endpoint["against"]["subject"]]
        return [words[0], "--csv", str(wide(endpoint)), "--json", "--alpha", repr(1 - level), *words[1:]]
    if words[0] in ("roc-compare", "paired-binary"):
        pair = f"{endpoint['of']['subject']},{endpoint['against']['subject']}"
        words = [*words, "--between", "modality", "--levels", pair]
    if endpoint["margin"] is not None and words[0] in ("mrmc", "ai-vs-readers", "paired-binary"):
        words = [*words, "--margin", str(endpoint["margin"])]
        if words[0] == "paired-binary":
            words = [*words, "--kind", endpoint["hypothesis"].lower().replace("_", "-")]
    return [words[0], "--csv", str(HERE / "endpoints" / f"{key}.csv"), "--json", "--alpha", repr(1 - level), *words[1:]]


def of_marks(endpoint: Row, level: float) -> list[str]:
    """Give the command line that computes an endpoint of marks; also who has made no mark is named in it."""
    files = {
        part: HERE / "endpoints" / f"{endpoint['key']}-{part}.csv" for part in ("marks", "cases", "lesions", "who")
    }
    with files["who"].open(encoding="utf-8", newline="") as file:
        who = list(csv.DictReader(file))
    words = ["froc", "--json", "--alpha", repr(1 - level), "--fom", MARKS[endpoint["figure"]]]
    for part in ("marks", "cases", "lesions"):
        words += [f"--{part}", str(files[part])]
    for option, column in (("--readers", "reader"), ("--modalities", "modality")):
        words += [option, ",".join(dict.fromkeys(row[column] for row in who))]
    return [*words, "--ai-reader", "the AI"] if endpoint["method"] == "AI_VS_READERS" else words


def wide(endpoint: Row) -> Path:
    """Write the table with one row a case, which clusters of two ratings want: cases that both rated."""
    with (HERE / "endpoints" / f"{endpoint['key']}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pair = [endpoint["of"]["subject"], endpoint["against"]["subject"]]
    cases: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        cases.setdefault((row["case"], row["patient"], row["truth"]), {})[row["modality"]] = row["rating"]
    path = HERE / f"{endpoint['key']}-wide.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", "patient", "truth", *pair])
        writer.writerows([*key, *(said[one] for one in pair)] for key, said in cases.items() if len(said) == len(pair))
    return path


def answered(arguments: list[str]) -> Row:
    """Run it and give its answer; of one group of rows the group's."""
    paths = [str(HERE / "software"), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-m", "validation.stats", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        # Python looks in the working folder first: from here `validation` is nothing else.
        cwd=HERE,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    answer: Row = json.loads(done.stdout)
    groups: list[Row] = answer.get("groups", [])
    return groups[0] if len(groups) == 1 else answer


def found(endpoint: Row, answer: Row) -> Numbers:
    """Take the estimate (of what is asked about, or of the difference) with its interval out of an answer."""
    method, of = endpoint["method"], endpoint["of"]["subject"]
    compared = isinstance(endpoint["against"], dict) and "subject" in endpoint["against"]
    if method in ("MRMC_OR", "MRMC_U", "AI_VS_READERS", "JACKKNIFE"):
        return of_readers(endpoint, answer, of, compared)
    if method == "CLUSTERED_DELONG":
        return fields(of_clusters(answer, compared))
    if method == "DELONG":
        return fields(answer["difference"] if compared else answer["estimates"]["auc"])
    if method == "MCNEMAR":
        return fields(answer[endpoint["figure"].lower()]["difference"])
    part = answer["clustered"] if method == "CLUSTERED_PROPORTION" else answer["estimates"]
    return fields(part[endpoint["figure"].lower()])


def of_clusters(answer: Row, compared: bool) -> Row:
    """Take the clustered area, or the difference of two."""
    row: Row = (
        answer["further_differences"]["auc_clustered a-b"] if compared else answer["further_estimates"]["auc_clustered"]
    )
    return row


def of_readers(endpoint: Row, answer: Row, of: str, compared: bool) -> Numbers:
    """The row of a mean or a difference, in the analysis that the plan asks for, turned where it is the other way."""
    analysis = ANALYSES[endpoint["generalise_to"]]
    if endpoint["method"] == "AI_VS_READERS":
        row = next(row for row in answer["differences"] if row["analysis"] == f"1T-{analysis}")
        is_ai = endpoint["detail"]["differences"][0]["estimate"] is not None and same_sign(endpoint, row)
        return fields(row, turned=not is_ai)
    wanted = "ustat" if endpoint["method"] == "MRMC_U" else analysis
    if compared:
        rows = [row for row in answer["differences"] if row["analysis"] == wanted]
        return fields(rows[0], turned=rows[0]["a"] != of)
    rows = [*answer["modalities"], *answer["modalities_otherwise"]]
    found = fields(next(row for row in rows if row["modality"] == of and row["analysis"] == wanted))
    # The area under the FROC curve has no upper end.
    return found if endpoint["figure"] == "FROC" else inside(found)


def inside(numbers: Numbers) -> Numbers:
    """End the interval of a mean at 0 and 1, as the result does."""
    value, low, high = numbers
    return (value, None if low is None else max(0.0, low), None if high is None else min(1.0, high))


def same_sign(endpoint: Row, row: Row) -> bool:
    """Whether an AI's difference stands in the result the way the command gives it: AI minus readers."""
    value = endpoint["difference"].get("value")
    return bool(value is None or value == 0 or (value > 0) == (row["estimate"] > 0))


def fields(row: Row, *, turned: bool = False) -> Numbers:
    """Give value, low and high of an estimate, whatever its row calls them."""
    value = row.get("value", row.get("estimate"))
    numbers = (value, row.get("low"), row.get("high"))
    if turned and value is not None:
        low, high = numbers[1:]
        numbers = (-value, None if high is None else -high, None if low is None else -low)
    return numbers


def stated(endpoint: Row) -> Numbers:
    """What the result says: of a comparison between two subjects the difference, else the estimate itself."""
    against = endpoint["against"]
    compared = isinstance(against, dict) and "subject" in against
    outcome = endpoint["difference"] if compared else endpoint["of"]["outcome"]
    return (outcome.get("value"), outcome.get("low"), outcome.get("high"))


def alike(one: float | None, other: float | None) -> bool:
    """Whether two numbers are the same but for rounding; what is undefined is undefined in both."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def main() -> int:
    """Compare every endpoint."""
    result = json.loads((HERE / "result.json").read_text(encoding="utf-8"))
    differs = 0
    for endpoint in result["endpoints"]:
        said = stated(endpoint)
        if said[0] is None:
            # Of what is undefined there may be no readings that the command could take.
            sys.stdout.write(f"{endpoint['key']}: undefined in the result, nothing to compare\n")
            continue
        again = found(endpoint, answered(command(endpoint, result["confidence_level"])))
        is_same = all(alike(one, other) for one, other in zip(again, said, strict=True))
        differs += not is_same
        word = "the same" if is_same else "DIFFERS"
        sys.stdout.write(f"{endpoint['key']}: {word}  result {said}  recomputed {again}\n")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
