import { csrfToken } from "./csrf";
import { problemOf, Unreachable } from "./problem";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Where a person signs in again, and comes back from. */
export function signInUrl(here: Location = window.location): string {
  return `/accounts/sign-in?next=${encodeURIComponent(here.pathname + here.search)}`;
}

/**
 * `fetch` against the portal: session cookie, CSRF header, and a thrown `Problem` for every answer that is
 * no success. A lost session leads to the sign-in page unless the caller keeps unsaved work (`stayOnSignOut`).
 */
export async function send(request: Request, stayOnSignOut = false): Promise<Response> {
  if (!SAFE_METHODS.has(request.method)) request.headers.set("X-CSRFToken", csrfToken());
  const response = await fetch(request).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Unreachable(cause);
  });
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && !stayOnSignOut) window.location.assign(signInUrl());
  throw problem;
}

export interface RequestOptions {
  body?: unknown;
  signal?: AbortSignal;
  stayOnSignOut?: boolean;
  /** Let the request finish when the page is closed meanwhile. */
  keepalive?: boolean;
  accept?: string;
}

/** One JSON call: the parsed body on success (`undefined` when there is none), a `Problem` otherwise. */
export async function call<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const isForm = options.body instanceof FormData;
  const headers = new Headers({ Accept: options.accept ?? "application/json" });
  if (options.body !== undefined && !isForm) headers.set("Content-Type", "application/json");
  const request = new Request(new URL(path, window.location.origin), {
    method,
    headers,
    credentials: "same-origin",
    body: isForm ? (options.body as FormData) : jsonBody(options.body),
    signal: options.signal ?? null,
    keepalive: options.keepalive ?? false,
  });
  const response = await send(request, options.stayOnSignOut);
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function jsonBody(body: unknown): string | null {
  return body === undefined ? null : JSON.stringify(body);
}
