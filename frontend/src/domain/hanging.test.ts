import Ajv from "ajv/dist/2020";
import { describe, expect, test } from "vitest";
import schema from "../../../annotations/domain/schemas/hanging.schema.json";
import examples from "../../../tests/shared_examples/hanging.json";
import {
  type HangableSeries,
  type HangingRule,
  hang,
  type ImageView,
  PANES_OF_LAYOUT,
  type SeriesFacts,
} from "./hanging";
import { DEFAULT_RULES } from "./hangingDefaults";
import { startIndex } from "./start";

const validate = new Ajv({ strict: false }).compile(schema);

describe("the schema judges the shared examples as the server does", () => {
  test.each(examples.valid.map((rules) => [rules]))("valid %#", (rules) =>
    expect(validate(rules)).toBe(true),
  );
  test.each(examples.invalid.map((rules) => [rules]))("invalid %#", (rules) => {
    expect(validate(rules)).toBe(false);
  });
});

test("the built-in rules would be accepted by the server", () => {
  expect(validate(DEFAULT_RULES)).toBe(true);
  for (const rule of DEFAULT_RULES)
    expect(rule.panes.length).toBeLessThanOrEqual(PANES_OF_LAYOUT[rule.layout]);
});

const NO_FACTS: SeriesFacts = {
  orientation: null,
  frame_of_reference_uid: "",
  slice_thickness_mm: null,
  kernel: "",
  body_part: "",
  number_of_images: 1,
  views: [],
};

function series(uid: string, modality: string, facts: Partial<SeriesFacts> = {}): HangableSeries {
  const number_of_images = facts.number_of_images ?? facts.views?.length ?? 1;
  return {
    series_instance_uid: uid,
    modality,
    series_number: Number(uid.replace(/\D/g, "")) || null,
    number_of_instances: number_of_images,
    facts: { ...NO_FACTS, ...facts, number_of_images },
  };
}

const ct = (
  uid: string,
  slice_thickness_mm: number,
  number_of_images: number,
  more: Partial<SeriesFacts> = {},
) =>
  series(uid, "CT", {
    orientation: "AXIAL",
    slice_thickness_mm,
    number_of_images,
    body_part: "CHEST",
    ...more,
  });

const view = (uid: string, laterality: string, name: string, row_direction = ""): ImageView => ({
  sop_instance_uid: uid,
  view: name,
  laterality,
  row_direction,
});

const shown = (studies: HangableSeries[][], rules: HangingRule[] = DEFAULT_RULES) => {
  const hung = hang(rules, studies);
  return (
    hung && { layout: hung.rule.layout, uids: hung.panes.map((pane) => pane?.seriesInstanceUid ?? null) }
  );
};

test("a chest CT opens with its thinnest axial series in the lung window", () => {
  const scout = series("1", "CT", { orientation: "CORONAL", number_of_images: 1 });
  const hung = hang(DEFAULT_RULES, [[scout, ct("2", 5, 60), ct("3", 1, 300), ct("4", 1, 10)]]);
  expect(hung?.panes).toMatchObject([{ seriesInstanceUid: "3", window: { center: -600, width: 1500 } }]);
});

test("a CT of which nothing is known opens with the series that has the most images", () => {
  const unknown = (uid: string, number: number): HangableSeries => ({
    ...series(uid, "CT", { number_of_images: number }),
    facts: null,
  });
  expect(shown([[unknown("1", 2), unknown("2", 40)]])).toEqual({ layout: "ONE", uids: ["2"] });
});

test("four mammograms hang as RCC LCC over RMLO LMLO with the chest walls facing", () => {
  // In any order, all in one series, and one stored the wrong way round: rows of a right breast run to posterior.
  const images = [
    view("lmlo", "L", "MLO", "A"),
    view("rcc", "R", "CC", "P"),
    view("rmlo", "R", "MLO", "A"),
    view("lcc", "L", "CC", "A"),
  ];
  const hung = hang(DEFAULT_RULES, [[series("1", "MG", { views: images })]]);
  expect(hung?.rule.layout).toBe("FOUR");
  expect(hung?.panes.map((pane) => pane?.sopInstanceUid)).toEqual(["rcc", "lcc", "rmlo", "lmlo"]);
  expect(hung?.panes.map((pane) => pane?.isFlipped)).toEqual([false, false, true, false]);
});

test("two mammograms of one breast hang side by side", () => {
  const studies = [
    [
      series("1", "MG", { views: [view("a", "R", "MLO")] }),
      series("2", "MG", { views: [view("b", "R", "CC")] }),
    ],
  ];
  expect(shown(studies)).toEqual({ layout: "SIDE_BY_SIDE", uids: ["2", "1"] });
});

test("a radiograph shows frontal and lateral, and one alone fills the screen", () => {
  const pa = series("1", "DX", { views: [view("pa", "", "PA")] });
  const lateral = series("2", "DX", { views: [view("lat", "", "LATERAL")] });
  expect(shown([[lateral, pa]])).toEqual({ layout: "SIDE_BY_SIDE", uids: ["1", "2"] });
  expect(shown([[pa]])).toEqual({ layout: "ONE", uids: ["1"] });
});

test("MR shows four series where there are as many", () => {
  const mr = (uid: string) => series(uid, "MR", { number_of_images: 20 });
  expect(shown([[mr("1"), mr("2"), mr("3"), mr("4"), mr("5")]])).toEqual({
    layout: "FOUR",
    uids: ["1", "2", "3", "4"],
  });
  expect(shown([[mr("1"), mr("2")]])).toEqual({ layout: "SIDE_BY_SIDE", uids: ["1", "2"] });
});

test("beside a CT stands the series of the prior that is most like it", () => {
  const current = [ct("1", 1, 300, { kernel: "B70f" })];
  const prior = [
    ct("11", 1, 300, { kernel: "B30f", orientation: "CORONAL" }),
    ct("12", 5, 60, { kernel: "B30f" }),
    ct("13", 2, 150, { kernel: "B70f" }),
  ];
  const hung = hang(DEFAULT_RULES, [current, prior]);
  expect(hung?.panes.map((pane) => [pane?.study, pane?.seriesInstanceUid])).toEqual([
    [0, "1"],
    [1, "13"],
  ]);
  expect(hung?.rule.links).toEqual(["SCROLL", "WINDOW"]);
});

test("a prior of another modality is not hung beside it by the built-in rules", () => {
  expect(shown([[ct("1", 1, 300)], [series("11", "DX", { views: [view("pa", "", "PA")] })]])?.uids).toEqual([
    "1",
  ]);
});

test("the reader study's rule comes first, two windows of one series among others", () => {
  const rule: HangingRule = {
    name: "Lung over soft tissue",
    when: { modality: ["CT"], number_of_images: { minimum: 100 } },
    layout: "ABOVE_BELOW",
    panes: [
      {
        prior: 0,
        select: { prefer: "THINNEST" },
        start: { at: "FIRST_MARK" },
        window: { center: -600, width: 1500 },
      },
      {
        prior: 0,
        select: { same_as: 0 },
        start: { at: "FRACTION", fraction: 0.5 },
        window: { center: 40, width: 400 },
      },
    ],
    links: ["SCROLL", "VIEW"],
  };
  const rules = [rule, ...DEFAULT_RULES];
  expect(shown([[ct("1", 5, 60), ct("2", 1, 300)]], rules)).toEqual({
    layout: "ABOVE_BELOW",
    uids: ["2", "2"],
  });
  expect(shown([[ct("1", 5, 60)]], rules)?.layout).toBe("ONE");
});

test("a pane without images makes the rule give way, unless it may be empty", () => {
  const wanted: HangingRule = {
    name: "Two planes",
    when: {},
    layout: "SIDE_BY_SIDE",
    panes: [
      { prior: 0, select: { orientation: "AXIAL" }, start: { at: "FIRST" } },
      { prior: 0, select: { orientation: "SAGITTAL" }, start: { at: "FIRST" } },
    ],
    links: [],
  };
  const studies = [[ct("1", 1, 300)]];
  expect(shown(studies, [wanted])).toBeNull();
  const [first, second] = wanted.panes;
  const lenient = { ...wanted, panes: [first, { ...second, may_be_empty: true }] } as HangingRule;
  expect(shown(studies, [lenient])?.uids).toEqual(["1", null]);
});

test("a case without images hangs nothing", () => {
  expect(hang(DEFAULT_RULES, [[]])).toBeNull();
});

test.each([
  [{ at: "FIRST" }, 300, 0],
  [{ at: "LAST" }, 300, 299],
  [{ at: "MIDDLE" }, 300, 149],
  [{ at: "MIDDLE" }, 1, 0],
  [{ at: "FRACTION", fraction: 1 }, 300, 299],
  [{ at: "FRACTION", fraction: 0.5 }, 301, 150],
  [{ at: "FIRST_MARK" }, 300, 0],
  [{ at: "LAST" }, 0, 0],
] as const)("%o of %i images is slice %i", (start, count, index) => {
  expect(startIndex(start, count)).toBe(index);
});
