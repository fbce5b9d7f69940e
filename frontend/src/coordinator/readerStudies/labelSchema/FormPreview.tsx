import { Badge, Group, Input, SegmentedControl, Slider, Stack, Text } from "@mantine/core";
import type { Question } from "@/domain/labelSchema";
import type { DraftQuestion } from "@/domain/schemaEditing";

/** The reader's form as it will look; answers go nowhere. */
export function FormPreview({ drafts }: { drafts: DraftQuestion[] }) {
  return (
    <Stack gap="md">
      {drafts.map(({ id, question }) => (
        <Input.Wrapper
          key={id}
          label={question.text || "(no text yet)"}
          description={question.help}
          withAsterisk={question.required}
          size="sm"
        >
          <Answer question={question} />
        </Input.Wrapper>
      ))}
    </Stack>
  );
}

const CONFIDENCE_MARKS = [0, 25, 50, 75, 100].map((value) => ({ value, label: String(value) }));

function Answer({ question }: { question: Question }) {
  switch (question.kind) {
    case "BINARY":
      return (
        <SegmentedControl fullWidth mt={4} defaultValue="" data={["No", "Yes"]} aria-label={question.text} />
      );
    case "ORDINAL":
      return (
        <SegmentedControl
          fullWidth
          mt={4}
          orientation="vertical"
          defaultValue=""
          aria-label={question.text}
          data={question.options.map((option, step) => ({
            value: String(step + 1),
            label: `${step + 1}  ${option}`,
          }))}
        />
      );
    case "CONFIDENCE":
      return <Slider mt="xs" mb="lg" defaultValue={50} marks={CONFIDENCE_MARKS} thumbLabel={question.text} />;
    case "LOCATED_FINDING":
      return (
        <Stack gap={4} mt={4}>
          <Group gap="xs">
            {question.tools.map((tool) => (
              <Badge key={tool} variant="default" radius="sm">
                {tool}
              </Badge>
            ))}
          </Group>
          <Text size="xs" c="dimmed">
            {question.codes.map((code) => code.meaning).join(", ")}
          </Text>
        </Stack>
      );
  }
}
