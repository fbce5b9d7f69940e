import { expect, test } from "vitest";
import { nextMode, type Slab, slabText, THIN_PLANE, withThickness } from "./slab";

test("the modes go round", () => {
  const modes = [1, 2, 3, 4].reduce<Slab[]>(
    (all) => [...all, nextMode(all.at(-1) ?? THIN_PLANE)],
    [THIN_PLANE],
  );
  expect(modes.map(({ mode }) => mode)).toEqual(["THIN", "MIP", "MINIP", "AVERAGE", "THIN"]);
});

test("a thin plane made thicker is a maximum; the ends hold", () => {
  expect(withThickness(THIN_PLANE, 1)).toEqual({ mode: "MIP", thickness_mm: 10 });
  expect(withThickness(THIN_PLANE, -1)).toBe(THIN_PLANE);
  expect(withThickness({ mode: "MIP", thickness_mm: 10 }, 1).thickness_mm).toBe(15);
  expect(withThickness({ mode: "MIP", thickness_mm: 3 }, -1).thickness_mm).toBe(3);
  expect(withThickness({ mode: "AVERAGE", thickness_mm: 100 }, 1).thickness_mm).toBe(100);
});

test("the text names mode and thickness", () => {
  expect(slabText(THIN_PLANE)).toBeNull();
  expect(slabText({ mode: "MINIP", thickness_mm: 5 })).toBe("MinIP 5 mm");
});
