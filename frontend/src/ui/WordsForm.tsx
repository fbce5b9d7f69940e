import { Button, Group, Textarea } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";

interface WordsFormProps {
  label: string;
  send: string;
  isPending: boolean;
  isDisabled?: boolean;
  /** Rejects when it was not taken: then the words stay. */
  onSend: (text: string) => Promise<unknown>;
}

const LONGEST_TEXT = 2000;

/** A few lines of text and one button; what was refused stays in the field. */
export function WordsForm({ label, send, isPending, isDisabled = false, onSend }: WordsFormProps) {
  const [text, setText] = useState("");
  // A second click can come before the page knows of the first.
  const isSending = useRef(false);
  const isReady = text.trim() !== "" && !isPending && !isDisabled;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isSending.current) return;
    isSending.current = true;
    onSend(text.trim())
      .then(
        () => setText(""),
        () => undefined, // The caller shows the refusal beside the form.
      )
      .finally(() => {
        isSending.current = false;
      });
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <Textarea
          flex={1}
          size="xs"
          label={label}
          autosize
          minRows={1}
          maxRows={6}
          maxLength={LONGEST_TEXT}
          value={text}
          disabled={isDisabled}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" disabled={!isReady} loading={isPending}>
          {send}
        </Button>
      </Group>
    </form>
  );
}
