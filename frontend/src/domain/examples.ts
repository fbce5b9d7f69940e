import type { LabelSchema } from "./labelSchema";
import type { Finding, Geometry, Mark } from "./payload";

/** Built for tests only: a schema with every kind of question. */
export const EVERY_KIND: LabelSchema = {
  version: 1,
  questions: [
    { key: "present", kind: "BINARY", text: "Nodule present?", required: true, role: "CALL" },
    {
      key: "suspicion",
      kind: "ORDINAL",
      text: "Suspicion",
      required: true,
      options: ["definitely not", "probably not", "unsure", "probably", "definitely"],
    },
    { key: "confidence", kind: "CONFIDENCE", text: "Confidence", required: true, role: "RATING" },
    {
      key: "nodules",
      kind: "LOCATED_FINDING",
      text: "Nodules",
      required: false,
      tools: ["POINT", "LENGTH"],
      codes: [{ scheme: "RADLEX", value: "RID50149", meaning: "pulmonary nodule" }],
      minimum_count: 0,
      maximum_count: 2,
    },
  ],
};

export function exampleFinding(id: string, change: Partial<Finding> = {}): Finding {
  return {
    id,
    question: "nodules",
    code: { scheme: "RADLEX", value: "RID50149", meaning: "pulmonary nodule" },
    confidence: 80,
    answers: {},
    marks: [exampleMark(`mark of ${id}`)],
    ...change,
  };
}

export function exampleMark(id: string): Mark & { geometry: Geometry } {
  return {
    id,
    geometry: {
      kind: "POINT",
      points_mm: [[1, 2, 3]],
      frame_of_reference_uid: "1.2.3",
      sop_instance_uid: "1.2.3.4",
      series_instance_uid: "1.2.3.5",
      frame_number: 1,
    },
    measurements: {},
  };
}
