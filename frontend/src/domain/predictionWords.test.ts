import { describe, expect, it } from "vitest";
import {
  hasMeasurements,
  hasWords,
  type ListedMeasuring,
  MEASURING_WORDS,
  type MeasuringState,
  mayMeasure,
  measuringProgress,
  measuringReasons,
  sourceText,
  studyFacts,
  studyName,
} from "./predictionWords";

const measuring = (changes: Partial<ListedMeasuring>): ListedMeasuring => ({
  state: "MEASURED",
  progress_done: 0,
  progress_total: 0,
  error_code: "",
  error_detail: "",
  not_measured: [],
  ...changes,
});

describe("the list of predictions", () => {
  it("names the source, of DICOM the kinds of files once each", () => {
    expect(sourceText({ source: "COMPUTED", origin: null })).toBe("run here");
    expect(sourceText({ source: "CSV", origin: null })).toBe("CSV");
    const files = (["SR", "SEG", "SEG"] as const).map((kind) => ({ kind }));
    expect(sourceText({ source: "DICOM", origin: { files } })).toBe("SEG and SR");
    expect(sourceText({ source: "DICOM", origin: { files: [{ kind: "SR" }] } })).toBe("SR");
    expect(sourceText({ source: "DICOM", origin: null })).toBe("DICOM");
  });

  it("tells each reason once with its segments, and of a failure why", () => {
    const not_measured = [
      { finding_id: "a", reason_code: "empty", reason: "No voxel." },
      { finding_id: "b", reason_code: "gap", reason: "A slice is missing." },
      { finding_id: "c", reason_code: "empty", reason: "No voxel." },
    ];
    const ofSegments = ["a, c: No voxel.", "b: A slice is missing."];
    expect(measuringReasons(measuring({ state: "NOT_MEASURABLE", not_measured }))).toEqual(ofSegments);
    const failed = measuring({ state: "FAILED", error_detail: "An image is gone.", not_measured });
    expect(measuringReasons(failed)).toEqual(["An image is gone.", ...ofSegments]);
    expect(measuringReasons(measuring({ state: "FAILED" }))).toEqual(["No reason was given."]);
    expect(measuringReasons(measuring({}))).toEqual([]);
  });

  it("tells progress only while a worker measures", () => {
    const counts = { progress_done: 1, progress_total: 3 };
    expect(measuringProgress(measuring({ state: "WAITING", ...counts }))).toBe("1 of 3 segments");
    expect(measuringProgress(measuring({ state: "WAITING" }))).toBe("");
    expect(measuringProgress(measuring(counts))).toBe("");
  });

  it("offers to measure only what can change, and to show only what has numbers", () => {
    const states = Object.keys(MEASURING_WORDS) as MeasuringState[];
    expect(states.filter((state) => mayMeasure({ state }))).toEqual(["NOT_BEGUN", "FAILED"]);
    expect(states.filter((state) => hasMeasurements({ state }))).toEqual(["MEASURED", "PARTLY_MEASURED"]);
  });
});

describe("the name of an imaging study", () => {
  const study = {
    study_description: "CT chest",
    modalities: ["CT"],
    body_part: "CHEST",
    patient_key: "P-0012",
    study_date: "2024-03-03",
    is_synthetic: false,
  };

  it("is its description, else its body part, with what is known of it", () => {
    expect([studyName(study), studyFacts(study)]).toEqual(["CT chest", "CT · P-0012 · 2024-03-03"]);
    const bare = { ...study, study_description: "", body_part: "", modalities: [], study_date: null };
    expect([studyName(bare), studyFacts(bare)]).toEqual(["No description", "P-0012"]);
    expect(studyName({ ...study, study_description: "" })).toBe("CHEST");
  });

  it("is found by words in any order and case, and everything by none", () => {
    expect(hasWords("CT chest · P-0012 · score 0.913", "0.91 Chest")).toBe(true);
    expect(hasWords("CT chest · P-0012", "chest P-0013")).toBe(false);
    expect(hasWords("CT chest", "  ")).toBe(true);
  });
});
