import type { KeptView } from "@/domain/keptView";

const PREFIX = "overread-view ";

const nameOf = (personId: string, assignmentId: string) => `${PREFIX}${personId} ${assignmentId}`;

/** Keep how a read is looked at, for this tab, until signing out. */
export function keepView(personId: string, assignmentId: string, view: KeptView): void {
  try {
    sessionStorage.setItem(nameOf(personId, assignmentId), JSON.stringify(view));
  } catch {
    // Storage is full or switched off: then the case opens as it was hung.
  }
}

export function viewKept(personId: string, assignmentId: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(nameOf(personId, assignmentId)) ?? "null");
  } catch {
    // Unreadable, or storage is switched off: the same.
    return null;
  }
}

export function forgetViews(): void {
  const names = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index));
  for (const name of names) if (name?.startsWith(PREFIX)) sessionStorage.removeItem(name);
}
