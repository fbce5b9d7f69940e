"""Reader studies with an AI whose every word occurs nowhere else, over the phantom with a nodule."""

import base64
import gzip
import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.demo.phantoms.dicom import phantom_uid, study_instance_uid
from portal.demo.reader_studies import NODULE_QUESTIONS
from portal.inference.prediction_input import PULMONARY_NODULE
from tests.browserless import Person, administrator, new_person
from tests.e2e.conftest import Stage, phantom_study_id
from tests.reader_studies import drafted

# A grid of its own: other voxels than the image's, one of them hot (column, row, slice).
VOXEL_MM = (4.0, 3.0, 5.0)
SHAPE = (13, 33, 31)
HOT = (8, 20, 7)
# The image's slice, counted from below, through the hot voxel's centre, and where that lies in it.
HOT_SLICE = 13
HOT_X_MM, HOT_Y_MM = -28.3, 12.4
CONTOUR_POINTS = 24
# Column and row of the first corner, width and height.
RECTANGLE_PX = (40.125, 60.0, 30.0, 20.0)


@dataclass(frozen=True)
class AiStudy:
    """A launched reader study of one case, its reader, and what a blinded reader must not receive."""

    id: str
    reader: Person
    coordinator: Person
    prediction_id: str
    canaries: dict[str, list[bytes]] = field(default_factory=dict)

    def labels(self, query: str) -> Any:
        return self.coordinator.get(f"reader-studies/{self.id}/labels?{query}")["results"]


def heat_voxels(salt: int) -> npt.NDArray[np.uint8]:
    """One hot voxel; and, below what is painted visibly, noise that makes the bytes recognisable."""
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[HOT[2], HOT[1], HOT[0]] = 255
    voxels[-1, -1, :] = np.random.default_rng(salt).integers(1, 8, SHAPE[2])
    return voxels


def hot_mm(stage: Stage) -> tuple[float, float, float]:
    """Where the hot voxel's centre lies in the patient."""
    grid = stage.phantom.grid
    return HOT_X_MM, HOT_Y_MM, grid.origin_mm[2] + HOT_SLICE * grid.slice_mm


def heat_map(voxels: npt.NDArray[np.uint8], hot: tuple[float, float, float]) -> dict[str, Any]:
    slices, rows, columns = voxels.shape
    first = [hot[axis] - HOT[axis] * VOXEL_MM[axis] for axis in range(3)]
    affine = [[VOXEL_MM[axis] * (axis == other) for other in range(3)] + [first[axis]] for axis in range(3)]
    packed = base64.b64encode(gzip.compress(voxels.tobytes())).decode()
    return {"columns": columns, "rows": rows, "slices": slices, "affine": affine, "voxels": packed}


def outlines(stage: Stage, salt: int) -> list[dict[str, Any]]:
    """A contour around the lesion, a box around it, and a rectangle in pixels beside it on the same image."""
    lesion, grid = stage.phantom.lesions[0], stage.phantom.grid
    index = round((lesion.center_mm[2] - grid.origin_mm[2]) / grid.slice_mm)
    x, y = round(lesion.center_mm[0] + 0.0391 + salt / 1e6, 6), round(lesion.center_mm[1], 3)
    z, radius = grid.origin_mm[2] + index * grid.slice_mm, lesion.diameter_mm / 2 + 2
    turns = [math.tau * step / CONTOUR_POINTS for step in range(CONTOUR_POINTS)]
    ring = [[x + radius * math.cos(turn), y + radius * math.sin(turn), z] for turn in turns]
    corner = [round(x - 12.0007, 6), round(y - 10, 3), round(z - 1.6 * grid.slice_mm, 3)]
    # The edge along the normal comes first: any order will do.
    edges = [(2, 3.2 * grid.slice_mm), (0, 24.0), (1, 20.0)]
    box = [corner] + [[value + length * (axis == at) for at, value in enumerate(corner)] for axis, length in edges]
    left, top = RECTANGLE_PX[0] + salt / 1e6, RECTANGLE_PX[1]
    right, bottom = left + RECTANGLE_PX[2], top + RECTANGLE_PX[3]
    image = phantom_uid(stage.phantom.name, "instance", str(index))
    geometries = [
        {"kind": "FREEHAND", "points_mm": ring},
        {"kind": "BOX", "points_mm": box},
        {
            "kind": "RECTANGLE",
            "points_px": [[left, top], [right, top], [right, bottom], [left, bottom]],
            "sop_instance_uid": image,
        },
    ]
    names = ("contour", "box", "rectangle")
    return [
        {"id": f"canary-{name}-{salt}", "code": PULMONARY_NODULE, "score": score, "geometry": geometry}
        for name, score, geometry in zip(names, (0.9127364, 0.5463728, 0.2817364), geometries, strict=True)
    ]


Ranges = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


def block_around(stage: Stage, point_mm: tuple[float, float, float], half: tuple[int, int, int]) -> Ranges:
    """Columns, rows and slices (counted from the lowest), both ends included, around the voxel of a point."""
    grid = stage.phantom.grid
    steps = (grid.pixel_mm, grid.pixel_mm, grid.slice_mm)
    middle = [round((value - first) / step) for value, first, step in zip(point_mm, grid.origin_mm, steps, strict=True)]
    columns, rows, slices = ((at - reach, at + reach) for at, reach in zip(middle, half, strict=True))
    return columns, rows, slices


def corner_mm(stage: Stage, block: Ranges, beyond: float = 0.0) -> tuple[list[float], list[float]]:
    """The two outer corners of a block in the patient; voxels reach half a voxel beyond their centres."""
    grid = stage.phantom.grid
    steps = (grid.pixel_mm, grid.pixel_mm, grid.slice_mm)
    ends = zip(block, grid.origin_mm, steps, strict=True)
    low, high = zip(
        *((first + (a - 0.5 - beyond) * step, first + (b + 0.5 + beyond) * step) for (a, b), first, step in ends),
        strict=True,
    )
    return list(low), list(high)


def block_segment(stage: Stage, name: str, score: float, block: Ranges) -> dict[str, Any]:
    """A finding of the AI: a block of voxels of the phantom's series as run lengths, and the spacing it has."""
    grid, phantom = stage.phantom.grid, stage.phantom.name
    (left, right), (top, bottom), (lowest, highest) = block
    width = right - left + 1
    counts = [top * grid.columns + left, width] + [grid.columns - width, width] * (bottom - top)
    slices = [
        {"sop_instance_uid": phantom_uid(phantom, "instance", str(index)), "frame_number": 1, "counts": counts}
        for index in range(lowest, highest + 1)
    ]
    document = {"format": "overread.segment", "version": 1, "rows": grid.rows, "columns": grid.columns}
    document |= {"series_instance_uid": phantom_uid(phantom, "series"), "slices": slices}
    geometry = {"kind": "SEGMENT", "segment": document, "spacing_mm": [grid.pixel_mm, grid.pixel_mm, grid.slice_mm]}
    return {"id": name, "code": PULMONARY_NODULE, "score": score, "geometry": geometry}


def segment_finding(stage: Stage, salt: int) -> dict[str, Any]:
    """A block around the lesion, as wide as the salt says, so that no two have the same voxels."""
    block = block_around(stage, stage.phantom.lesions[0].center_mm, (9 + salt % 7, 12, 1))
    return block_segment(stage, f"canary-segment-{salt}", 0.4471829, block)


def prediction(stage: Stage, salt: int) -> dict[str, Any]:
    """Two findings: one on the phantom's lesion, one 25 mm away; digits that nothing else has."""
    lesion = stage.phantom.lesions[0]
    x, y, z = lesion.center_mm
    spheres = [
        {"kind": "SPHERE", "center_mm": [round(x + 0.0173 + salt / 1e6, 6), y, z], "diameter_mm": lesion.diameter_mm},
        {"kind": "SPHERE", "center_mm": [round(x + 25, 1), round(y + 0.0291 + salt / 1e6, 6), z], "diameter_mm": 9.0},
    ]
    findings = [
        {"id": f"canary-{salt}-{number}", "code": PULMONARY_NODULE, "score": score, "geometry": sphere}
        for number, (score, sphere) in enumerate(zip((0.6271935, 0.3184627), spheres, strict=True), start=1)
    ]
    score = round(0.7391824 + salt / 1e6, 7)
    uid = study_instance_uid(stage.phantom.name)
    return {
        "imaging_study_uid": uid,
        "score": score,
        "findings": findings,
        "heat_map": heat_map(heat_voxels(salt), hot_mm(stage)),
    }


def ai_study(
    stage: Stage,
    display: str,
    salt: int,
    *,
    required: bool = False,
    questions: list[dict[str, Any]] = NODULE_QUESTIONS,
    blinding: dict[str, Any] | None = None,
    **changes: Any,
) -> AiStudy:
    """A reader study of the phantom alone in which readers see the AI as `display` says; `changes` to what it says."""
    root = administrator(stage.portal)
    reader = new_person(stage.portal, root, f"blinded{salt}")
    coordinator = stage.coordinator
    name, version_name = f"Zebrafinch{salt}", f"77.{salt}-canary"
    model = coordinator.send("POST", "ai-models", {"name": name})
    calibration = {"source": "Registry", "bands": [{"low": 0.7, "high": 0.8, "cases": 40, "positives": 30}]}
    version = coordinator.send(
        "POST", f"ai-models/{model['id']}/versions", {"version": version_name, "calibration": calibration}
    )
    said = prediction(stage, salt) | changes
    posted = coordinator.send("POST", f"model-versions/{version['id']}/predictions", said)["results"][0]
    images = [phantom_study_id(coordinator, stage.phantom.name)]
    path = drafted(coordinator, {reader: "READER"}, name=f"Study {salt}", questions=questions, imaging_study_ids=images)
    display_of_ai = {"ai_model_version_id": version["id"], "ai_display": display, "ai_decisions_required": required}
    coordinator.send("PATCH", path, display_of_ai)
    if blinding:
        design = coordinator.get(f"{path}/design")["design"]
        design["arms"][0]["blinding"] = blinding
        coordinator.send("PUT", f"{path}/design", {"design": design})
    coordinator.send("POST", f"{path}/launch")
    return AiStudy(
        path.rpartition("/")[2], reader, coordinator, posted["id"], _canaries(name, version_name, said, posted)
    )


def _canaries(name: str, version: str, said: dict[str, Any], posted: dict[str, Any]) -> dict[str, list[bytes]]:
    """What to look for, each in every form in which it could travel."""
    canaries = {
        "model name": [name.encode()],
        "model version": [version.encode()],
        "score": [str(said["score"]).encode()],
        "finding scores": [json.dumps(one["score"]).partition(".")[2].encode() for one in said["findings"]],
        "finding ids": [one["id"].encode() for one in said["findings"]],
        "prediction id": [posted["id"].encode()],
    }
    canaries |= {f"place of the {kind}": texts for kind, texts in _places(said["findings"]).items()}
    canaries |= _segment_canaries(said, posted)
    return canaries | (_heat_canaries(said, posted) if said["heat_map"] else {})


def _places(findings: list[dict[str, Any]]) -> dict[str, list[bytes]]:
    """Of each kind of geometry the coordinates with so many digits that nothing else has them."""
    places: dict[str, list[bytes]] = {}
    for one in findings:
        geometry = one["geometry"]
        if geometry["kind"] == "SEGMENT":
            continue
        values = [*geometry.get("center_mm", [])]
        for point in [*geometry.get("points_mm", []), *geometry.get("points_px", [])]:
            values += point
        distinct = {text for text in map(json.dumps, values) if len(text.partition(".")[2]) >= 6}
        assert distinct, one
        places.setdefault(geometry["kind"], []).extend(text.encode() for text in sorted(distinct))
    return places


def _segment_canaries(said: dict[str, Any], posted: dict[str, Any]) -> dict[str, list[bytes]]:
    """The digest, and the run lengths of a slice: as text of whatever spelling, and as a browser could keep them."""
    found: dict[str, list[bytes]] = {}
    for one, stored in zip(said["findings"], posted["findings"], strict=True):
        if one["geometry"]["kind"] == "SEGMENT":
            counts = one["geometry"]["segment"]["slices"][0]["counts"]
            forms = [",".join(map(str, counts)), ", ".join(map(str, counts))]
            forms.append("\n".join(f"{index}:{count}" for index, count in enumerate(counts)))
            found.setdefault("segment digest", []).append(stored["geometry"]["sha256"].encode())
            found.setdefault("segment voxels", []).extend(form.encode() for form in forms)
    return found


def _heat_canaries(said: dict[str, Any], posted: dict[str, Any]) -> dict[str, list[bytes]]:
    voxels = gzip.decompress(base64.b64decode(said["heat_map"]["voxels"]))
    # Deflated parts of the map: what a browser is sent is gzip of the same voxels, whatever the level.
    last_row = voxels[-SHAPE[2] :]
    return {
        "heat map digest": [posted["heat_map"]["digest"].encode()],
        "heat map voxels": [last_row, said["heat_map"]["voxels"].encode()[:60]],
        "digest of the heat map's voxels": [hashlib.sha256(voxels).hexdigest().encode()],
    }
