import { expect, test } from "vitest";
import type { DicomJson } from "./dicomJson";
import { factLines, factsOf, factsOfSlice, frameRateOf } from "./imageFacts";

const value = (content: unknown) => ({ Value: [content] });

test("the lines over a CT image", () => {
  const instance: DicomJson = {
    "00200011": value(2),
    "00080060": value("CT"),
    "00201041": value(-12.25),
    "00180050": value(3),
    "00180060": value("120"),
    "00181151": value(50),
    "00100010": value({ Alphabetic: "NOBODY^EVER" }),
  };
  expect(factLines(factsOf(instance))).toEqual([
    "Series 2 · CT",
    "Loc −12.3 mm · Thick 3 mm",
    "120 kV · 50 mA",
  ]);
});

test("the lines over an MR image; what is missing is left out", () => {
  const instance: DicomJson = {
    "00080060": value("MR"),
    "00180080": value(500),
    "00180081": value(12.4),
    "52009229": value({ "00289110": value({ "00180050": value(1.5) }) }),
  };
  expect(factLines(factsOf(instance))).toEqual(["MR", "Thick 1.5 mm", "TR 500 ms · TE 12.4 ms"]);
  expect(factLines(factsOf({}))).toEqual([]);
});

test("a mammogram says its side and view before all else", () => {
  const instance: DicomJson = {
    "00200011": value(1),
    "00080060": value("MG"),
    "00200062": value("R"),
    "00185101": value("MLO"),
  };
  expect(factLines(factsOf(instance))).toEqual(["R MLO", "Series 1 · MG"]);
});

test("the place of a slice without Slice Location is its distance along the normal, towards the left, back or head", () => {
  const plane = { columns: 4, rows: 4, spacing: null, position: [-100, 20, 35.5] as const };
  const facing = (row: [number, number, number], column: [number, number, number]) => {
    const facts = factsOfSlice(factsOf({}), { ...plane, orientation: { row, column } });
    return facts.location_mm;
  };
  expect(facing([1, 0, 0], [0, 1, 0])).toBe(35.5);
  // Seen from the head instead of the feet it lies where it lay.
  expect(facing([-1, 0, 0], [0, 1, 0])).toBe(35.5);
  expect(facing([1, 0, 0], [0, 0, -1])).toBe(20);
  expect(facing([0, 1, 0], [0, 0, -1])).toBe(-100);
  // 30 degrees between the axes of back and head: 20 sin 30 + 35.5 cos 30.
  const [cos, sin] = [Math.sqrt(3) / 2, 0.5];
  expect(facing([1, 0, 0], [0, cos, -sin])).toBeCloseTo(20 * sin + 35.5 * cos, 9);
});

test("what the file names stands, and a slice without a place has none", () => {
  const orientation = { row: [1, 0, 0], column: [0, 1, 0] } as const;
  const plane = { columns: 4, rows: 4, spacing: null, position: [0, 0, 12] as const, orientation };
  expect(factsOfSlice(factsOf({ "00201041": value(-12.25) }), plane).location_mm).toBe(-12.25);
  expect(factsOfSlice(factsOf({}), { ...plane, position: null }).location_mm).toBeNull();
});

test("the frame rate: a named rate, else from the frame time, else none", () => {
  expect(frameRateOf([{ "00180040": value(24), "00181063": value(100) }])).toBe(24);
  expect(frameRateOf([{ "00181063": value(40) }])).toBe(25);
  expect(frameRateOf([{ "00181063": value(0) }])).toBeNull();
  expect(frameRateOf([])).toBeNull();
});
