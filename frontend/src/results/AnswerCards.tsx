import { List, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import type { Answer } from "@/domain/resultSummary";

/** The answers that a reader of the results looks for first. */
export function AnswerCards({ answers }: { answers: Answer[] }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, xl: answers.length }} spacing="md">
      {answers.map((answer) => (
        <Paper key={answer.question} withBorder p="md" component="section">
          <Title order={5} mb="xs">
            {answer.question}
          </Title>
          <List size="sm" spacing={4} listStyleType="none">
            {answer.lines.map((line) => (
              <List.Item key={line}>
                <Text size="sm">{line}</Text>
              </List.Item>
            ))}
          </List>
        </Paper>
      ))}
    </SimpleGrid>
  );
}
