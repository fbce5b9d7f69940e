import { AsyncLocalStorage } from "node:async_hooks";

/** A browser's cookies and its line to the portal, on which things go wrong. */
export interface Device {
  /** What the browser calls itself as an editor. */
  name: string;
  cookies: Map<string, string>;
  isOnline: boolean;
}

export type Fate = "ok" | "request_lost" | "answer_lost" | "duplicated" | "late";

export function newDevice(name: string): Device {
  return { name, cookies: new Map(), isOnline: true };
}

/** Which device requests come from, and what happens to the next one; several desks play at once. */
const line = new AsyncLocalStorage<{ device: Device; fate: Fate }>();
/** Requests that the line has swallowed for now; they arrive when nobody expects them any more. */
const late: (() => Promise<unknown>)[] = [];
let realFetch: typeof fetch;
let origin = "";

/** Put the faulty line in the place of the browser's network; everything above `fetch` is the code under test. */
export function installNetwork(portal: string): void {
  origin = portal;
  realFetch = globalThis.fetch;
  const location = { origin: portal, pathname: "/", search: "", assign: () => undefined };
  Object.assign(globalThis, {
    fetch: faultyFetch,
    window: { location },
    document: {
      get cookie() {
        return cookiesOf(line.getStore()?.device);
      },
    },
  });
}

/** Run something on a device; its first request meets this fate, and what it asks for then arrives. */
export function on<T>(device: Device, fate: Fate, request: () => Promise<T>): Promise<T> {
  return line.run({ device, fate }, request);
}

function cookiesOf(device: Device | undefined): string {
  return [...(device?.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
}

/** Let everything that was late arrive. */
export async function deliverLate(): Promise<void> {
  for (const arrive of late.splice(0)) await arrive();
}

async function faultyFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const from = line.getStore();
  if (!from) throw new Error("a request from nowhere");
  const { device, fate } = from;
  from.fate = "ok";
  const request = new Request(input instanceof Request ? input : new URL(input, origin), init);
  const body = request.method === "GET" ? null : await request.clone().text();
  const send = () => reallySend(device, request, body);
  if (!device.isOnline || fate === "request_lost") throw new TypeError("the line is cut");
  if (fate === "late") {
    late.push(() => send().catch(() => undefined));
    throw new TypeError("no answer in time");
  }
  if (fate === "duplicated") await send();
  const answer = await send();
  if (fate === "answer_lost") throw new TypeError("the answer is lost");
  return answer;
}

async function reallySend(device: Device, request: Request, body: string | null): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Cookie", cookiesOf(device));
  headers.set("Origin", origin);
  const answer = await realFetch(request.url, { method: request.method, headers, body, redirect: "manual" });
  for (const cookie of answer.headers.getSetCookie()) {
    const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split(/=(.*)/s);
    if (value === "" || value === '""') device.cookies.delete(name);
    else device.cookies.set(name, value);
  }
  return answer;
}

/** End the session on the server without telling the browser, as when twelve hours have passed. */
export async function endSession(device: Device): Promise<void> {
  const kept = new Map(device.cookies);
  const headers = {
    "Content-Type": "application/x-www-form-urlencoded",
    "X-CSRFToken": kept.get("csrftoken") ?? "",
  };
  await on(device, "ok", () => fetch("/accounts/sign-out", { method: "POST", headers, body: "" })).catch(
    () => undefined,
  );
  device.cookies = kept;
}
