import { Alert, List, Text } from "@mantine/core";
import type { Exclusion } from "@/domain/triage";

/** What the numbers come to, in words. */
export function Sentences({ sentences }: { sentences: string[] }) {
  return (
    <div aria-live="polite">
      {sentences.map((sentence) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
    </div>
  );
}

/** What has to be known of them, and what was left out. */
export function Remarks({ notes, exclusions }: { notes: string[]; exclusions: Exclusion[] }) {
  if (notes.length + exclusions.length === 0) return null;
  return (
    <Alert variant="light" color="yellow" title="To be known">
      <List size="sm">
        {notes.map((note) => (
          <List.Item key={note}>{note}</List.Item>
        ))}
        {exclusions.map(({ reason, detail, n }) => (
          <List.Item key={reason}>
            Left out, {n}: {detail}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
