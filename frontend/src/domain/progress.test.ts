import { describe, expect, it } from "vitest";
import { agreementText, bars, barsText, percent, rateText } from "./progress";

describe("progress in words", () => {
  it("says what is undefined", () => {
    expect(rateText(null)).toBe("too few to tell");
    expect(agreementText(null)).toBe("no repeat signed");
    const none = { pairs: 1, calls_compared: 0, calls_equal: 0, ratings_compared: 0, rating_drift: null };
    expect(agreementText(none)).toBe("nothing to compare");
    expect(percent(0, 0)).toBe(0);
  });

  it("tells rates and agreement", () => {
    expect(rateText(4.25)).toBe("4.3 a day");
    expect(rateText(31.6)).toBe("32 a day");
    const compared = { pairs: 4, calls_compared: 4, calls_equal: 3, ratings_compared: 4 };
    expect(agreementText({ ...compared, rating_drift: -2.46 })).toBe("3 of 4 calls equal, rating −2.5");
    expect(agreementText({ ...compared, rating_drift: 0.04 })).toBe("3 of 4 calls equal, rating ±0");
    expect(agreementText({ ...compared, calls_compared: 0, rating_drift: 3 })).toBe("rating +3");
  });

  it("draws a bar for each day, the tallest being whole", () => {
    const shown = bars("2026-02-27", [0, 4, 2]);
    expect(shown.map(({ day, height }) => [day, height])).toEqual([
      ["2026-02-27", 0],
      ["2026-02-28", 1],
      ["2026-03-01", 0.5],
    ]);
    expect(barsText(shown)).toBe("Signed per day: 2026-02-28: 4, 2026-03-01: 2");
    expect(barsText(bars("2026-02-27", [0, 0]))).toBe("Nothing signed in 2 days");
  });
});
