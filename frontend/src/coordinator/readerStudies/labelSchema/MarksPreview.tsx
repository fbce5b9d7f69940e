import { Badge, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { askedKeys } from "@/domain/conditions";
import type { AnswerQuestion, LocatedFindingQuestion } from "@/domain/labelSchema";
import { toolText } from "@/domain/markText";
import type { Answer } from "@/domain/payload";
import { AnswerField } from "@/ui/form/AnswerField";
import { QuestionFrame } from "@/ui/form/QuestionFrame";
import classes from "./Builder.module.css";

interface MarksPreviewProps {
  question: LocatedFindingQuestion;
  count: number;
  onCount: (count: number) => void;
}

/** A located finding without images: marks are pretended, and the first one asks what each will. */
export function MarksPreview({ question, count, onCount }: MarksPreviewProps) {
  const attributes = question.attributes ?? [];
  return (
    <>
      <Group gap={4}>
        {question.tools.map((tool) => (
          <Badge key={tool} variant="default" radius="sm" size="sm">
            {toolText(tool)}
          </Badge>
        ))}
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        Each finding takes a confidence and one of: {question.codes.map((code) => code.meaning).join(", ")}
      </Text>
      {count === 0 && attributes.length > 0 && (
        <Text size="xs" c="dimmed">
          Asked about each: {attributes.map(({ text }) => text).join("; ")}
        </Text>
      )}
      <Group gap={4} mt={6}>
        <Button size="compact-xs" variant="default" onClick={() => onCount(count + 1)}>
          Pretend a mark
        </Button>
        <Button size="compact-xs" variant="default" disabled={count === 0} onClick={() => onCount(count - 1)}>
          Take one away
        </Button>
        <Text size="xs">{count} marked</Text>
      </Group>
      {count > 0 && attributes.length > 0 && <PretendedFinding attributes={attributes} />}
    </>
  );
}

/** What is asked about a finding, to be tried with its conditions. */
function PretendedFinding({ attributes }: { attributes: AnswerQuestion[] }) {
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const asked = askedKeys(attributes, answers);
  const answer = (key: string, value: Answer | null) => {
    const { [key]: _before, ...others } = answers;
    setAnswers(value === null ? others : { ...others, [key]: value });
  };
  return (
    <section className={classes.finding} aria-label="Asked about the first finding">
      {attributes
        .filter(({ key }) => asked.has(key))
        .map((attribute) => (
          <QuestionFrame key={attribute.key} question={attribute} gap={undefined}>
            <AnswerField
              question={attribute}
              answer={answers[attribute.key]}
              isDisabled={false}
              hasKeys={false}
              onChange={(value) => answer(attribute.key, value)}
            />
          </QuestionFrame>
        ))}
    </section>
  );
}
