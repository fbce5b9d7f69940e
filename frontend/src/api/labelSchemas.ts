import { queryOptions } from "@tanstack/react-query";
import type { LabelSchema, Question } from "@/domain/labelSchema";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

/** A label schema from a file: a template, or one that was exported. */
export interface SchemaFile {
  name: string;
  description: string;
  /** The publication it follows. */
  reference: string;
  questions: Question[];
}

export interface SchemaChange {
  kind: "ADDED" | "REMOVED" | "CHANGED" | "MOVED";
  key: string;
  text: string;
  changed_fields: { field: string; was: unknown; now: unknown }[];
}

export interface SchemaVersion {
  version: number;
  created_at: string;
  created_by: string;
  /** Why it was changed in the pilot. */
  reason: string;
  number_of_questions: number;
  number_of_reads: number;
  is_in_force: boolean;
  /** Against the version before. */
  changes: SchemaChange[];
  /** Why reads of the version before would not fit this one; none when they would. */
  misfits: string[];
  earlier_reads: EarlierReads[];
}

/** Reads of an earlier version; they fit where there is no reason against it. */
export interface EarlierReads {
  version: number;
  number_of_reads: number;
  misfits: string[];
}

export const schemaFileUrl = (id: string, version: number) =>
  `/api/v1/reader-studies/${id}/label-schema.json?version=${version}`;

const base = (id: string) => `/api/v1/reader-studies/${id}/label-schema`;

export const templatesQuery = queryOptions({
  queryKey: ["label-schema-templates"],
  queryFn: ({ signal }) => call<SchemaFile[]>("GET", "/api/v1/label-schema-templates", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const schemaVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(id), "label-schema-versions"],
    queryFn: ({ signal }) => call<SchemaVersion[]>("GET", `${base(id)}/versions`, { signal }),
  });

export const fetchSchemaVersion = (id: string, version: number) =>
  call<LabelSchema>("GET", `${base(id)}/versions/${version}`);

/** What a file holds; a bad file is refused with every fault and its place. Nothing is stored. */
export const checkSchemaFile = (text: string) =>
  call<SchemaFile>("POST", "/api/v1/label-schema-check", { body: { text } });

/** Store a version; `baseVersion` is the one it was made from, 0 for none. In a pilot it has a reason. */
export const putLabelSchema = (id: string, questions: Question[], baseVersion: number, reason = "") =>
  call<LabelSchema>("PUT", base(id), { body: { questions, base_version: baseVersion, reason } });

/** Store an example image; a question names it by its digest. */
export function postSchemaImage(id: string, file: File): Promise<{ sha256: string }> {
  const body = new FormData();
  body.append("file", file);
  return call("POST", `/api/v1/reader-studies/${id}/schema-images`, { body });
}
