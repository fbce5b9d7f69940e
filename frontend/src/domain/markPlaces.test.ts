import { expect, test } from "vitest";
import { markPlaces } from "./markPlaces";
import type { Finding } from "./payload";

const image = (sop: string, laterality: string, view: string) => ({
  sop_instance_uid: sop,
  view,
  laterality,
  row_direction: "A",
});
const series = (uid: string, modality: string, number: number | null, views = [image("none", "", "")]) => ({
  series_instance_uid: uid,
  modality,
  series_number: number,
  facts: {
    orientation: null,
    frame_of_reference_uid: "",
    slice_thickness_mm: null,
    kernel: "",
    body_part: "",
    number_of_images: 1,
    views,
  },
});
const CASE = [
  series("a", "MG", 1, [image("a1", "R", "CC"), image("a2", "R", "MLO")]),
  series("b", "MG", 2, [image("b1", "L", "MLO")]),
  { ...series("c", "US", null), facts: null },
  series("d", "CT", 4),
];

/** One finding with a mark on each of these images, named by series and image. */
function marked(...places: [series: string, sop: string][]): Finding[] {
  const marks = places.map(([uid, sop]) => ({
    id: `${uid} ${sop}`,
    geometry: { kind: "POINT", series_instance_uid: uid, sop_instance_uid: sop },
  }));
  return [{ id: "1", marks }] as unknown as Finding[];
}

test("marks on several views say which, also of one series, and by series where there is no view", () => {
  const findings = marked(["a", "a1"], ["a", "a2"], ["b", "b1"], ["c", "c1"], ["d", "d1"]);
  expect([...markPlaces(findings, CASE).values()]).toEqual([
    "R CC",
    "R MLO",
    "L MLO",
    "US series without number",
    "CT series 4",
  ]);
});

test("while all marks lie in one place nothing is said", () => {
  expect(markPlaces(marked(["d", "d1"], ["d", "d2"]), CASE).size).toBe(0);
  expect(markPlaces(marked(["a", "a1"]), CASE).size).toBe(0);
  expect(markPlaces([], CASE).size).toBe(0);
});
