import { Problem } from "@/api/problem";

/** The server's faults by field name, to be shown at the fields; empty for every other error. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {};
  return Object.fromEntries(error.errors.map((fault) => [fault.field, fault.detail]));
}

/** The error when it belongs to no field that the form shows. */
export function errorBesideFields(error: unknown, fields: string[]): unknown {
  if (!error) return null;
  const named = Object.keys(fieldErrors(error));
  return named.length > 0 && named.every((field) => fields.includes(field)) ? null : error;
}
