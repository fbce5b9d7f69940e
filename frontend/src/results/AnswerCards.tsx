import { List, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import type { Answer, AnswerLine } from "@/domain/resultSummary";

/** The answers that a reader of the results looks for first. */
export function AnswerCards({ answers }: { answers: Answer[] }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, xl: answers.length }} spacing="md">
      {answers.map((answer) => (
        <Paper key={answer.question} withBorder p="md" component="section" aria-label={answer.question}>
          <Title order={5} mb="xs">
            {answer.question}
          </Title>
          <List size="sm" spacing={6} listStyleType="none">
            {answer.lines.map((line) => (
              <Line key={typeof line === "string" ? line : `${line.text} ${line.about}`} line={line} />
            ))}
          </List>
        </Paper>
      ))}
    </SimpleGrid>
  );
}

function Line({ line }: { line: string | AnswerLine }) {
  const { text, about, verdict }: AnswerLine = typeof line === "string" ? { text: line } : line;
  return (
    <List.Item>
      <Text size="sm">{text}</Text>
      {verdict && (
        <Text size="sm" fw={600}>
          {verdict}
        </Text>
      )}
      {about && (
        <Text size="xs" c="dimmed">
          {about}
        </Text>
      )}
    </List.Item>
  );
}
