import { describe, expect, it } from "vitest";
import { Line, lineText } from "./line";

const MIB = 1024 * 1024;

/** Transfers of four mebibytes, one after another, each of so many milliseconds. */
function lineOf(...milliseconds: number[]): Line {
  const line = new Line();
  let from = 0;
  for (const length of milliseconds) {
    line.add({ bytes: 4 * MIB, from, to: from + length });
    from += length;
  }
  return line;
}

describe("Line", () => {
  it("is taken for a fast one until something is measured", () => {
    expect(new Line().form).toBe("raw");
    expect(lineText(new Line())).toBe("uncompressed");
  });

  it("chooses by what it has measured", () => {
    const slow = lineOf(335); // 100 Mbit/s
    expect(slow.measured).toBeCloseTo(100, 0);
    expect(slow.form).toBe("htj2k");
    expect(lineText(slow)).toBe("HTJ2K, lossless, 100 Mbit/s");
    expect(lineOf(33).form).toBe("raw"); // 1 Gbit/s
  });

  it("counts two transfers that share the line as what they are together", () => {
    const line = new Line();
    line.add({ bytes: 4 * MIB, from: 0, to: 100 });
    line.add({ bytes: 4 * MIB, from: 50, to: 150 });
    expect(line.measured).toBeCloseTo((8 * MIB * 8) / 1000 / 150, 6);
  });

  it("is not misled by one odd transfer, nor by small ones", () => {
    const line = lineOf(33, 33, 33, 33, 33, 200);
    expect(line.form).toBe("raw");
    const before = line.measured;
    line.add({ bytes: 1_000, from: 0, to: 500 });
    expect(line.measured).toBe(before);
  });

  it("comes down when the line stays slow", () => {
    expect(lineOf(33, 3_000, 3_000, 3_000).form).toBe("htj2k");
  });
});
