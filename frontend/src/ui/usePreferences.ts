import { useMutation, useMutationState, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { changePreferences, NONE_STORED, PREFERENCES_KEY, preferencesQuery } from "@/api/preferences";
import { type Keymap, keymapOf } from "@/domain/keymap";
import { type MouseMap, mouseMapOf } from "@/domain/mouse";
import { NO_PREFERENCES, type Preferences } from "@/domain/preferences";

const CHANNEL = "overread-preferences";
const CHANGE_KEY = ["change-preferences"];

export type PreferenceChange = (content: Preferences) => Preferences;

export interface InForce {
  preferences: Preferences;
  keymap: Keymap;
  mouse: MouseMap;
}

/** The person's preferences, the defaults until they have come; a change in any tab arrives at once. */
export function usePreferences(): InForce {
  const { data } = useQuery(preferencesQuery);
  const client = useQueryClient();
  useEffect(() => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = () => void client.invalidateQueries({ queryKey: PREFERENCES_KEY });
    return () => channel.close();
  }, [client]);
  // What is on its way to the server shows already.
  const onTheirWay = useMutationState({
    filters: { mutationKey: CHANGE_KEY, status: "pending" },
    select: (mutation) => mutation.state.variables as PreferenceChange,
  });
  const stored = data?.content ?? NO_PREFERENCES;
  return useMemo(() => {
    const preferences = onTheirWay.reduce((content, change) => change(content), stored);
    return {
      preferences,
      keymap: keymapOf(preferences.hotkeys ?? {}),
      mouse: mouseMapOf(preferences.mouse ?? {}),
    };
  }, [stored, onTheirWay]);
}

/** Change the preferences, one change after the other; each is stored at once and told to the other tabs. */
export function useChangePreferences() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: CHANGE_KEY,
    scope: { id: "preferences" },
    mutationFn: (change: PreferenceChange) =>
      changePreferences(client.getQueryData(preferencesQuery.queryKey) ?? NONE_STORED, change),
    onSuccess: (stored) => {
      client.setQueryData(preferencesQuery.queryKey, stored);
      const channel = new BroadcastChannel(CHANNEL);
      channel.postMessage(stored.revision);
      channel.close();
    },
  });
}
