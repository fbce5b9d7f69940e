import { expect, test } from "vitest";
import { becomes, becomesMark, whyNotTaken } from "./aiBecomes";
import type { FindingTool, LocatedFindingQuestion } from "./labelSchema";

const asking = (...tools: FindingTool[]): LocatedFindingQuestion => ({
  key: "lesions",
  kind: "LOCATED_FINDING",
  text: "Lesions",
  required: false,
  tools,
  codes: [],
  minimum_count: 0,
  maximum_count: null,
});

test("a segment stays one where the form knows segments, else becomes what is around it", () => {
  expect(becomes("SEGMENT", ["POINT", "SEGMENT"])).toBe("SEGMENT");
  expect(becomes("SEGMENT", ["POINT", "RECTANGLE"])).toBe("RECTANGLE");
  expect(becomes("SEGMENT", ["LENGTH"])).toBeNull();
  expect(becomesMark("SEGMENT", ["POINT"])).toBe("POINT");
  expect(becomes("NOTHING_KNOWN", ["POINT"])).toBeNull();
});

test("a form that takes long and short axes only says why it cannot take a box, a contour or a segment", () => {
  for (const [kind, name] of [
    ["BOX", "box"],
    ["FREEHAND", "contour"],
    ["SEGMENT", "segment"],
  ] as const) {
    expect(whyNotTaken(kind, asking("BIDIRECTIONAL"))).toBe(
      `"Lesions" is marked by long and short axis only, which the AI's ${name} cannot become: mark it yourself, or reject it.`,
    );
  }
  expect(whyNotTaken("SPHERE", asking("BIDIRECTIONAL"))).toBeNull();
  expect(whyNotTaken("BOX", asking("BIDIRECTIONAL", "POINT"))).toBeNull();
  expect(whyNotTaken("POINT", asking("SEGMENT"))).toContain("marked by segment only");
  // Names keep their capitals.
  expect(whyNotTaken("FREEHAND", asking("COBB", "BOX"))).toContain("marked by Cobb angle, 3D box only");
  expect(whyNotTaken("BOX", null)).toContain("no place for findings");
});
