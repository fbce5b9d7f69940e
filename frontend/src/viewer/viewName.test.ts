import { expect, test } from "vitest";
import mammography from "../../../portal/imaging/schemas/mammography-views.json";
import type { DicomJson } from "./dicomJson";
import { viewNameOf } from "./viewName";

const value = (...content: unknown[]) => ({ Value: content });
const code = (text: string, more: DicomJson = {}): DicomJson => ({ "00080100": value(text), ...more });

test.each<[string, DicomJson, string | null]>([
  ["View Position", { "00200062": value("R"), "00185101": value("MLO") }, "R MLO"],
  ["its code, SNOMED CT", { "00200062": value("L"), "00540220": value(code("399162004")) }, "L CC"],
  ["its code, SNOMED RT", { "00200062": value("L"), "00540220": value(code("R-10226")) }, "L MLO"],
  [
    "a modifier within the view",
    {
      "00200062": value("R"),
      "00540220": value(code("399162004", { "00540222": value(code("399055006")) })),
    },
    "R CC spot compression",
  ],
  [
    "the side of the frames",
    {
      "52009229": value({ "00209071": value({ "00209072": value("L") }) }),
      "00540220": value(code("399368009")),
    },
    "L MLO",
  ],
  ["the side of the series", { "00200060": value("L"), "00185101": value("LL") }, "L LL"],
  ["an unpaired part", { "00200062": value("U"), "00185101": value("PA") }, "PA"],
  ["a code that nobody knows", { "00200062": value("R"), "00540220": value(code("1")) }, null],
  ["a side alone", { "00200062": value("R") }, null],
])("%s", (_, instance, name) => {
  expect(viewNameOf(instance)).toBe(name);
});

test("has the table that the portal lets these codes pass by: each code once, one of each coding", () => {
  const codes = [...Object.values(mammography.views), ...Object.values(mammography.modifiers)].flat();
  expect(new Set(codes).size).toBe(codes.length);
  for (const [view, [snomedCt, snomedRt]] of Object.entries(mammography.views)) {
    for (const text of [snomedCt, snomedRt]) {
      expect(viewNameOf({ "00540220": value(code(text ?? "")) })).toBe(view);
    }
  }
});
