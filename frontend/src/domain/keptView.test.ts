import { describe, expect, test } from "vitest";
import { type Grid, oneSeries, withLayout, withPlanesToggled, withSeries } from "./grid";
import { withOpenings } from "./hangGrid";
import { keptView, type Looks, restoredView } from "./keptView";

const SERIES = ["1.2.840.1", "1.2.840.2", "1.2.840.3"];
const LOOKS: Looks = {
  panes: {
    "1": { index: 7, range: { lower: -1000, upper: 200 }, isInverted: true, view: null },
  },
  crosshairs: [1, 2, 3],
};
const opening = { start: { at: "MIDDLE" as const }, sopInstanceUid: null, window: null, isFlipped: true };
const HUNG: Grid = {
  ...oneSeries(null),
  panes: [{ id: "1", view: "STACK", seriesInstanceUid: SERIES[0] ?? null, opening }],
};

/** As the browser gives it back. */
const stored = (grid: Grid): unknown => JSON.parse(JSON.stringify(keptView(grid, LOOKS, SERIES)));

describe("the view of a read", () => {
  const sideBySide = withSeries(withLayout(HUNG, "SIDE_BY_SIDE", SERIES), "2", SERIES[2] ?? "");
  test.each([
    ["one pane", HUNG],
    ["two panes", { ...sideBySide, isMaximised: true, hasText: false }],
    [
      "a pane of another layout, as the rule hangs its series",
      withOpenings(HUNG, HUNG, withLayout(HUNG, "SIDE_BY_SIDE", SERIES.slice(0, 1))),
    ],
    ["planes, and what stood before them", withPlanesToggled(sideBySide)],
  ])("comes back: %s", (_, grid) => {
    expect(restoredView(stored(grid), HUNG, SERIES)).toEqual({ grid, looks: LOOKS });
  });

  test("names no image", () => {
    expect(JSON.stringify(stored(withPlanesToggled(sideBySide)))).not.toContain("1.2.840");
  });

  test("the magnifier is not in hand after a reload", () => {
    expect(restoredView(stored({ ...HUNG, isMagnifying: true }), HUNG, SERIES)?.grid.isMagnifying).toBe(
      false,
    );
  });

  test("a series that stands elsewhere now begins as it does there", () => {
    const other = withSeries(HUNG, "1", SERIES[1] ?? "");
    expect(restoredView(stored(other), HUNG, SERIES)?.grid.panes[0]).toEqual({
      id: "1",
      view: "STACK",
      seriesInstanceUid: SERIES[1],
    });
  });
});

test.each([
  ["nothing", null],
  ["no object", "x"],
  ["another version", { ...keptView(HUNG, LOOKS, SERIES), version: 2 }],
  [
    "a layout that nobody knows",
    { version: 1, numberOfSeries: 3, grid: { layout: "NINE", panes: [1] }, looks: LOOKS },
  ],
  ["a case that has other series now", keptView(HUNG, LOOKS, SERIES.slice(1))],
])("%s is not restored", (_, kept) => {
  expect(restoredView(kept, HUNG, SERIES)).toBeNull();
});
