import { fieldErrors } from "@/ui/fieldErrors";

/** The server's faults by the field of the form: one of a list's entry stands at the list. */
export function planFaults(error: unknown): Record<string, string> {
  const faults = Object.entries(fieldErrors(error));
  return Object.fromEntries(faults.map(([field, detail]) => [field.split(".")[0] ?? field, detail]));
}
