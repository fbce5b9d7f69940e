import { WebhookList } from "../webhooks/WebhookList";
import type { PartProps } from "./parts";

/** Programs that are told what happens in this reader study. */
export function WebhooksPart({ readerStudy }: PartProps) {
  return <WebhookList readerStudyId={readerStudy.id} />;
}
