import { describe, expect, it } from "vitest";
import { aimText, type EndpointResult, figureName, shownText } from "./plannedResult";

const ENDPOINT: EndpointResult = {
  key: "gain",
  role: "PRIMARY",
  figure: "AUC",
  hypothesis: "NON_INFERIORITY",
  margin: 0.05,
  alpha: 0.025,
  method: "MRMC_OR",
  generalise_to: "READERS_AND_CASES",
  of: { subject: "aided", outcome: { undefined: "no-cases", detail: "There is no case.", n: 0 } },
  against: { subject: "unaided", outcome: null },
  difference: null,
  test: null,
  p_adjusted: null,
  shown: true,
};

describe("an endpoint in words", () => {
  it("names who is compared with whom, and by which limits", () => {
    expect(figureName(ENDPOINT)).toBe("Area under the ROC curve");
    expect(aimText(ENDPOINT)).toBe("aided − unaided, is not worse (margin 0.05, alpha 0.025)");
    expect(aimText({ ...ENDPOINT, against: { value: 0.8 }, hypothesis: "SUPERIORITY", margin: null })).toBe(
      "aided − 0.8, is greater (alpha 0.025)",
    );
    expect(aimText({ ...ENDPOINT, against: null, hypothesis: "ESTIMATE", margin: null })).toBe(
      "aided, estimated",
    );
  });

  it("says what was demonstrated, of primary hypotheses alone", () => {
    expect(shownText(ENDPOINT)).toBe("demonstrated");
    expect(shownText({ ...ENDPOINT, shown: false })).toBe("not demonstrated");
    expect(shownText({ ...ENDPOINT, shown: null })).toBe("undefined");
    expect(shownText({ ...ENDPOINT, role: "SECONDARY" })).toBe("");
    expect(shownText({ ...ENDPOINT, hypothesis: "ESTIMATE", shown: null })).toBe("");
  });
});
