const KEY = "overread-browser";
let name = "";

/** A random name for this browser, the same in all its windows; it says nothing about the person or the machine. */
export function browserName(): string {
  name ||= stored() ?? crypto.randomUUID();
  return name;
}

function stored(): string | null {
  try {
    const known = window.localStorage.getItem(KEY);
    if (known) return known;
    const made = crypto.randomUUID();
    window.localStorage.setItem(KEY, made);
    return made;
  } catch {
    // Storage is full or switched off: then this window goes by a name of its own.
    return null;
  }
}
