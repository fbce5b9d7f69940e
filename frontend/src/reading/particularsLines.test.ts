import { expect, it } from "vitest";
import type { Particulars, Read } from "@/api/reading";
import { particularsLines } from "./particularsLines";

const series = (uid: string, series_number: number) => ({ series_instance_uid: uid, series_number });

const CASE = {
  imaging_study: { study_instance_uid: "1", series: [series("1.1", 3)] },
  further_imaging_studies: [{ study_instance_uid: "2", series: [series("2.1", 4)] }],
} as unknown as Read["case"];

const PARTICULARS: Particulars = {
  patient: { sex: "F", age: "57 years" },
  study_date: "2024-02-29",
  site: null,
  clinical_text: {
    study_description: "Thorax",
    series: [{ series_instance_uid: "1.1", description: "Lung" }],
  },
  further_imaging_studies: [
    {
      study_instance_uid: "2",
      study_date: "2024-03-01",
      site: { institution: "Harbour", station: "MR1", manufacturer: "", model: "" },
      clinical_text: { study_description: "", series: [{ series_instance_uid: "2.1", description: "T2" }] },
    },
  ],
  case_text: null,
  prevalence: null,
  ai_cells: [],
  priors_shown: [],
  other_readers_shown: false,
};

it("says of the patient once, and of each imaging study what is its own", () => {
  const lines = particularsLines(CASE, PARTICULARS).map(({ term, text }) => [term, text]);
  expect(lines.map(([term]) => term)).toEqual([
    "Patient",
    "1: Imaged",
    "1: Text",
    "1: Series",
    "2: Imaged",
    "2: Site",
    "2: Text",
    "2: Series",
  ]);
  expect(Object.fromEntries(lines)).toMatchObject({
    Patient: "female · 57 years",
    "1: Series": "3 Lung",
    "2: Site": "Harbour · MR1",
    "2: Text": "not stated",
    "2: Series": "4 T2",
  });
});

it("numbers nothing where there is one imaging study, and says nothing of what is hidden", () => {
  const one = { ...CASE, further_imaging_studies: [] };
  const shown = particularsLines(one, { ...PARTICULARS, further_imaging_studies: [] });
  expect(shown.map(({ term }) => term)).toEqual(["Patient", "Imaged", "Text", "Series"]);
  const hidden = { patient: null, study_date: null, site: null, clinical_text: null };
  expect(particularsLines(CASE, { ...PARTICULARS, ...hidden, further_imaging_studies: [] })).toEqual([]);
});
