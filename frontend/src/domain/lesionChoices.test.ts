import { expect, test } from "vitest";
import { choicesOf, decisionsOf, MEAN, REJECT, withPoint } from "./lesionChoices";
import type { Geometry } from "./payload";

const point: Geometry = {
  kind: "POINT",
  points_mm: [[1, 2, 3]],
  frame_of_reference_uid: null,
  sop_instance_uid: "1.2",
  series_instance_uid: "1",
  frame_number: 1,
};
const lesions = [{ id: "L1" }, { id: "L2" }, { id: "L3" }];

test("every lesion needs a choice, and what is sent comes back as it was chosen", () => {
  const some = { chosen: { L1: MEAN, L2: "B" }, added: [] };
  expect(decisionsOf(lesions, some)).toBeNull();
  const all = withPoint({ ...some, chosen: { ...some.chosen, L3: REJECT } }, point);
  const sent = decisionsOf(lesions, all);
  expect(sent?.map(({ lesion, decision, outline }) => [lesion, decision, outline])).toEqual([
    ["L1", "ACCEPTED", "MEAN"],
    ["L2", "ACCEPTED", "B"],
    ["L3", "REJECTED", null],
    ["J1", "ADDED", null],
  ]);
  expect(choicesOf(sent ?? [])).toEqual(all);
});

test("an added point takes the first free name", () => {
  const two = withPoint(withPoint({ chosen: {}, added: [] }, point), point);
  const left = { ...two, added: two.added.filter(({ lesion }) => lesion !== "J1") };
  expect(withPoint(left, point).added.map(({ lesion }) => lesion)).toEqual(["J2", "J1"]);
});
