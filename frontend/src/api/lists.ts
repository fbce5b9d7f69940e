import { call } from "./send";
import type { Page } from "./types";

/** Every row of a list. Long lists come as pages and are followed to the end; short ones come whole. */
export async function allRows<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const rows: T[] = [];
  let next: string | null = path;
  while (next !== null) {
    const answer: Page<T> | T[] = await call<Page<T> | T[]>("GET", next, { signal });
    if (Array.isArray(answer)) return [...rows, ...answer];
    rows.push(...answer.results);
    next = answer.next;
  }
  return rows;
}

/** `path` with the parameters that have a value. */
export function withParameters(path: string, parameters: Record<string, string | number>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** The largest page the portal gives. */
export const LARGEST_PAGE = 1000;
