import { describe, expect, it } from "vitest";
import type { OwnSession } from "@/api/designs";
import { dateTime } from "@/ui/times";
import { endText, shutText } from "./sessionWords";

const AT = "2026-12-24T12:30:00Z";
const session = (changes: Partial<OwnSession>): OwnSession => ({
  number: 2,
  opens_on: null,
  closes_on: null,
  total: 4,
  signed: 1,
  is_open: false,
  code: "",
  detail: "In the server's words.",
  opens_at: AT,
  ends_at: AT,
  is_ordered_by_ai: false,
  ...changes,
});

describe("what keeps a session shut", () => {
  it.each(["washout", "not_started", "ended", "session_not_open", "session_closed"])(
    "%s tells the local time",
    (code) => {
      expect(shutText(session({ code }))).toContain(dateTime(AT));
      expect(shutText(session({ code }))).not.toContain("server");
    },
  );

  it("is in the server's words where no moment is known", () => {
    expect(shutText(session({ code: "session_unfinished", opens_at: null }))).toBe("In the server's words.");
  });

  it("an end is told of what can be read now", () => {
    expect(endText([session({ is_open: true })])).toBe(`until ${dateTime(AT)}`);
    expect(endText([session({ is_open: true, ends_at: null })])).toBe("");
    expect(endText([session({ is_open: true, signed: 4 }), session({})])).toBe("");
  });
});
