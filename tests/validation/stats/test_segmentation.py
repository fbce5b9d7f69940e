import io
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.validation.stats.reference import reference_path
from tests.validation.stats.studies import result, result_ids
from validation.stats import Reason, Undefined
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.segmentation import compare_masks, majority_mask, staple

PAIRS = (
    "liver__vs__liver_dilate3",
    "liver__vs__liver_erode4",
    "liver__vs__liver_shift_5_-8",
    "liver__vs__liver_plus_far_island",
    "liver__vs__liver_with_hole",
    "liver__vs__liver",
    "ellipsoid3d_a__vs__ellipsoid3d_b",
    "cube10_a__vs__cube10_b_shift5x",
    "cube10_a__vs__single_voxel3d",
    "cube10_a__vs__empty3d",
    "empty3d__vs__empty3d",
)

masks = arrays(bool, (5, 6))


def mask(name):
    document = json.loads(reference_path("x").with_name("seg_liver_masks.json").read_text())["masks"][name]
    flat = np.zeros(int(np.prod(document["shape"])), dtype=bool)
    for start, length in document["rle"]:
        flat[start : start + length] = True
    return flat.reshape(document["shape"])


@pytest.mark.parametrize("pair", PAIRS)
def test_medpy_and_simpleitk(pair):
    identities = [one for one in result_ids("seg_liver") if one.startswith(f"{pair}__spacing")]
    assert identities
    for identity in identities:
        spacing = [float(value) for value in identity.rsplit("_", 1)[1].split("x")]
        names = pair.split("__vs__")
        ours = compare_masks(mask(names[0]), mask(names[1]), spacing_mm=spacing)
        values = result("seg_liver", identity)["values"]
        counts = values["counts"]
        assert (ours.voxels_a, ours.voxels_b, ours.intersection) == (counts["a"], counts["b"], counts["intersection"])
        if "medpy" not in values:
            assert ours.hausdorff_mm.reason is Reason.EMPTY_MASK
            continue
        theirs = values["medpy"]
        assert ours.dice == pytest.approx(theirs["dice"], rel=1e-9)
        assert ours.jaccard == pytest.approx(values["SimpleITK"]["jaccard"], rel=1e-9)
        assert ours.hausdorff_mm == pytest.approx(theirs["hd"], rel=1e-9)
        assert ours.hausdorff95_mm == pytest.approx(theirs["hd95"], rel=1e-9)
        assert ours.average_surface_distance_mm == pytest.approx(theirs["assd"], rel=1e-9)
        # MedPy relates b to a through its (result, reference) arguments, here (b, a).
        assert ours.relative_volume_difference == pytest.approx(theirs["ravd"], rel=1e-9, abs=1e-15)


def test_cubes_by_hand():
    # Two 4 x 4 squares, one pixel (2 mm) apart along an axis: 12 shared of 16 and 16.
    a, b = np.zeros((8, 8), dtype=int), np.zeros((8, 8), dtype=int)
    a[2:6, 2:6] = 1
    b[2:6, 3:7] = 1
    ours = compare_masks(a, b, spacing_mm=(1.0, 2.0), tolerances_mm=(0.0, 2.0))
    assert (ours.dice, ours.jaccard) == (24 / 32, 12 / 20)
    assert ours.hausdorff_mm == 2.0
    # Of each outline's 12 pixels, the three shared ones of the top and of the bottom row lie on the other outline.
    assert ours.surface_dice == {0.0: 12 / 24, 2.0: 1.0}
    assert ours.volume_a == 32.0
    assert ours.relative_volume_difference == 0.0


@settings(max_examples=60, deadline=None)
@given(masks, masks)
def test_symmetry_and_bounds(a, b):
    one, other = (compare_masks(*pair, spacing_mm=(1.0, 1.5)) for pair in ((a, b), (b, a)))
    for name in ("dice", "jaccard", "hausdorff_mm", "hausdorff95_mm", "average_surface_distance_mm"):
        value, mirrored = getattr(one, name), getattr(other, name)
        if isinstance(value, float):
            assert value == pytest.approx(mirrored)
        else:
            assert value.reason is Reason.EMPTY_MASK
    if isinstance(one.dice, float):
        assert one.dice == pytest.approx(2 * one.jaccard / (1 + one.jaccard))
    if isinstance(one.hausdorff_mm, float):
        assert one.average_surface_distance_mm <= one.hausdorff95_mm + one.hausdorff_mm
        assert one.hausdorff95_mm <= one.hausdorff_mm
    padded = compare_masks(np.pad(a, 2), np.pad(b, 2), spacing_mm=(1.0, 1.5))
    assert padded.to_json() == one.to_json()


def test_empty_masks_are_a_named_outcome():
    empty, full = np.zeros((3, 3), dtype=int), np.ones((3, 3), dtype=int)
    both = compare_masks(empty, empty, spacing_mm=(1, 1))
    assert both.dice.reason is Reason.EMPTY_MASK
    one = compare_masks(full, empty, spacing_mm=(1, 1))
    assert one.dice == 0.0
    assert one.surface_dice[1.0].reason is Reason.EMPTY_MASK
    assert one.to_frame().set_index("figure").loc["hausdorff_mm", "note"].startswith("A mask is empty")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"spacing_mm": (1.0,)}, "the spacing has 2 positive values"),
        ({"spacing_mm": (1.0, 0.0)}, "the spacing has 2 positive values"),
        ({"a": [[2, 0]]}, "a mask holds 0 and 1 only"),
        ({"a": [1, 0]}, "two or three dimensions, not 1"),
        ({"a": [[1, 0], [0, 0]]}, "different shapes"),
        ({"tolerances_mm": (-1.0,)}, "not negative"),
    ],
)
def test_bad_masks_are_refused(change, complaint):
    arguments = {"a": [[1, 0]], "b": [[1, 1]], "spacing_mm": (1.0, 1.0)} | change
    with pytest.raises(InputError, match=complaint):
        compare_masks(**arguments)


def test_majority_needs_more_than_half():
    stack = np.array([[[1, 1, 0]], [[1, 0, 0]], [[0, 1, 0]], [[1, 0, 0]]])
    assert majority_mask(stack).tolist() == [[True, False, False]]


def test_staple_finds_the_truth_and_the_readers_that_made_the_masks():
    generator = np.random.default_rng(1)
    truth = np.zeros((100, 100), dtype=bool)
    truth[30:70, 30:70] = True
    sensitivity, specificity = np.array([0.95, 0.9, 0.7, 0.85]), np.array([0.98, 0.95, 0.99, 0.9])
    draw = generator.random((4, 100, 100))
    stack = np.where(truth, draw < sensitivity[:, None, None], draw > specificity[:, None, None])
    ours = staple(stack)
    # 1600 and 8400 voxels: four binomial standard errors.
    assert np.abs(ours.sensitivity - sensitivity).max() < 4 * np.sqrt(0.25 / 1600)
    assert np.abs(ours.specificity - specificity).max() < 4 * np.sqrt(0.25 / 8400)
    assert ((ours.probability > 0.5) == truth).mean() > 0.98


def test_staple_of_equal_masks_is_that_mask_and_of_nothing_is_named():
    one = np.zeros((4, 4), dtype=int)
    one[1:3, 1:3] = 1
    assert ((staple([one, one, one]).probability > 0.5) == one).all()
    assert staple(np.zeros((2, 3, 3))).reason is Reason.EMPTY_MASK
    with pytest.raises(InputError, match="two or more masks"):
        staple(one)


def staple_voxel_by_voxel(stack, rounds):
    """Warfield, Zou & Wells 2004, equations 14, 18 and 19, in loops."""
    calls = [mask.ravel().tolist() for mask in stack]
    prior = sum(map(sum, calls)) / (len(calls) * len(calls[0]))
    p, q = [0.99999] * len(calls), [0.99999] * len(calls)
    for _ in range(rounds):
        weight = []
        for voxel in zip(*calls, strict=True):
            a, b = prior, 1 - prior
            for call, sensitivity, specificity in zip(voxel, p, q, strict=True):
                a, b = (a * sensitivity, b * (1 - specificity)) if call else (a * (1 - sensitivity), b * specificity)
            weight.append(a / (a + b))
        held, left = sum(weight), sum(1 - w for w in weight)
        p = [sum(w for w, call in zip(weight, one, strict=True) if call) / held for one in calls]
        q = [sum(1 - w for w, call in zip(weight, one, strict=True) if not call) / left for one in calls]
    return weight, p, q


def test_staple_by_its_equations():
    rng = np.random.default_rng(12)
    truth = rng.random((6, 7)) < 0.4
    stack = np.array([np.where(rng.random((6, 7)) < 0.15, ~truth, truth) for _ in range(4)]).astype(int)
    ours = staple(stack)
    weight, p, q = staple_voxel_by_voxel(stack, ours.iterations)
    assert ours.probability.ravel() == pytest.approx(weight, abs=1e-8)
    assert ours.sensitivity == pytest.approx(p, abs=1e-8)
    assert ours.specificity == pytest.approx(q, abs=1e-8)


@given(st.integers(0, 10_000), st.integers(2, 5), st.floats(0.05, 0.95))
@example(278, 5, 0.4375)
def test_staple_is_between_0_and_1_or_named(seed, readers, share):
    rng = np.random.default_rng(seed)
    ours = staple((rng.random((readers, 3, 4)) < share).astype(int))
    if isinstance(ours, Undefined):
        assert ours.reason in (Reason.EMPTY_MASK, Reason.ONE_CLASS_ONLY, Reason.NOT_CONVERGED)
    else:
        for part in (ours.probability, ours.sensitivity, ours.specificity):
            assert ((part >= 0) & (part <= 1)).all()


def test_staple_names_a_truth_that_holds_every_voxel():
    # Five masks of 20 voxels, full but for one voxel in the first and two in the last.
    stack = np.ones((5, 4, 5), dtype=int)
    stack[0, 3, 1] = stack[4, 2, 3] = stack[4, 3, 3] = 0
    assert staple(stack).reason is Reason.ONE_CLASS_ONLY


def test_command_line(tmp_path, capsys):
    a, b = np.zeros((4, 4), dtype=np.uint8), np.zeros((4, 4), dtype=np.uint8)
    a[1:3, 1:3] = 1
    b[1:3, 1:4] = 1
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    files = ["segmentation", "--a", str(tmp_path / "a.npy"), "--b", str(tmp_path / "b.npy")]
    output = io.StringIO()
    assert main([*files, "--spacing", "1", "0.5", "--tolerance", "0.5", "--json"], output) == 0
    answer = json.loads(output.getvalue())
    assert answer["dice"] == 8 / 10
    assert answer["hausdorff_mm"] == 0.5
    output = io.StringIO()
    assert main([*files, "--spacing", "1", "0.5"], output) == 0
    assert "surface Dice at 1 mm" in output.getvalue()
    (tmp_path / "text.npy").write_text("no array")
    assert main([*files[:3], "--b", str(tmp_path / "text.npy"), "--spacing", "1", "1"]) == 2
    assert "is neither a NumPy array file (.npy) nor a DICOM" in capsys.readouterr().err
    assert main([*files[:3], "--b", str(tmp_path / "none.npy"), "--spacing", "1", "1"]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_consensus_on_the_command_line(tmp_path, capsys):
    """A square drawn by three readers, of whom one forgot a corner and one added a voxel."""
    square = np.zeros((6, 6), dtype=np.uint8)
    square[1:4, 1:4] = 1
    drawn = [square.copy() for _ in range(3)]
    drawn[1][3, 3], drawn[2][5, 5] = 0, 1
    files = [tmp_path / f"reader{number}.npy" for number in range(3)]
    for file, one in zip(files, drawn, strict=True):
        np.save(file, one)
    for kind in ("majority", "staple"):
        output, written = io.StringIO(), tmp_path / f"{kind}.npy"
        command = ["segmentation", "--consensus", kind, "--masks", *map(str, files), "--out", str(written), "--json"]
        assert main(command, output) == 0
        answer = json.loads(output.getvalue())
        assert (np.load(written) == square).all()
        assert answer["voxels"] == 9
        assert [one["voxels"] for one in answer["readers"]] == [9, 8, 10]
    # By STAPLE the truth is almost surely the square: 8 of 9 found, 26 of 27 left out.
    assert answer["readers"][1]["sensitivity"] == pytest.approx(8 / 9, abs=1e-3)
    assert answer["readers"][2]["specificity"] == pytest.approx(26 / 27, abs=1e-3)
    np.save(tmp_path / "wide.npy", np.zeros((6, 7)))
    masks = ["segmentation", "--consensus", "majority", "--masks"]
    gone = [str(files[0]), str(files[1]), "--out", str(tmp_path / "no folder" / "x.npy")]
    for wrong, complaint in (
        ([str(files[0])], "two readers or more"),
        ([str(files[0]), str(tmp_path / "wide.npy")], "has the shape (6, 7)"),
        (gone, "cannot be written"),
    ):
        assert main([*masks, *wrong]) == 2
        assert complaint in capsys.readouterr().err
    assert main(["segmentation", "--masks", str(files[0]), str(files[1])]) == 2
    assert "go with --consensus" in capsys.readouterr().err
