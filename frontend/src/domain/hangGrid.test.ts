import { expect, test } from "vitest";
import { withLayout, withSeries } from "./grid";
import { hungGrid, seriesThatOpenAtAMark, withOpenings } from "./hangGrid";
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

test("several current imaging studies are hung side by side, each by the series that is hung alone of it", () => {
  const ct = [oneOf("scout", "CT", 2), oneOf("ct", "CT", 200)];
  const mr = [oneOf("t1", "MR", 20), oneOf("t2", "MR", 30)];
  const us = [oneOf("us", "US", 5)];
  const two = hungGrid([], { current: [ct, mr], priors: [[oneOf("old", "CT", 200)]] });
  expect(two.ruleName).toBe("Current imaging studies side by side");
  expect(two.grid.layout).toBe("SIDE_BY_SIDE");
  expect(two.grid.panes.map((pane) => pane.seriesInstanceUid)).toEqual(["ct", "t2"]);
  expect(two.grid.links).toEqual({ SCROLL: false, VIEW: false, WINDOW: false });
  const three = hungGrid([], { current: [ct, mr, us], priors: [] });
  expect(three.grid.layout).toBe("FOUR");
  expect(three.grid.panes.map((pane) => pane.seriesInstanceUid)).toEqual(["ct", "t2", "us", null]);
  // A fifth has no pane, and stands in the list of series.
  const five = hungGrid([], { current: [us, us, us, us, ct], priors: [] });
  expect(five.grid.panes).toHaveLength(4);
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
