import { describe, expect, test } from "vitest";
import { type Grid, withLayout, withSeries } from "./grid";
import { hungGrid, seriesThatOpenAtAMark, withOpenings, withoutPane } from "./hangGrid";
import type { HangableSeries, HangingRule } from "./hanging";

const series = (uid: string): HangableSeries => ({
  series_instance_uid: uid,
  modality: "CT",
  series_number: 1,
  number_of_instances: 10,
  facts: null,
});

const rule: HangingRule = {
  name: "Two",
  when: {},
  layout: "FOUR",
  panes: [
    { prior: 0, select: {}, start: { at: "FIRST_MARK" }, window: { center: 40, width: 400 } },
    { prior: 1, select: {}, start: { at: "LAST" }, may_be_empty: true },
  ],
  links: ["SCROLL"],
};

test("a rule becomes a grid with all its panes, empty ones too", () => {
  const { grid, ruleName } = hungGrid([rule], {
    current: [[series("a"), series("b")]],
    priors: [[series("old")]],
  });
  expect(ruleName).toBe("Two");
  expect(grid.layout).toBe("FOUR");
  expect(grid.panes.map((pane) => pane.seriesInstanceUid)).toEqual(["a", "old", null, null]);
  expect(grid.panes[0]?.opening).toMatchObject({ window: { center: 40, width: 400 }, isFlipped: false });
  expect(grid.links).toEqual({ SCROLL: true, VIEW: false, WINDOW: false });
  expect(seriesThatOpenAtAMark(grid)).toEqual(["a"]);
});

test("panes of another layout open their series as it is hung", () => {
  const one: HangingRule = { ...rule, layout: "ONE", panes: rule.panes.slice(0, 1) };
  const { grid: hung } = hungGrid([one], { current: [[series("a")]], priors: [] });
  const opening = hung.panes[0]?.opening;
  expect(opening?.window).toEqual({ center: 40, width: 400 });
  const four = withOpenings(hung, hung, withLayout(hung, "FOUR", ["a", "b"]));
  // Another series, which the rule does not hang, opens as it is.
  expect(four.panes.map((pane) => pane.seriesInstanceUid)).toEqual(["a", "b", "a", "a"]);
  expect(four.panes.map((pane) => pane.opening)).toEqual([opening, undefined, opening, opening]);
  // What the reader puts into a pane opens as it is.
  const changed = withSeries(four, "2", "a");
  expect(withOpenings(hung, four, changed)).toBe(changed);
  // Planes begin with the window of their stack.
  const planes = withOpenings(hung, hung, withLayout(hung, "MPR", []));
  expect(planes.panes.map((pane) => pane.opening)).toEqual([undefined, undefined, undefined, opening]);
});

test("a series that is hung twice opens in each pane as that one hangs it", () => {
  const bone = { center: 480, width: 2500 };
  const twice: HangingRule = {
    ...rule,
    layout: "SIDE_BY_SIDE",
    panes: [
      { prior: 0, select: {}, start: { at: "FIRST" }, window: { center: 40, width: 400 } },
      { prior: 0, select: { same_as: 0 }, start: { at: "FIRST" }, window: bone },
    ],
  };
  const { grid: hung } = hungGrid([twice], { current: [[series("a")]], priors: [] });
  const one = withLayout(hung, "ONE", ["a"]);
  const again = withOpenings(hung, one, withLayout(one, "SIDE_BY_SIDE", ["a"]));
  expect(again.panes[1]?.opening?.window).toEqual(bone);
});

test("what the reader shows instead opens as it is", () => {
  const { grid } = hungGrid([rule], { current: [[series("a"), series("b")]], priors: [] });
  const other = withSeries(grid, "1", "b");
  expect(other.panes[0]?.opening).toBeUndefined();
  // Also the hung series, when it is brought back.
  expect(withOpenings(grid, other, withSeries(other, "1", "a")).panes[0]?.opening).toBeUndefined();
  // Chosen while it is shown, it stays as it is: with the window of the rule.
  expect(withSeries(grid, "1", "a").panes[0]).toBe(grid.panes[0]);
  // Another layout leaves the panes that stay as they are.
  expect(withLayout(grid, "ONE", ["a", "b"]).panes[0]?.opening).toBe(grid.panes[0]?.opening);
});

test("the planes of a volume", () => {
  const { grid } = hungGrid(
    [{ ...rule, layout: "MPR", panes: [{ prior: 0, select: {}, start: { at: "FIRST" } }] }],
    { current: [[series("a")]], priors: [] },
  );
  expect(grid.panes.map((pane) => [pane.view, pane.seriesInstanceUid])).toEqual([
    ["AXIAL", "a"],
    ["CORONAL", "a"],
    ["SAGITTAL", "a"],
    ["STACK", "a"],
  ]);
});

test("a case without images opens an empty pane", () => {
  expect(hungGrid([rule], { current: [[]], priors: [] }).grid.panes).toEqual([
    { id: "1", view: "STACK", seriesInstanceUid: null },
  ]);
});

const oneOf = (uid: string, modality: string, number_of_instances: number): HangableSeries => ({
  ...series(uid),
  modality,
  number_of_instances,
});

const view = (uid: string, laterality: string, name: string): HangableSeries => ({
  ...oneOf(uid, "MG", 1),
  facts: {
    orientation: null,
    frame_of_reference_uid: "",
    slice_thickness_mm: null,
    kernel: "",
    body_part: "BREAST",
    number_of_images: 1,
    views: [{ sop_instance_uid: `${uid}.1`, view: name, laterality, row_direction: "A" }],
  },
});
const MAMMOGRAM = [
  view("r cc", "R", "CC"),
  view("l cc", "L", "CC"),
  view("r mlo", "R", "MLO"),
  view("l mlo", "L", "MLO"),
];
const CT = [oneOf("scout", "CT", 2), oneOf("ct", "CT", 200)];
const MR = [oneOf("t1", "MR", 20), oneOf("t2", "MR", 30)];
const US = [oneOf("us", "US", 5)];

function togetherOf(...current: HangableSeries[][]) {
  const { grid, ruleName } = hungGrid([], { current, priors: [[oneOf("old", "CT", 200)]] });
  expect(ruleName).toBe("Current imaging studies side by side");
  expect(grid.links).toEqual({ SCROLL: false, VIEW: false, WINDOW: false });
  return { grid, layout: grid.layout, series: grid.panes.map((pane) => pane.seriesInstanceUid) };
}

test("several current imaging studies are hung side by side, each by its own rule", () => {
  expect(togetherOf(CT, US)).toMatchObject({ layout: "SIDE_BY_SIDE", series: ["ct", "us"] });
  expect(togetherOf(CT, MR)).toMatchObject({ layout: "FOUR", series: ["ct", null, "t1", "t2"] });
  expect(togetherOf(CT, US, CT)).toMatchObject({ layout: "FOUR", series: ["ct", "us", "ct", null] });
  // A fifth has no pane, and stands in the list of series.
  expect(togetherOf(US, US, US, US, CT).series).toHaveLength(4);
});

test("a mammogram shows both breasts in a row of their own beside an ultrasound, whichever comes first", () => {
  const { grid, series: hung } = togetherOf(MAMMOGRAM, US);
  expect(hung).toEqual(["r cc", "l cc", "us", null]);
  // Rows that run to the front begin at the chest wall, which lies in the middle: the right breast is turned.
  expect(grid.panes.map((pane) => pane.opening?.isFlipped)).toEqual([true, false, false, undefined]);
  expect(togetherOf(US, MAMMOGRAM).series).toEqual(["us", null, "r cc", "l cc"]);
  expect(togetherOf(MAMMOGRAM, MR).series).toEqual(["r cc", "l cc", "t1", "t2"]);
});

test("every imaging study has a pane before one has a second", () => {
  expect(togetherOf(US, MAMMOGRAM, CT).series).toEqual(["us", "ct", "r cc", "l cc"]);
  expect(togetherOf(MAMMOGRAM, MR, US).series).toEqual(["r cc", "l cc", "t2", "us"]);
  expect(togetherOf(MAMMOGRAM, US, CT, MR).series).toEqual(["r cc", "us", "ct", "t2"]);
});

test("what stays without a pane is told, in its order", () => {
  const { grid } = togetherOf(MAMMOGRAM, US);
  const left = withoutPane(grid, [...MAMMOGRAM, ...US]);
  expect(left.map((one) => one.series_instance_uid)).toEqual(["r mlo", "l mlo"]);
  expect(withoutPane(grid, US)).toEqual([]);
});

test("one that has no images is not hung beside the other", () => {
  const ct = [oneOf("ct", "CT", 200)];
  const { grid } = hungGrid([], { current: [ct, []], priors: [] });
  expect([grid.layout, grid.panes.map((pane) => pane.seriesInstanceUid)]).toEqual(["ONE", ["ct"]]);
});

test("a rule of the reader study finds the series of any current imaging study", () => {
  const mr: HangingRule = {
    ...rule,
    layout: "ONE",
    when: { modality: ["MR"], number_of_series: { minimum: 2 } },
    panes: [{ prior: 0, select: { modality: ["MR"] }, start: { at: "FIRST" } }],
  };
  const current = [[oneOf("ct", "CT", 200)], [oneOf("mr", "MR", 20)]];
  const { grid, ruleName } = hungGrid([mr], { current, priors: [] });
  expect([ruleName, grid.panes.map((pane) => pane.seriesInstanceUid)]).toEqual(["Two", ["mr"]]);
});

describe("a PET with its CT", () => {
  const inFrame = (uid: string, modality: string, frame_of_reference_uid: string): HangableSeries => ({
    ...oneOf(uid, modality, 50),
    facts: {
      orientation: "AXIAL",
      frame_of_reference_uid,
      slice_thickness_mm: 3,
      kernel: "",
      body_part: "",
      number_of_images: 50,
      views: [],
    },
  });
  const CT_AND_PET = [inFrame("ct", "CT", "F"), inFrame("pet", "PT", "F")];
  const shown = (grid: Grid) => grid.panes.map((pane) => pane.seriesInstanceUid);

  test("hangs beside it and scrolls with it", () => {
    const { grid, ruleName } = hungGrid([], { current: [CT_AND_PET], priors: [] });
    expect([ruleName, shown(grid)]).toEqual(["PET beside its CT", ["ct", "pet"]]);
    expect(grid.links).toEqual({ SCROLL: true, VIEW: false, WINDOW: false });
  });

  test("scrolls with it by any rule that hangs both, in one frame of reference alone", () => {
    const pane = (modality: string) => ({
      prior: 0,
      select: { modality: [modality] },
      start: { at: "FIRST" as const },
    });
    const own: HangingRule = {
      name: "Own",
      when: {},
      layout: "SIDE_BY_SIDE",
      panes: [pane("PT"), pane("CT")],
      links: ["WINDOW"],
    };
    const links = (pet: HangableSeries) =>
      hungGrid([own], { current: [[inFrame("ct", "CT", "F"), pet]], priors: [] }).grid.links;
    expect(links(inFrame("pet", "PT", "F"))).toEqual({ SCROLL: true, VIEW: false, WINDOW: true });
    expect(links(inFrame("pet", "PT", "G")).SCROLL).toBe(false);
    expect(links(inFrame("pet", "PT", "")).SCROLL).toBe(false);
    expect(links(oneOf("pet", "PT", 50)).SCROLL).toBe(false);
  });

  test("beside a CT without a PET nothing is linked by itself", () => {
    const two: HangingRule = {
      name: "Two",
      when: {},
      layout: "SIDE_BY_SIDE",
      panes: [0, 1].map(() => ({ prior: 0, select: {}, start: { at: "FIRST" as const } })),
      links: [],
    };
    const series = [inFrame("thin", "CT", "F"), inFrame("thick", "CT", "F")];
    expect(hungGrid([two], { current: [series], priors: [] }).grid.links.SCROLL).toBe(false);
  });

  test("hangs over that of the prior, all four linked", () => {
    const before = [inFrame("old ct", "CT", "G"), inFrame("old pet", "PT", "G")];
    const { grid, ruleName } = hungGrid([], { current: [CT_AND_PET], priors: [before] });
    expect([ruleName, grid.layout]).toEqual(["PET/CT beside the prior", "FOUR"]);
    expect(shown(grid)).toEqual(["ct", "pet", "old ct", "old pet"]);
    expect(grid.links.SCROLL).toBe(true);
  });

  test("with a prior of CT alone it hangs beside its own CT", () => {
    const { ruleName } = hungGrid([], { current: [CT_AND_PET], priors: [[inFrame("old ct", "CT", "G")]] });
    expect(ruleName).toBe("PET beside its CT");
  });
});
