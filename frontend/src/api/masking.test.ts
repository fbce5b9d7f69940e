import { expect, test } from "vitest";
import { ownEnd } from "./masking";

test("the end of one's own break is told, not that of a coordinator who broke the mask later", () => {
  const common = { reason: "A wrong image.", created_at: "2026-11-27T08:00:00Z" };
  const breaks = [
    { by: "bea", ends_at: "2026-11-27T09:50:00Z", ...common },
    { by: "ann", ends_at: "2026-11-27T09:10:00Z", ...common },
    { by: "ann", ends_at: "2026-11-26T09:10:00Z", ...common },
  ];
  expect(ownEnd({ breaks }, "ann")).toBe("2026-11-27T09:10:00Z");
  expect(ownEnd({ breaks }, "carl")).toBeNull();
});
