import { queryOptions } from "@tanstack/react-query";
import { NO_PREFERENCES, type Preferences } from "@/domain/preferences";
import { Problem } from "./problem";
import { call } from "./send";

export interface StoredPreferences {
  /** 0 while nothing has been set. */
  revision: number;
  content: Preferences;
  updated_at: string | null;
}

export const NONE_STORED: StoredPreferences = { revision: 0, content: NO_PREFERENCES, updated_at: null };
export const PREFERENCES_KEY = ["me", "preferences"];

export const preferencesQuery = queryOptions({
  queryKey: PREFERENCES_KEY,
  // A lost session must not carry a reader away from unsent work: what needs the session says so itself.
  queryFn: ({ signal }) =>
    call<StoredPreferences>("GET", "/api/v1/me/preferences", { signal, stayOnSignOut: true }),
  staleTime: 300_000,
  refetchOnWindowFocus: true,
});

const put = (base_revision: number, content: Preferences) =>
  call<StoredPreferences>("PUT", "/api/v1/me/preferences", { body: { base_revision, content } });

/** Store a change of the preferences; where another window was faster, the same change is made to its result. */
export async function changePreferences(
  known: StoredPreferences,
  change: (content: Preferences) => Preferences,
): Promise<StoredPreferences> {
  try {
    return await put(known.revision, change(known.content));
  } catch (error) {
    if (!(error instanceof Problem && error.code === "stale_revision")) throw error;
    const { current_revision, current_content } = error.document;
    return await put(current_revision as number, change(current_content as Preferences));
  }
}
