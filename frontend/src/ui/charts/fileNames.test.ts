import { describe, expect, it } from "vitest";
import { fileNamePart } from "./fileNames";

describe("words as part of a file name", () => {
  it("keep letters and digits", () => {
    expect(fileNamePart("Lung nodules: AI vs. readers (2024)")).toBe("lung-nodules-ai-vs-readers-2024");
    expect(fileNamePart("Größe / Übersicht")).toBe("größe-übersicht");
  });

  it("never name a folder, and end somewhere", () => {
    expect(fileNamePart("../../etc/passwd")).toBe("etc-passwd");
    expect(fileNamePart("a".repeat(500))).toHaveLength(60);
    expect(fileNamePart("***")).toBe("");
  });
});
