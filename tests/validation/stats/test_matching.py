import io
import json
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.froc import LocalisationFigures, froc
from validation.stats.localisation import localisation_study
from validation.stats.matching import match_marks
from validation.stats.matching_criteria import MatchRule
from validation.stats.matching_regions import Box, Ellipse, Mask, Polygon

FIVE_MM = MatchRule("distance", radius_mm=5.0)


def tables(seed=0, cases=12, readers=3):
    """Marks scattered around lesions and elsewhere, in 3D; the even cases have lesions."""
    generator = np.random.default_rng(seed)
    lesions = pd.DataFrame(
        [(case, number, *generator.uniform(0, 30, 3)) for case in range(0, cases, 2) for number in range(1 + case % 3)],
        columns=["case", "lesion_id", "x_mm", "y_mm", "z_mm"],
    )
    rows: list[tuple[object, ...]] = []
    for modality in ("M1", "M2"):
        for reader in range(readers):
            for lesion in lesions.itertuples():
                for _ in range(generator.integers(0, 3)):
                    place = np.array([lesion.x_mm, lesion.y_mm, lesion.z_mm]) + generator.normal(0, 3, 3)
                    rows.append((f"R{reader}", modality, lesion.case, generator.integers(1, 6), *place))
            rows += [
                (f"R{reader}", modality, case, generator.integers(1, 6), *generator.uniform(0, 30, 3))
                for case in range(cases)
            ]
    marks = pd.DataFrame(rows, columns=["reader", "modality", "case", "rating", "x_mm", "y_mm", "z_mm"])
    return marks, lesions, pd.DataFrame({"case": range(cases), "truth": [1 - case % 2 for case in range(cases)]})


def luna16(marks, lesions, radius):
    """LUNA16: a nodule has the highest of the marks within its radius, and none of these is false; not one to one."""
    found, false = {}, set(marks.index)
    for lesion in lesions.itertuples():
        here = marks[marks.case == lesion.case]
        distance = np.linalg.norm(here[["x_mm", "y_mm", "z_mm"]] - [lesion.x_mm, lesion.y_mm, lesion.z_mm], axis=1)
        hits = here[distance <= radius]
        false -= set(hits.index)
        if len(hits):
            found[lesion.case, lesion.lesion_id] = hits.rating.max()
    return found, false


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_as_luna16_where_lesions_are_apart(seed):
    marks, lesions, _ = tables(seed)
    lesions["x_mm"] += 100.0 * lesions["lesion_id"]
    marks["x_mm"] += 100.0 * np.random.default_rng(seed).integers(0, 3, len(marks))
    table = match_marks(marks, lesions, FIVE_MM).table
    for _, rows in marks.groupby(["reader", "modality"]):
        found, false = luna16(rows, lesions, 5.0)
        ours = table.loc[rows.index]
        hits = ours[ours["mark"] == "LL"]
        keys = zip(hits["case"].astype(int), hits["lesion_id"].astype(int), strict=True)
        assert dict(zip(keys, hits["rating"], strict=True)) == found
        assert set(ours.index[ours["mark"] == "NL"]) == false


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["rating", "criterion"]), st.sampled_from(["ignore", "false"]))
def test_what_every_matching_keeps(seed, prefer, extra):
    marks, lesions, _ = tables(seed)
    rule = MatchRule("distance", radius_mm=8.0, prefer=prefer, extra_marks=extra)
    result = match_marks(marks, lesions, rule)
    table, counts = result.table, result.counts
    hits = table[table["mark"] == "LL"]
    assert not hits.duplicated(["reader", "modality", "case", "lesion_id"]).any()
    assert (hits["distance_mm"] <= 8.0).all()
    assert counts["lesion_marks"] + counts["false_marks"] + counts["extra_marks"] == counts["marks"] == len(marks)
    assert counts["lesion_marks"] + counts["missed_lesions"] == counts["lesions"] == 6 * len(lesions)
    assert (counts["extra_marks"] == 0) or extra == "ignore"
    order = np.random.default_rng(seed).permutation(len(marks))
    shuffled = match_marks(marks.iloc[order], lesions, rule).table
    assert shuffled["mark"].value_counts().to_dict() == table["mark"].value_counts().to_dict()
    moved = marks.assign(x_mm=marks.x_mm + 1000.0), lesions.assign(x_mm=lesions.x_mm + 1000.0)
    assert match_marks(*moved, rule).table["mark"].tolist() == table["mark"].tolist()


def test_extra_marks_ignored_or_false():
    marks = pd.DataFrame(
        {"reader": "A", "modality": "m", "case": [1] * 4, "rating": [2, 5, 3, 4], "x_mm": [0, 4, 1, 50], "y_mm": 0.0}
    )
    lesions = pd.DataFrame({"case": [1], "lesion_id": ["a"], "x_mm": [0.0], "y_mm": [0.0]})
    best = match_marks(marks, lesions, FIVE_MM)
    assert best.table["mark"].tolist() == ["extra", "LL", "extra", "NL"]
    assert best.table["lesion_id"].tolist() == ["a", "a", "a", ""]
    assert best.table["distance_mm"].tolist()[:3] == [0.0, 4.0, 1.0]
    nearest = match_marks(marks, lesions, MatchRule("distance", radius_mm=5.0, prefer="criterion"))
    assert nearest.table["mark"].tolist() == ["LL", "extra", "extra", "NL"]
    voc = match_marks(marks, lesions, MatchRule("distance", radius_mm=5.0, extra_marks="false"))
    assert voc.table["mark"].tolist() == ["NL", "LL", "NL", "NL"]
    assert voc.table["lesion_id"].tolist() == ["", "a", "", ""]


def test_as_many_matches_as_possible_before_anything_else():
    # The better rated mark reaches both lesions and the other only the first: both lesions are found.
    marks = pd.DataFrame({"reader": "A", "modality": "m", "case": 1, "rating": [5, 1], "x_mm": [2.0, 0.0], "y_mm": 0.0})
    lesions = pd.DataFrame({"case": 1, "lesion_id": ["a", "b"], "x_mm": [1.0, 6.0], "y_mm": 0.0})
    for prefer in ("rating", "criterion"):
        table = match_marks(marks, lesions, MatchRule("distance", radius_mm=4.0, prefer=prefer)).table
        assert table["lesion_id"].tolist() == ["b", "a"]


def test_one_radius_for_each_lesion():
    marks = pd.DataFrame({"reader": "A", "modality": "m", "case": [1, 2], "rating": 1, "x_mm": [3.0, 3.0], "y_mm": 4.0})
    lesions = pd.DataFrame(
        {"case": [1, 2], "lesion_id": 1, "x_mm": 0.0, "y_mm": 0.0, "radius_mm": [5.0, 4.9]},
    )
    result = match_marks(marks, lesions, MatchRule("distance"))
    assert result.table["mark"].tolist() == ["LL", "NL"]
    assert "its own radius" in result.rule.text
    with pytest.raises(InputError, match="needs a radius"):
        match_marks(marks, lesions.drop(columns="radius_mm"), MatchRule("distance"))


def boxes(rows, dimensions=2):
    names = [f"{axis}_{end}_mm" for axis in "xyz"[:dimensions] for end in ("min", "max")]
    return pd.DataFrame(rows, columns=names)


def test_overlap_of_boxes_and_of_masks_of_them():
    lesions = pd.concat(
        [pd.DataFrame({"case": 1, "lesion_id": ["a", "b"]}), boxes([(0, 4, 0, 4), (4, 8, 0, 4)])], axis=1
    )
    marks = pd.concat(
        [
            pd.DataFrame({"reader": "A", "modality": "m", "case": 1, "rating": [1, 2, 3]}),
            boxes([(0, 4, 0, 2), (2, 6, 0, 4), (7, 9, 0, 4)]),
        ],
        axis=1,
    )
    # 8 / 16 with a; 8 / 24 with both; 4 / 20 with b.
    table = match_marks(marks, lesions, MatchRule("iou", min_iou=1 / 3)).table
    assert table["mark"].tolist() == ["LL", "LL", "NL"]
    assert table["iou"].tolist()[:2] == pytest.approx([1 / 2, 1 / 3])
    assert match_marks(marks, lesions, MatchRule("iou", min_iou=0.5)).counts["lesion_marks"] == 1
    assert match_marks(marks, lesions, MatchRule("iou")).table["lesion_id"].tolist() == ["a", "a", "b"]

    def masks(frame):
        grid = np.stack(np.meshgrid(np.arange(10) + 0.5, np.arange(5) + 0.5), axis=-1).reshape(-1, 2)
        shapes = [Box((row.x_min_mm, row.y_min_mm), (row.x_max_mm, row.y_max_mm)) for row in frame.itertuples()]
        return [Mask(shape.contains(grid).reshape(5, 10), (0.5, 0.5), (1.0, 1.0)) for shape in shapes]

    of_masks = match_marks(
        marks[["reader", "modality", "case", "rating"]],
        lesions[["case", "lesion_id"]],
        MatchRule("iou", min_iou=1 / 3),
        mark_regions=masks(marks),
        lesion_regions=masks(lesions),
    ).table
    pd.testing.assert_frame_equal(of_masks, table)


def test_cubes_overlap_in_three_dimensions():
    lesions = pd.concat([pd.DataFrame({"case": [1], "lesion_id": ["a"]}), boxes([(0, 2, 0, 2, 0, 2)], 3)], axis=1)
    mark = pd.DataFrame({"reader": ["A"], "modality": "m", "case": 1, "rating": 1})
    marks = pd.concat([mark, boxes([(1, 3, 1, 3, 1, 3)], 3)], axis=1)
    assert match_marks(marks, lesions, MatchRule("iou", min_iou=1 / 15)).table["iou"].tolist() == [1 / 15]
    assert match_marks(marks, lesions, MatchRule("iou", min_iou=0.07)).table["mark"].tolist() == ["NL"]


def test_a_point_in_a_region_of_any_kind():
    points = pd.DataFrame({"x_mm": [1.0, 1.9, 5.0], "y_mm": [1.0, 1.9, 5.0]})
    marks = pd.concat([pd.DataFrame({"reader": "A", "modality": "m", "case": [1, 2, 1], "rating": 1}), points], axis=1)
    names = pd.DataFrame({"case": [1, 2], "lesion_id": ["a", "b"]})
    rule = MatchRule("point-in-region")
    square = Box((0, 0), (2, 2))
    for regions, expected in (
        ([square, square], ["LL", "LL", "NL"]),
        ([Ellipse((1, 1), (1, 1))] * 2, ["LL", "NL", "NL"]),
        ([Polygon(((0, 0), (2, 0), (0, 2))), square], ["LL", "LL", "NL"]),
        ([Mask(np.ones((2, 2), dtype=bool), (0.5, 0.5), (1.0, 1.0))] * 2, ["LL", "LL", "NL"]),
    ):
        table = match_marks(marks, names, rule, lesion_regions=regions).table
        assert table["mark"].tolist() == expected
    of_columns = match_marks(marks, pd.concat([names, boxes([(0, 2, 0, 2)] * 2)], axis=1), rule).table
    assert of_columns["mark"].tolist() == ["LL", "LL", "NL"]
    assert of_columns["centre_distance_mm"].tolist()[:2] == pytest.approx([0.0, 0.9 * 2**0.5])


def test_matched_marks_go_straight_into_the_figures():
    marks, lesions, cases = tables(4)
    result = match_marks(marks, lesions, FIVE_MM)
    study = result.study(cases, lesions)
    kept = result.table[result.table["mark"] != "extra"]
    by_hand = localisation_study(kept, cases, lesions)
    assert LocalisationFigures(study, "wafroc").values() == LocalisationFigures(by_hand, "wafroc").values()
    assert froc(study, "maxllf").counts["lesion_marks"] == result.counts["lesion_marks"]
    with pytest.raises(InputError, match="row 4, column 'case': is not in the table of cases"):
        match_marks(marks.assign(case=[0, 0, 0, 99] + [0] * (len(marks) - 4)), lesions, FIVE_MM).study(cases, lesions)


def test_the_document_holds_everything():
    marks, lesions, _ = tables(2)
    result = match_marks(marks, lesions, FIVE_MM)
    document = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert document["counts"] == result.counts
    assert document["rule"]["radius_mm"] == 5.0
    assert "within 5 mm" in document["rule"]["text"]
    missed = next(row for row in document["marks"] if row["mark"] == "NL")
    assert missed["lesion_id"] is None
    assert missed["distance_mm"] is None
    assert len(document["readers"]) == 6
    assert result.to_frame().equals(result.table)


def test_names_that_pandas_turned_into_floats():
    marks, lesions, cases = tables(1)
    same = match_marks(marks.assign(case=marks.case.astype(float)), lesions, FIVE_MM)
    assert same.table["mark"].tolist() == match_marks(marks, lesions, FIVE_MM).table["mark"].tolist()
    assert same.study(cases, lesions).cases == tuple(map(str, range(12)))


def test_nobody_marked_anything():
    marks, lesions, cases = tables()
    nothing = match_marks(marks[:0], lesions, FIVE_MM)
    assert nothing.counts == dict.fromkeys(nothing.counts, 0)
    with pytest.raises(InputError, match="there is no mark, so there is no modality"):
        nothing.study(cases, lesions)
    study = nothing.study(cases, lesions, readers=["A", "B"], modalities=["M1", "M2"])
    # Nobody marks anything: every lesion ties with every negative case.
    assert LocalisationFigures(study, "wafroc").values() == [0.5] * 4


def test_lesions_without_marks_are_missed_and_marks_without_lesions_false():
    marks, lesions, _ = tables()
    negative = match_marks(marks[marks.case % 2 == 1], lesions, FIVE_MM)
    assert negative.counts["lesion_marks"] == negative.counts["extra_marks"] == 0
    assert negative.counts["missed_lesions"] == 6 * len(lesions)
    assert set(match_marks(marks, lesions[:0], FIVE_MM).table["mark"]) == {"NL"}


@pytest.mark.parametrize(
    ("table", "column", "value", "complaint"),
    [
        ("marks", "x_mm", "left", "row 3, column 'x_mm': is not a finite number \\(table of marks\\)"),
        ("marks", "x_mm", np.nan, "row 3, column 'x_mm': is not a finite number"),
        ("marks", "rating", -np.inf, "row 3, column 'rating': is not a finite number"),
        ("marks", "case", "", "row 3, column 'case': is empty"),
        ("marks", "reader", "", "row 3, column 'reader': the cell is empty"),
        ("lesions", "y_mm", np.inf, "row 3, column 'y_mm': is not a finite number \\(table of lesions\\)"),
        ("lesions", "case", None, "row 3, column 'case': is empty \\(table of lesions\\)"),
        ("lesions", "radius_mm", 0.0, "row 3, column 'radius_mm': is not a positive number"),
    ],
)
def test_bad_cells_are_refused_by_row(table, column, value, complaint):
    frames = dict(zip(("marks", "lesions"), (frame.astype(object) for frame in tables()[:2]), strict=True))
    frames["lesions"]["radius_mm"] = 3.0
    frames["lesions"] = frames["lesions"].astype(object)
    frames[table].iloc[2, frames[table].columns.get_loc(column)] = value
    with pytest.raises(InputError, match=complaint):
        match_marks(frames["marks"], frames["lesions"], MatchRule("distance"))


def test_tables_that_do_not_fit():
    marks, lesions, _ = tables()
    for frames, complaint in (
        ((marks.drop(columns="z_mm"), lesions), "marks are in 2 dimensions and lesions in 3"),
        ((marks.drop(columns="y_mm"), lesions), "the table of marks has x_mm, z_mm only"),
        ((marks.drop(columns=["x_mm", "y_mm", "z_mm"]), lesions), "the table of marks has no place"),
        ((marks.drop(columns="rating"), lesions), "no column 'rating'"),
        ((marks, lesions.drop(columns="lesion_id")), "no column 'lesion_id'"),
        ((marks, pd.concat([lesions, lesions])), "row 13, column 'lesion_id': comes twice in its case"),
    ):
        with pytest.raises(InputError, match=complaint):
            match_marks(*frames, FIVE_MM)
    with pytest.raises(InputError, match="a point in a region needs boxes or regions"):
        match_marks(marks, lesions, MatchRule("point-in-region"))
    with pytest.raises(InputError, match="an IoU needs boxes of both"):
        match_marks(marks, lesions, MatchRule("iou"))
    with pytest.raises(InputError, match="there are 1 regions for"):
        match_marks(marks, lesions, MatchRule("point-in-region"), lesion_regions=[Box((0, 0), (1, 1))])
    half = lesions.assign(x_min_mm=0.0, y_min_mm=0.0)
    with pytest.raises(InputError, match="the table of lesions has half a box"):
        match_marks(marks, half, MatchRule("point-in-region"))
    flat = half.assign(x_max_mm=0.0, y_max_mm=1.0)
    with pytest.raises(InputError, match="row 1, column 'x_max_mm': is not above x_min_mm"):
        match_marks(marks, flat, MatchRule("point-in-region"))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"criterion": "nearby"}, "there is no criterion 'nearby'"),
        ({"criterion": "distance", "radius_mm": 0.0}, "a radius is a positive number of mm, not 0"),
        ({"criterion": "distance", "radius_mm": float("nan")}, "a radius is a positive number"),
        ({"criterion": "iou", "min_iou": 0.0}, "an IoU to reach lies above 0"),
        ({"criterion": "iou", "prefer": "size"}, "there is no preference 'size'"),
        ({"criterion": "iou", "extra_marks": "keep"}, "there is no treatment of extra marks 'keep'"),
    ],
)
def test_bad_rules_are_refused(settings, complaint):
    with pytest.raises(InputError, match=complaint):
        MatchRule(**settings)


def written(folder, **frames):
    paths = []
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
        paths.append(f"--{name}={folder / f'{name}.csv'}")
    return paths


def run(*arguments):
    output = io.StringIO()
    return main(["froc", *arguments], output), output.getvalue()


def test_command_line(tmp_path, capsys):
    marks, lesions, cases = tables(6)
    paths = written(tmp_path, marks=marks, lesions=lesions, cases=cases)
    status, text = run(*paths, "--match=distance", "--radius-mm=5", "--json")
    document = json.loads(text)
    expected = match_marks(marks, lesions, FIVE_MM)
    figures = dict(
        zip(
            [(modality, reader) for modality in ("M1", "M2") for reader in ("R0", "R1", "R2")],
            LocalisationFigures(expected.study(cases, lesions), "wafroc").values(),
            strict=True,
        )
    )
    assert status == 0
    assert {(row["modality"], row["reader"]): row["fom"] for row in document["readers"]} == pytest.approx(figures)
    assert document["matching"]["counts"] == expected.counts
    status, text = run(*paths[:2], "--match=distance", "--radius-mm=5", "--match-only", "--json")
    assert status == 0
    assert json.loads(text)["marks"] == expected.to_json()["marks"]
    assert run(*paths[:2], "--match=distance", "--radius-mm=5", "--match-only")[0] == 0
    for extra, complaint in (
        (["--match=distance"], "needs a radius"),
        (["--match=iou"], "an IoU needs boxes"),
        (["--match-only"], "--match-only needs --match"),
        (["--radius-mm=5"], "there is no column 'mark'"),
    ):
        assert run(*paths, *extra)[0] == 2
        assert complaint in capsys.readouterr().err
    assert run(*paths[:2], "--match=distance", "--radius-mm=5")[0] == 2
    assert "--cases" in capsys.readouterr().err
    marks.loc[4, "y_mm"] = np.nan
    written(tmp_path, marks=marks)
    assert run(*paths, "--match=distance", "--radius-mm=5")[0] == 2
    problem = capsys.readouterr().err
    assert problem.count("\n") == 1
    assert "row 5, column 'y_mm'" in problem


def test_command_line_boxes(tmp_path):
    marks, lesions, cases = tables(6)

    def boxed(frame, half):
        return frame.assign(
            **{f"{axis}_min_mm": frame[f"{axis}_mm"] - half for axis in "xyz"},
            **{f"{axis}_max_mm": frame[f"{axis}_mm"] + half for axis in "xyz"},
        ).drop(columns=["x_mm", "y_mm", "z_mm"])

    paths = written(tmp_path, marks=boxed(marks, 4.0), lesions=boxed(lesions, 4.0), cases=cases)
    counts = {}
    for rule in (["--match=iou", "--min-iou=0.2"], ["--match=iou", "--min-iou=0.5"], ["--match=point-in-region"]):
        status, text = run(*paths, *rule, "--json")
        assert status == 0
        counts[tuple(rule)] = json.loads(text)["matching"]["counts"]["lesion_marks"]
    assert counts["--match=iou", "--min-iou=0.5"] < counts["--match=iou", "--min-iou=0.2"]


@pytest.mark.slow
def test_a_million_marks():
    generator = np.random.default_rng(1)
    size, cases = 1_000_000, 5000
    marks = pd.DataFrame(
        {
            "reader": generator.choice(["R1", "R2", "R3", "R4"], size),
            "modality": generator.choice(["M1", "M2"], size),
            "case": generator.integers(0, cases, size),
            "rating": generator.random(size),
            **{f"{axis}_mm": generator.uniform(0, 100, size) for axis in "xyz"},
        }
    )
    lesions = pd.DataFrame({"case": np.repeat(np.arange(cases // 2), 2), "lesion_id": [1, 2] * (cases // 2)})
    lesions[["x_mm", "y_mm", "z_mm"]] = generator.uniform(0, 100, (len(lesions), 3))
    start = time.perf_counter()
    result = match_marks(marks, lesions, MatchRule("distance", radius_mm=20.0))
    assert time.perf_counter() - start < 30.0
    assert result.counts["marks"] == size
