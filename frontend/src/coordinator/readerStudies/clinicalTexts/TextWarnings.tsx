import { Alert, Button, List, Text } from "@mantine/core";
import { Problem } from "@/api/problem";

/** The problem of texts that may say who the patient is, which can be stored all the same; null for any other. */
export function warningsOf(error: unknown): Problem | null {
  return error instanceof Problem && error.code === "identifies_patient" ? error : null;
}

interface TextWarningsProps {
  details: string[];
  /** Stores the text all the same. */
  onAccept?: (() => void) | undefined;
  isPending?: boolean;
}

/** What of the patient a text holds, by its lines; the words themselves are not repeated. */
export function TextWarnings({ details, onAccept, isPending = false }: TextWarningsProps) {
  return (
    <Alert color="yellow" variant="light" role="alert" title="A text may say who the patient is">
      <List size="sm">
        {details.map((detail) => (
          <List.Item key={detail}>{detail}</List.Item>
        ))}
      </List>
      <Text size="sm" mt="xs">
        Readers see the words as they are stored. Change them, or store them all the same: the audit trail
        notes it.
      </Text>
      {onAccept && (
        <Button mt="sm" size="xs" variant="default" loading={isPending} onClick={onAccept}>
          Store all the same
        </Button>
      )}
    </Alert>
  );
}
