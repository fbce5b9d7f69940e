import { expect, test } from "vitest";
import { planeNotice } from "./planeNotice";

const NOTHING = { tool: null, isSegmenting: false, isMagnifying: false };

test("with nothing in hand a plane has nothing to say", () => {
  expect(planeNotice(NOTHING)).toBeNull();
});

test("a marking tool, a segment tool and the magnifier are sent to the stack by name", () => {
  expect(planeNotice({ ...NOTHING, tool: "COBB" })).toEqual({
    short: "Cobb angle: draw on the stack",
    sentence:
      "Cobb angle: marks are drawn on the original slices, not on a plane. Draw in the stack pane beside the planes, or leave the planes.",
  });
  expect(planeNotice({ ...NOTHING, isSegmenting: true })?.short).toBe("Segments: draw on the stack");
  expect(planeNotice({ ...NOTHING, isMagnifying: true })?.short).toBe("Magnifier: on the stack only");
});
