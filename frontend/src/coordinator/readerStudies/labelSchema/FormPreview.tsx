import { Badge, Group, Text } from "@mantine/core";
import { useState } from "react";
import { isLocated, type LocatedFindingQuestion } from "@/domain/labelSchema";
import { toolText } from "@/domain/markText";
import type { Answer } from "@/domain/payload";
import type { DraftQuestion } from "@/domain/schemaEditing";
import { AnswerField } from "@/ui/form/AnswerField";
import { QuestionFrame } from "@/ui/form/QuestionFrame";

/** The reader's own form, to be tried; the answers go nowhere. */
export function FormPreview({ drafts }: { drafts: DraftQuestion[] }) {
  const [answers, setAnswers] = useState<Record<string, Answer | null>>({});
  return (
    <div>
      {drafts.map(({ id, question }) => (
        <QuestionFrame key={id} question={question} gap={undefined}>
          {isLocated(question) ? (
            <MarksPreview question={question} />
          ) : (
            <AnswerField
              question={question}
              answer={answers[id] ?? undefined}
              isDisabled={false}
              onChange={(answer) => setAnswers({ ...answers, [id]: answer })}
            />
          )}
        </QuestionFrame>
      ))}
    </div>
  );
}

function MarksPreview({ question }: { question: LocatedFindingQuestion }) {
  return (
    <>
      <Group gap="xs">
        {question.tools.map((tool) => (
          <Badge key={tool} variant="default" radius="sm">
            {toolText(tool)}
          </Badge>
        ))}
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        Each finding takes a confidence and one of: {question.codes.map((code) => code.meaning).join(", ")}
      </Text>
      {question.attributes?.map(({ key, text }) => (
        <Text key={key} size="xs" c="dimmed">
          Asked about each: {text}
        </Text>
      ))}
    </>
  );
}
