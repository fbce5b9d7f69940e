import { Text } from "@mantine/core";
import type { FieldChange } from "@/api/history";

/** What changed, field by field: what was there, and what came. */
export function ChangeList({ changes }: { changes: FieldChange[] }) {
  if (changes.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing to show
      </Text>
    );
  }
  return (
    <>
      {changes.map((change) => (
        <Text key={change.field} size="sm">
          {/[?.:]$/.test(change.label) ? change.label : `${change.label}:`}{" "}
          {change.before !== null && <del>{change.before}</del>}
          {change.before !== null && change.after !== null && " → "}
          {change.after === null ? " taken away" : <ins>{change.after}</ins>}
        </Text>
      ))}
    </>
  );
}
