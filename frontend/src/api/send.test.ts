// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { csrfToken } from "./csrf";
import { Problem, Unreachable } from "./problem";
import { call, signInUrl } from "./send";

// The network is the boundary here: everything up to `fetch` is the code under test.
function answer(status: number, body: string, type = "application/problem+json") {
  const calls: Request[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    calls.push(request);
    return new Response(status === 204 ? null : body, { status, headers: { "Content-Type": type } });
  });
  return calls;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a problem document becomes a Problem with its code and field errors", async () => {
  const errors = [{ field: "suspicion", code: "required", detail: "Answer this question." }];
  answer(400, JSON.stringify({ title: "Incomplete", status: 400, code: "incomplete", errors }));
  const failure = await call("POST", "/api/v1/reads/1/sign", { body: {} }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Problem);
  expect((failure as Problem).code).toBe("incomplete");
  expect((failure as Problem).errors).toEqual(errors);
});

test("an HTML page of a proxy is said as its status, not as a JSON fault", async () => {
  answer(502, "<html>Bad gateway</html>", "text/html");
  const failure = await call("GET", "/api/v1/me").catch((error: unknown) => error);
  expect((failure as Problem).code).toBe("http_502");
});

test("no answer at all is Unreachable", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(call("GET", "/api/v1/me")).rejects.toBeInstanceOf(Unreachable);
});

test.each([200, 409])("an answer of %i that breaks off in its middle is Unreachable", async (status) => {
  const body = new ReadableStream({
    start(line) {
      line.enqueue(new TextEncoder().encode('{"title": "Stale'));
      line.error(new TypeError("terminated"));
    },
  });
  const headers = { "Content-Type": "application/problem+json" };
  vi.stubGlobal("fetch", async () => new Response(body, { status, headers }));
  await expect(call("PUT", "/api/v1/x", { body: {} })).rejects.toBeInstanceOf(Unreachable);
});

test("unsafe methods carry the CSRF header and JSON, safe ones do not", async () => {
  vi.spyOn(document, "cookie", "get").mockReturnValue("a=b; csrftoken=abc%3D");
  const calls = answer(200, '{"ok": true}', "application/json");
  expect(await call("PUT", "/api/v1/x", { body: { a: 1 } })).toEqual({ ok: true });
  await call("GET", "/api/v1/x");
  expect(calls[0]?.headers.get("X-CSRFToken")).toBe("abc=");
  expect(calls[0]?.headers.get("Content-Type")).toBe("application/json");
  expect(calls[1]?.headers.has("X-CSRFToken")).toBe(false);
});

test("a key goes along so that a double click is done once", async () => {
  const calls = answer(201, "{}", "application/json");
  await call("POST", "/api/v1/x", { body: {}, idempotencyKey: "0c2f7a52-one-dialog" });
  expect(calls[0]?.headers.get("Idempotency-Key")).toBe("0c2f7a52-one-dialog");
});

test("an empty body answers undefined", async () => {
  answer(204, "");
  expect(await call("DELETE", "/api/v1/tokens/1")).toBeUndefined();
});

test("a lost session stays on the page when the caller keeps unsaved work", async () => {
  answer(401, JSON.stringify({ title: "Sign in", status: 401, code: "not_authenticated" }));
  const before = window.location.href;
  await expect(call("PUT", "/api/v1/x", { stayOnSignOut: true })).rejects.toMatchObject({
    code: "not_authenticated",
  });
  expect(window.location.href).toBe(before);
});

test("sign-in comes back to the page with its query", () => {
  const here = { pathname: "/assignments/1", search: "?a=b&c" } as Location;
  expect(signInUrl(here)).toBe("/accounts/sign-in?next=%2Fassignments%2F1%3Fa%3Db%26c");
});

test("a cookie whose name only ends in csrftoken is not taken", () => {
  expect(csrfToken("xcsrftoken=1; other=2")).toBe("");
});
