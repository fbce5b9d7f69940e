import { Anchor, Button, FileButton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { preferencesQuery } from "@/api/preferences";
import { EXPORT_NAME, exportText, importedPreferences } from "@/domain/preferences";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Screen } from "@/ui/Screen";
import { saveText } from "@/ui/saveFile";
import { useChangePreferences, usePreferences } from "@/ui/usePreferences";
import { KeysSection } from "./KeysSection";
import { MouseSection } from "./MouseSection";
import { PresetsSection } from "./PresetsSection";
import { ViewerSection } from "./ViewerSection";

/** Keys, mouse and windows of one's own. Every change is stored at once, for every computer one signs in on. */
export function PreferencesScreen() {
  const stored = useQuery(preferencesQuery);
  const { preferences, keymap, mouse } = usePreferences();
  const changing = useChangePreferences();
  const [importError, setImportError] = useState<unknown>(null);
  const change = changing.mutate;
  const bringIn = (file: File | null) => {
    if (!file) return;
    setImportError(null);
    file
      .text()
      .then((text) => {
        const brought = importedPreferences(text);
        change(() => brought);
      })
      .catch(setImportError);
  };
  if (stored.error) return <ErrorNotice error={stored.error} onRetry={() => void stored.refetch()} />;
  if (!stored.data) return <LoadingScreen />;
  const error = importError ?? changing.error;
  return (
    <Screen
      title="Keys, mouse and windows"
      about={
        <>
          <Anchor component={Link} to="/account" size="sm">
            Your account
          </Anchor>
          {
            " · what you set is stored at once and holds wherever you sign in, also in a case that is open now"
          }
        </>
      }
      actions={
        <>
          <Text size="sm" c="dimmed" role="status" data-testid="preferences-state">
            {changing.isPending ? "Saving…" : stored.data.revision > 0 ? "Saved" : "All as delivered"}
          </Text>
          <Button
            variant="default"
            onClick={() => saveText(EXPORT_NAME, exportText(preferences), "application/json")}
          >
            Export
          </Button>
          <FileButton
            onChange={bringIn}
            accept="application/json,.json"
            inputProps={{ "aria-label": "File to import" }}
          >
            {(props) => (
              <Button variant="default" {...props}>
                Import
              </Button>
            )}
          </FileButton>
        </>
      }
    >
      {error !== null && <ErrorNotice error={error} title="The change was not stored" />}
      <KeysSection keymap={keymap} overrides={preferences.hotkeys ?? {}} onChange={change} />
      <MouseSection mouse={mouse} overrides={preferences.mouse ?? {}} onChange={change} />
      <PresetsSection presets={preferences.window_presets ?? []} onChange={change} />
      <ViewerSection viewer={preferences.viewer ?? {}} onChange={change} />
    </Screen>
  );
}
