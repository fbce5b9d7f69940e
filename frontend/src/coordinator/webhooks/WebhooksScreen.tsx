import { Screen } from "@/ui/Screen";
import { WebhookList } from "./WebhookList";

/** The site administrator's webhooks: told of every reader study, and of ingests. */
export function WebhooksScreen() {
  return (
    <Screen title="Webhooks of the site" about="They are told of every reader study, and of ingests.">
      <WebhookList readerStudyId={null} />
    </Screen>
  );
}
