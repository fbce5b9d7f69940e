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

/** Which device the next request comes from, and what happens to it; read at the moment the request is made. */
let present: { device: Device; fate: Fate } | null = null;
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
        return [...(present?.device.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
      },
    },
  });
}

/** Run something on a device; its first request, which it makes at once, meets this fate. */
export function on<T>(device: Device, fate: Fate, request: () => Promise<T>): Promise<T> {
  present = { device, fate };
  const answer = request();
  present = null;
  return answer;
}

/** Let everything that was late arrive. */
export async function deliverLate(): Promise<void> {
  for (const arrive of late.splice(0)) await arrive();
}

async function faultyFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  // Later requests of the same call (a repeated CSRF token) come from the same device and arrive.
  const { device, fate } = present ?? { device: lastDevice, fate: "ok" as const };
  if (!device) throw new Error("a request from nowhere");
  lastDevice = device;
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

let lastDevice: Device | null = null;

async function reallySend(device: Device, request: Request, body: string | null): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("Cookie", [...device.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
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
