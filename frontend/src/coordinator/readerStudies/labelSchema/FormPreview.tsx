import { Badge, Group, Text } from "@mantine/core";
import { useState } from "react";
import { askedKeys } from "@/domain/conditions";
import { isLocated, type LocatedFindingQuestion, type Question } from "@/domain/labelSchema";
import { toolText } from "@/domain/markText";
import type { Answer } from "@/domain/payload";
import { AnswerField } from "@/ui/form/AnswerField";
import { CannotAssess } from "@/ui/form/CannotAssess";
import { QuestionFrame } from "@/ui/form/QuestionFrame";
import { SectionHead } from "@/ui/form/SectionHead";

/** The reader's own form, to be tried with its conditions; the answers go nowhere. */
export function FormPreview({ questions }: { questions: Question[] }) {
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const [counts, setCounts] = useState<Record<string, number>>({});
  const asked = askedKeys(questions, answers, counts);
  const answer = (key: string, value: Answer | null) => {
    const { [key]: _before, ...others } = answers;
    setAnswers(value === null ? others : { ...others, [key]: value });
  };
  return (
    <div>
      {questions
        .filter(({ key }, index) => asked.has(key) && isFirst(questions, key, index))
        .map((question) =>
          question.kind === "SECTION" ? (
            <SectionHead key={question.key} section={question} />
          ) : (
            <QuestionFrame key={question.key} question={question} gap={undefined}>
              {isLocated(question) ? (
                <>
                  <MarksPreview
                    question={question}
                    count={counts[question.key] ?? 0}
                    onCount={(count) => setCounts({ ...counts, [question.key]: count })}
                  />
                  {question.cannot_assess && (
                    <CannotAssess
                      question={question}
                      answer={answers[question.key]}
                      isDisabled={false}
                      onChange={(value) => answer(question.key, value)}
                    />
                  )}
                </>
              ) : (
                <AnswerField
                  question={question}
                  answer={answers[question.key]}
                  isDisabled={false}
                  onChange={(value) => answer(question.key, value)}
                />
              )}
            </QuestionFrame>
          ),
        )}
    </div>
  );
}

/** While it is being typed a column name can be there twice. */
function isFirst(questions: Question[], key: string, index: number): boolean {
  return questions.findIndex((question) => question.key === key) === index;
}

interface MarksPreviewProps {
  question: LocatedFindingQuestion;
  count: number;
  onCount: (count: number) => void;
}

function MarksPreview({ question, count, onCount }: MarksPreviewProps) {
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
      {question.attributes?.map(({ key, text }) => (
        <Text key={key} size="xs" c="dimmed">
          Asked about each: {text}
        </Text>
      ))}
      <Group gap={4} mt={4}>
        <button type="button" onClick={() => onCount(count + 1)}>
          Pretend a mark
        </button>
        <button type="button" disabled={count === 0} onClick={() => onCount(count - 1)}>
          Take one away
        </button>
        <Text size="xs">{count} marked</Text>
      </Group>
    </>
  );
}
