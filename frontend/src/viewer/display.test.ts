import { describe, expect, test } from "vitest";
import type { DicomJson } from "./dicomJson";
import {
  displaySource,
  hasDisplayOfItsOwn,
  isDerivedWindow,
  isShownAs,
  namedDisplay,
  nameOfDisplay,
  nextDisplay,
  windowFunctionOf,
} from "./display";
import { type Slice, slicesOfSeries } from "./slices";

function slice(extra: DicomJson): Slice {
  const image: DicomJson = {
    "00080018": { Value: ["1.1"] },
    "00080060": { Value: ["CT"] },
    "00280010": { Value: [4] },
    "00280011": { Value: [4] },
    ...extra,
  };
  const [found] = slicesOfSeries([image], () => "http://portal/frames/1");
  if (!found) throw new Error("no slice");
  return found;
}

const TWO_WINDOWS: DicomJson = {
  "00281050": { Value: [40, -600] },
  "00281051": { Value: [400, 1500] },
  "00281055": { Value: ["SOFT", ""] },
};
const TWO = slice(TWO_WINDOWS);

describe("the displays of an image", () => {
  const first = namedDisplay(TWO);

  test("begin with its first window", () => {
    expect(first?.range).toEqual({ lower: -160, upper: 239 });
    expect(first && nameOfDisplay(TWO, first)).toBe("SOFT");
  });

  test("follow one another while the image is shown just so, and begin again", () => {
    if (!first) throw new Error("no display");
    const second = nextDisplay(TWO, first, first.range);
    expect(nameOfDisplay(TWO, second)).toBe("Window 2");
    expect(nextDisplay(TWO, second, second.range)).toEqual(first);
  });

  test("come back first when the reader has windowed by hand", () => {
    if (!first) throw new Error("no display");
    expect(isShownAs(first, { lower: -150, upper: 239 })).toBe(false);
    expect(nextDisplay(TWO, first, { lower: -150, upper: 239 })).toBe(first);
  });

  test("of another slice with the same windows count as the same", () => {
    const twin = slice({ ...TWO_WINDOWS, "00080018": { Value: ["1.2"] } });
    const own = namedDisplay(twin);
    expect(own && nameOfDisplay(TWO, nextDisplay(TWO, own, own.range))).toBe("Window 2");
  });

  test("a single one has no name and no next", () => {
    const one = slice({ "00281050": { Value: [40] }, "00281051": { Value: [400] } });
    const own = namedDisplay(one);
    expect(own && nameOfDisplay(one, own)).toBeNull();
    expect(own && nextDisplay(one, own, own.range)).toBe(own);
  });

  test("there is none where the image asks for none", () => {
    expect(namedDisplay(slice({}))).toBeNull();
  });
});

test("a radiograph is a picture for itself, a slice is not", () => {
  expect(hasDisplayOfItsOwn(slice({ "00080060": { Value: ["MG"] } }))).toBe(true);
  expect(hasDisplayOfItsOwn(TWO)).toBe(false);
});

describe("the slice whose display a stack opens with", () => {
  const stack = (modality: string, photometric = "MONOCHROME2") =>
    [1, 2, 3].map((number) =>
      slice({
        "00080018": { Value: [`1.${number}`] },
        "00080060": { Value: [modality] },
        "00280002": { Value: [photometric === "RGB" ? 3 : 1] },
        "00280004": { Value: [photometric] },
      }),
    );

  test("is the one on which it is hung, wherever it is opened again", () => {
    const slices = stack("MR");
    expect([0, 1, 2].map((shown) => displaySource(slices, shown, 1))).toEqual([1, 1, 1]);
  });

  test("is the one on the screen where each is a picture for itself", () => {
    expect(displaySource(stack("MG"), 2, 0)).toBe(2);
  });

  test("is the one on the screen where one of both is colour", () => {
    const [grey] = stack("US");
    const [colour] = stack("US", "RGB");
    if (!grey || !colour) throw new Error("no slice");
    expect(displaySource([grey, colour], 1, 0)).toBe(1);
    expect(displaySource([colour, grey], 1, 0)).toBe(1);
  });
});

test("a window is called derived only while it is the one in force", () => {
  const derived = { range: { lower: 3, upper: 250 }, choice: null };
  expect(isDerivedWindow(derived, { lower: 3, upper: 250 })).toBe(true);
  // W 400  L 40 of a hanging rule.
  expect(isDerivedWindow(derived, { lower: -160, upper: 239 })).toBe(false);
  expect(isDerivedWindow(namedDisplay(TWO), { lower: -160, upper: 239 })).toBe(false);
  expect(isDerivedWindow(null, null)).toBe(false);
});

test("half of a window of SUV is half of it: whole steps are for stored values", () => {
  const ofPet = {
    ...TWO,
    frame: {
      ...TWO.frame,
      pixels: { ...TWO.frame.pixels, suv: { factor: 1e-4, kind: "BW", refusal: null } },
    },
  };
  expect(windowFunctionOf(ofPet, { range: { lower: 0, upper: 1.6 }, choice: null })).toBe("LINEAR_EXACT");
  const exact = {
    kind: "WINDOW" as const,
    name: null,
    voiFunction: "LINEAR_EXACT" as const,
    center: 0.8,
    width: 1.6,
  };
  expect(windowFunctionOf(ofPet, { range: { lower: 0, upper: 1.6 }, choice: exact })).toBe("LINEAR_EXACT");
  expect(windowFunctionOf(TWO, namedDisplay(TWO))).toBe("LINEAR");
  expect(windowFunctionOf(null, null)).toBe("LINEAR");
});
