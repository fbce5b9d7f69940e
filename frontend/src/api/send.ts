import { csrfToken } from "./csrf";
import { problemOf, unreachable } from "./problem";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Where a person signs in again, and comes back from. */
export function signInUrl(here: Location = window.location): string {
  return `/accounts/sign-in?next=${encodeURIComponent(here.pathname + here.search)}`;
}

const holders = new Set<() => void>();

/** Keep the page where it is when the session is lost, and be told instead; returns how to stop. */
export function onSignedOut(listener: () => void): () => void {
  holders.add(listener);
  return () => holders.delete(listener);
}

function leaveOrTell(): void {
  if (holders.size === 0) window.location.assign(signInUrl());
  for (const tell of holders) tell();
}

/**
 * `fetch` against the portal: session cookie, CSRF header, and a thrown `Problem` for every answer that is
 * no success. A lost session leads to the sign-in page unless the caller says so itself (`stayOnSignOut`) or a screen
 * that keeps unsaved work has asked to be told (`onSignedOut`).
 */
export async function send(request: Request, stayOnSignOut = false): Promise<Response> {
  if (!SAFE_METHODS.has(request.method)) request.headers.set("X-CSRFToken", csrfToken());
  const response = await fetch(request).catch(unreachable);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && !stayOnSignOut) leaveOrTell();
  throw problem;
}

export interface RequestOptions {
  body?: unknown;
  signal?: AbortSignal;
  stayOnSignOut?: boolean;
  /** Let the request finish when the page is closed meanwhile. */
  keepalive?: boolean;
  accept?: string;
  /** However often a POST is sent with one key, it is done once: a double click, or a second try after no answer. */
  idempotencyKey?: string;
}

/** One JSON call: the parsed body on success (`undefined` when there is none), a `Problem` otherwise. */
export async function call<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const isForm = options.body instanceof FormData;
  const headers = new Headers({ Accept: options.accept ?? "application/json" });
  if (options.body !== undefined && !isForm) headers.set("Content-Type", "application/json");
  if (options.idempotencyKey) headers.set("Idempotency-Key", options.idempotencyKey);
  const request = new Request(new URL(path, window.location.origin), {
    method,
    headers,
    credentials: "same-origin",
    body: isForm ? (options.body as FormData) : jsonBody(options.body),
    signal: options.signal ?? null,
    keepalive: options.keepalive ?? false,
  });
  const response = await send(request, options.stayOnSignOut);
  // An answer whose end never came is no answer.
  const text = await response.text().catch(unreachable);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function jsonBody(body: unknown): string | null {
  return body === undefined ? null : JSON.stringify(body);
}
