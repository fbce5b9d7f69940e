import { describe, expect, it } from "vitest";
import { Line, lineText } from "./line";

const MIB = 1024 * 1024;

describe("Line", () => {
  it("takes a short way for a fast line until something is measured", () => {
    expect(new Line(() => ({ rtt: 0, downlink: 10 })).form).toBe("raw");
    expect(new Line(() => ({ rtt: 0, downlink: 2 })).form).toBe("htj2k");
    expect(new Line(() => ({ rtt: 100, downlink: 10 })).form).toBe("htj2k");
    expect(new Line().form).toBe("htj2k");
  });

  it("chooses by what it has measured, whatever the hint says", () => {
    const slow = new Line(() => ({ rtt: 0, downlink: 10 }));
    slow.add(4 * MIB, 335); // 100 Mbit/s
    expect(slow.measured).toBeCloseTo(100, 0);
    expect(slow.form).toBe("htj2k");
    expect(lineText(slow)).toBe("HTJ2K, lossless, 100 Mbit/s");
    const fast = new Line();
    fast.add(4 * MIB, 33); // 1 Gbit/s
    expect(fast.form).toBe("raw");
  });

  it("is not misled by one odd transfer, nor by small ones", () => {
    const line = new Line();
    for (let index = 0; index < 10; index += 1) line.add(4 * MIB, 33);
    line.add(4 * MIB, 3_000);
    expect(line.form).toBe("raw");
    line.add(1_000, 500);
    expect(line.measured).toBeGreaterThan(600);
  });

  it("comes down when the line stays slow", () => {
    const line = new Line();
    line.add(4 * MIB, 33);
    for (let index = 0; index < 5; index += 1) line.add(4 * MIB, 3_000);
    expect(line.form).toBe("htj2k");
  });
});
