// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { CaseAnalysed } from "@/api/analysis";
import { CaseFacts } from "./CaseFacts";

test("a score is told apart from the threshold that it just misses", () => {
  // What Mantine asks of a browser and jsdom has not.
  window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as never;
  const ai = { name: "Finder", score: 0.49996, threshold: 0.5, uncertainty: null, study_instance_uid: null };
  const analysed = {
    case_id: "c",
    case: "Case 1",
    truth: 1,
    reference_standard_version: 1,
    lesions: [],
    ai: [{ ...ai, findings: [] }],
    reads: [],
  } satisfies CaseAnalysed;
  const nothing = () => undefined;
  render(
    <MantineProvider env="test">
      <CaseFacts analysed={analysed} layers={[]} hidden={new Set()} onToggle={nothing} onJump={nothing} />
    </MantineProvider>,
  );
  const row = screen.getByRole("row", { name: /AI: Finder/ });
  expect(row.textContent).toContain("negative, wrong0.49996positive from 0.5 on");
});
