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
  const { grid, ruleName } = hungGrid([rule], [[series("a"), series("b")], [series("old")]]);
  expect(ruleName).toBe("Two");
  expect(grid.layout).toBe("FOUR");
  expect(grid.panes.map((pane) => pane.seriesInstanceUid)).toEqual(["a", "old", null, null]);
  expect(grid.panes[0]?.opening).toMatchObject({ window: { center: 40, width: 400 }, isFlipped: false });
  expect(grid.links).toEqual({ SCROLL: true, VIEW: false, WINDOW: false });
  expect(seriesThatOpenAtAMark(grid)).toEqual(["a"]);
});

test("panes of another layout open their series as it is hung", () => {
  const one: HangingRule = { ...rule, layout: "ONE", panes: rule.panes.slice(0, 1) };
  const { grid: hung } = hungGrid([one], [[series("a")]]);
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
  const { grid: hung } = hungGrid([twice], [[series("a")]]);
  const one = withLayout(hung, "ONE", ["a"]);
  const again = withOpenings(hung, one, withLayout(one, "SIDE_BY_SIDE", ["a"]));
  expect(again.panes[1]?.opening?.window).toEqual(bone);
});

test("what the reader shows instead opens as it is", () => {
  const { grid } = hungGrid([rule], [[series("a"), series("b")]]);
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
    [[series("a")]],
  );
  expect(grid.panes.map((pane) => [pane.view, pane.seriesInstanceUid])).toEqual([
    ["AXIAL", "a"],
    ["CORONAL", "a"],
    ["SAGITTAL", "a"],
    ["STACK", "a"],
  ]);
});

test("a case without images opens an empty pane", () => {
  expect(hungGrid([rule], [[]]).grid.panes).toEqual([{ id: "1", view: "STACK", seriesInstanceUid: null }]);
});
