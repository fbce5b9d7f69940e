import { Alert, Button, List, Text } from "@mantine/core";
import { Problem } from "@/api/problem";
import { dateTime } from "./times";

interface ErrorNoticeProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}

/** A failure in the words of the server, its stable code for support, and the faults by field. */
export function ErrorNotice({ error, title, onRetry }: ErrorNoticeProps) {
  const problem = error instanceof Problem ? error : null;
  const opensAt = problem?.document.opens_at;
  const text = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      color="red"
      variant="light"
      title={title ?? problem?.document.title ?? "Something went wrong"}
      role="alert"
    >
      <Text size="sm">
        {text}
        {typeof opensAt === "string" && ` It opens ${dateTime(opensAt)}.`}
      </Text>
      {problem && problem.errors.length > 0 && (
        <List size="sm" mt="xs">
          {problem.errors.map((fault) => (
            <List.Item key={`${fault.row ?? ""}.${fault.field}.${fault.code}`}>
              {fault.row === undefined ? "" : `Row ${fault.row}: `}
              {fault.field ? `${fault.field}: ` : ""}
              {fault.detail}
            </List.Item>
          ))}
        </List>
      )}
      {problem && (
        <Text size="xs" mt="xs">
          Code {problem.code} ({problem.status})
        </Text>
      )}
      {onRetry && (
        <Button mt="sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
