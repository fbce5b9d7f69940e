import { expect, test } from "vitest";
import {
  activePane,
  type Grid,
  oneSeries,
  shownSeries,
  withActive,
  withLayout,
  withLinkToggled,
  withMaximisedToggled,
  withNextPane,
  withPlanesToggled,
  withSeries,
  withSeriesTakenOut,
} from "./grid";

const SERIES = ["a", "b", "c"];
const seriesOf = (grid: Grid) => grid.panes.map((pane) => pane.seriesInstanceUid);
const idsOf = (grid: Grid) => grid.panes.map((pane) => pane.id);

test("a larger layout keeps what is shown and adds what is not", () => {
  const four = withLayout(oneSeries("b"), "FOUR", SERIES);
  expect(seriesOf(four)).toEqual(["b", "a", "c", "b"]);
  expect(new Set(idsOf(four)).size).toBe(4);
  expect(four.activeId).toBe("1");
});

test("a single series fills every pane, for another slice or window of it", () => {
  expect(seriesOf(withLayout(oneSeries("a"), "SIDE_BY_SIDE", ["a"]))).toEqual(["a", "a"]);
});

test("a smaller layout keeps the active pane, with its identity", () => {
  const four = withActive(withLayout(oneSeries("a"), "FOUR", SERIES), "3");
  const one = withLayout(four, "ONE", SERIES);
  expect(one.panes).toEqual([{ id: "3", view: "STACK", seriesInstanceUid: "c" }]);
  expect(one.activeId).toBe("3");
  const again = withLayout(one, "SIDE_BY_SIDE", SERIES);
  expect(idsOf(again)).toEqual(["3", "1"]);
});

test("the planes show the active series and give back what stood before", () => {
  const two = withActive(withLayout(oneSeries("a"), "SIDE_BY_SIDE", SERIES), "2");
  const planes = withPlanesToggled(two);
  expect(planes.panes.map((pane) => pane.view)).toEqual(["AXIAL", "CORONAL", "SAGITTAL", "STACK"]);
  expect(seriesOf(planes)).toEqual(["b", "b", "b", "b"]);
  expect(withPlanesToggled(planes)).toEqual(two);
  expect(seriesOf(withLayout(planes, "ONE", SERIES))).toEqual(["b"]);
});

test("the planes of one volume change together, another stack beside them does not", () => {
  const planes = withPlanesToggled(oneSeries("a"));
  expect(seriesOf(withSeries(planes, "CORONAL", "b"))).toEqual(["b", "b", "b", "b"]);
  const apart = withSeries(planes, "1", "c");
  expect(seriesOf(apart)).toEqual(["a", "a", "a", "c"]);
  expect(seriesOf(withSeries(apart, "AXIAL", "b"))).toEqual(["b", "b", "b", "c"]);
  expect(shownSeries(apart)).toEqual(["a", "c"]);
});

test("placing a series makes its pane the active one; unknown panes change nothing", () => {
  const two = withLayout(oneSeries("a"), "SIDE_BY_SIDE", SERIES);
  expect(activePane(withSeries(two, "2", "c"))).toEqual({ id: "2", view: "STACK", seriesInstanceUid: "c" });
  expect(withSeries(two, "9", "c")).toBe(two);
  expect(withActive(two, "9")).toBe(two);
});

test("stepping through the panes goes round", () => {
  const two = withLayout(oneSeries("a"), "ABOVE_BELOW", SERIES);
  expect(withNextPane(two, 1).activeId).toBe("2");
  expect(withNextPane(withNextPane(two, 1), 1).activeId).toBe("1");
  expect(withNextPane(two, -1).activeId).toBe("2");
});

test("only one of several panes can be maximised, and a new layout ends it", () => {
  const one = oneSeries("a");
  expect(withMaximisedToggled(one)).toBe(one);
  const large = withMaximisedToggled(withLayout(one, "FOUR", SERIES), "2");
  expect([large.isMaximised, large.activeId]).toEqual([true, "2"]);
  expect(withLayout(large, "FOUR", SERIES).isMaximised).toBe(false);
  expect(withMaximisedToggled(large).isMaximised).toBe(false);
});

test("links are switched one by one", () => {
  const linked = withLinkToggled(oneSeries("a"), "SCROLL");
  expect(linked.links).toEqual({ SCROLL: true, VIEW: false, WINDOW: false });
  expect(withLinkToggled(linked, "SCROLL").links.SCROLL).toBe(false);
});

const WINDOW = { center: -600, width: 1500 };

function hungWithWindow(): Grid {
  const two = withLayout(oneSeries("a"), "SIDE_BY_SIDE", SERIES);
  const opening = { start: { at: "MIDDLE" as const }, sopInstanceUid: null, window: WINDOW, isFlipped: true };
  return { ...two, panes: two.panes.map((pane) => ({ ...pane, opening })) };
}

test("a series brought into a pane is taken out again, and the pane is as it was hung", () => {
  const hung = hungWithWindow();
  const brought = withSeries(hung, "1", "c");
  expect(brought.panes[0]).not.toHaveProperty("opening");
  expect(withSeriesTakenOut(withActive(brought, "2"), hung, "c")).toEqual(hung);
});

test("what the reader has put there since stays", () => {
  const hung = hungWithWindow();
  const brought = withSeries(hung, "1", "c");
  expect(withSeriesTakenOut(withSeries(brought, "1", "b"), hung, "c")).toBeNull();
  const both = withSeries(brought, "2", "c");
  expect(withSeriesTakenOut(both, hung, "c")?.panes.map((pane) => pane.seriesInstanceUid)).toEqual([
    "a",
    "c",
  ]);
});

test("a series brought into the planes is taken out of all of them", () => {
  const planes = withPlanesToggled(oneSeries("a"));
  expect(withSeriesTakenOut(withSeries(planes, "AXIAL", "b"), planes, "b")).toEqual(planes);
});

test("the series that a pane shows, chosen again, stays as it was hung", () => {
  const hung = hungWithWindow();
  expect(withSeries(hung, "1", "a")).toEqual(hung);
});
