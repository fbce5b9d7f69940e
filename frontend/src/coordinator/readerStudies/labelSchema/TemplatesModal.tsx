import { Button, Group, Modal, NavLink, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type SchemaFile, templatesQuery } from "@/api/labelSchemas";
import type { Question } from "@/domain/labelSchema";
import { ErrorNotice } from "@/ui/ErrorNotice";
import classes from "./Builder.module.css";
import { FormPreview } from "./FormPreview";

export interface TakeModalProps {
  isOpen: boolean;
  onClose: () => void;
  onTake: (questions: Question[]) => void;
}

/** The templates that come with the portal, each to be tried before it is taken. */
export function TemplatesModal({ isOpen, onClose, onTake }: TakeModalProps) {
  const { data, error, refetch } = useQuery({ ...templatesQuery, enabled: isOpen });
  const [name, setName] = useState<string | null>(null);
  const chosen = data?.find((template) => template.name === name) ?? data?.[0];
  return (
    <Modal opened={isOpen} onClose={onClose} title="Start from a template" size="xl" centered>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <div className={classes.templates}>
        <nav aria-label="Templates">
          {data?.map((template) => (
            <NavLink
              key={template.name}
              component="button"
              label={template.name}
              description={template.description}
              active={template === chosen}
              onClick={() => setName(template.name)}
            />
          ))}
        </nav>
        {chosen && <SchemaPreview key={chosen.name} file={chosen} />}
      </div>
      {chosen && (
        <Group justify="flex-end" mt="md">
          <Text size="xs" c="dimmed">
            It takes the place of what is being built; undo brings that back.
          </Text>
          <Button onClick={() => onTake(chosen.questions)}>Take this template</Button>
        </Group>
      )}
    </Modal>
  );
}

/** A label schema from a file as readers would see it. */
export function SchemaPreview({ file }: { file: SchemaFile }) {
  const count = file.questions.filter(({ kind }) => kind !== "SECTION").length;
  return (
    <div className={classes.tried}>
      <Text size="sm" fw={600}>
        {file.name || "Without a name"}: {count} {count === 1 ? "question" : "questions"}
      </Text>
      {file.reference && (
        <Text size="xs" c="dimmed">
          After: {file.reference}
        </Text>
      )}
      <FormPreview questions={file.questions} />
    </div>
  );
}
