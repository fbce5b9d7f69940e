// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdit, type Edit } from "./edits";
import { rounded, sizesOf } from "./measurements";
import {
  EMPTY_PAYLOAD,
  isSegment,
  type Mark,
  MOST_FINDINGS,
  type PatientMm,
  type ReadPayload,
  TOO_MANY_FINDINGS,
} from "./payload";
import { upgradedPayload } from "./payloadUpgrade";

// The same files as tests/annotations/domain/test_payload_schema.py reads.
const ROOT = join(import.meta.dirname, "../../..");
const EXAMPLES = join(ROOT, "tests/shared_examples/payload");
const load = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));
const examples = (folder: string): [string, unknown][] =>
  readdirSync(join(EXAMPLES, folder)).map((name) => [name, load(EXAMPLES, folder, name)]);

const ajv = new Ajv2020({ strict: false });
const newest = ajv.compile(load(ROOT, "annotations/domain/schemas/payload-3.schema.json"));

test.each(examples("valid"))("valid: %s", (_name, payload) => {
  expect(newest(payload), ajv.errorsText(newest.errors)).toBe(true);
});

test.each(examples("invalid"))("invalid: %s", (_name, example) => {
  const { payload, refused_by } = example as { payload: unknown; refused_by: string };
  expect(newest(payload)).toBe(refused_by === "rules");
});

test.each(["1", "2"])("version %s becomes the newest as the server has it", (version) => {
  const { stored, upgraded } = load(EXAMPLES, "upgrade.json")[version];
  expect(upgradedPayload(stored)).toEqual(upgraded);
  expect(upgradedPayload(upgraded)).toBe(upgraded);
});

test("as many findings as the server takes, and refused in its words", () => {
  const { properties } = load(ROOT, "annotations/domain/schemas/payload-3.schema.json");
  expect(properties.findings.maxItems).toBe(MOST_FINDINGS);
  const rules = readFileSync(join(ROOT, "annotations/domain/payload.py"), "utf8");
  const words = TOO_MANY_FINDINGS.replace(String(MOST_FINDINGS), "{MAXIMUM_FINDINGS}");
  expect(rules).toContain(`"too_many", f"${words}"`);
});

describe("what the reader can make", () => {
  const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
  const point = fc.tuple(coordinate, coordinate, coordinate) as fc.Arbitrary<PatientMm>;
  const kinds = [
    ["POINT", 1],
    ["LENGTH", 2],
  ] as const;
  const mark: fc.Arbitrary<Mark> = fc
    .tuple(fc.uuid(), fc.constantFrom(...kinds), fc.array(point, { minLength: 2, maxLength: 2 }))
    .map(([id, [kind, count], points]) => {
      const geometry = {
        kind,
        points_mm: points.slice(0, count),
        frame_of_reference_uid: null,
        sop_instance_uid: "1.2",
        series_instance_uid: "1.3",
        frame_number: 1,
      };
      return { id, geometry, measurements: sizesOf(geometry) };
    });
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ type: fc.constant("answer" as const), key: fc.string(), value: fc.boolean() }),
    fc.tuple(fc.uuid(), mark).map(([id, one]): Edit => {
      const finding = { id, question: null, code: null, confidence: null, answers: {}, marks: [one] };
      return { type: "finding_added", finding };
    }),
  );

  test("passes the schema", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 8 }), (edits) => {
        const payload = edits.reduce<ReadPayload>(applyEdit, EMPTY_PAYLOAD);
        expect(newest(payload), ajv.errorsText(newest.errors)).toBe(true);
      }),
    );
  });
});

test("the sizes in the valid examples are those of their points", () => {
  const marks = examples("valid").flatMap(([, payload]) =>
    (payload as ReadPayload).findings.flatMap((finding) => finding.marks),
  );
  expect(marks.length).toBeGreaterThan(14);
  for (const { geometry, measurements } of marks) {
    // A segment's are those of its voxels (annotations/domain/segment_marks.py).
    if (isSegment(geometry)) continue;
    const sizes = Object.entries(measurements).filter(([name]) => /_(mm[23]?|deg)$/.test(name));
    for (const [name, value] of sizes) {
      expect(sizesOf(geometry)).toMatchObject({ [name]: rounded(Number(value)) });
    }
  }
});
