const PREFIX = "overread-last-change/";

/**
 * IndexedDB writes in the background, and what it has not finished when the page goes (a reload in the moment in which
 * a mark is done) is lost. So each change also lies here from the moment it is made until that write is done; what is
 * written here is there at once.
 */
export function noteChange(key: string, change: object): void {
  withStorage((storage) => storage.setItem(PREFIX + key, JSON.stringify(change)));
}

export function forgetChange(key: string): void {
  withStorage((storage) => storage.removeItem(PREFIX + key));
}

export function notedChange<T>(key: string): T | undefined {
  const text = withStorage((storage) => storage.getItem(PREFIX + key));
  return text ? (JSON.parse(text) as T) : undefined;
}

/** The keys of all noted changes that begin so. */
export function notedKeys(beginning: string): string[] {
  const all = withStorage((storage) => Object.keys(storage)) ?? [];
  return all.filter((key) => key.startsWith(PREFIX + beginning)).map((key) => key.slice(PREFIX.length));
}

/** Storage that is full or switched off keeps nothing here; IndexedDB, whose failure the reader is told, is still to come. */
function withStorage<T>(use: (storage: Storage) => T): T | undefined {
  try {
    return use(window.localStorage);
  } catch {
    return undefined;
  }
}
