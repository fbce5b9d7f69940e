import type { OwnSession } from "@/api/designs";
import { dateTime } from "@/ui/times";

/** What keeps a session shut, with its moments in the reader's own zone. */
export function shutText({ number, code, detail, opens_at, ends_at }: OwnSession): string {
  if (code === "washout") return `The washout ends ${dateTime(opens_at)}.`;
  if (code === "not_started") return `Your reading begins ${dateTime(opens_at)}.`;
  if (code === "ended") return `Your reading ended ${dateTime(ends_at)}. Ask the coordinator for more time.`;
  if (code === "session_not_open") return `Session ${number} opens ${dateTime(opens_at)}.`;
  if (code === "session_closed") return `Session ${number} closed ${dateTime(ends_at)}.`;
  return detail;
}

/** Until when what is open now can be read; empty where there is no last day. */
export function endText(sessions: OwnSession[]): string {
  const open = sessions.find(({ is_open, signed, total }) => is_open && signed < total);
  return open?.ends_at ? `until ${dateTime(open.ends_at)}` : "";
}
