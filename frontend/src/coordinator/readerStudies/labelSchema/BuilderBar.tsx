import { Button, Text } from "@mantine/core";
import { useState } from "react";
import type { Question } from "@/domain/labelSchema";
import classes from "./Builder.module.css";
import { CodeListsModal } from "./CodeListsModal";
import { ImportModal } from "./ImportModal";
import { TemplatesModal } from "./TemplatesModal";
import type { SchemaDraft } from "./useSchemaDraft";
import { VersionsModal } from "./VersionsModal";

interface BuilderBarProps {
  readerStudyId: string;
  draft: SchemaDraft;
  version: number;
  isEditable: boolean;
  isSaving: boolean;
  mayBeSaved: boolean;
  onReplace: (questions: Question[]) => void;
  onSave: () => void;
}

type Dialog = "codes" | "templates" | "import" | "versions" | null;

/** What is done with the form as a whole. */
export function BuilderBar(props: BuilderBarProps) {
  const { readerStudyId, draft, version, isEditable } = props;
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const take = (questions: Question[]) => {
    props.onReplace(questions);
    close();
  };
  const button = { size: "compact-sm", fz: "xs", variant: "default" } as const;
  return (
    <div className={classes.bar}>
      {isEditable && <EditButtons {...props} />}
      {isEditable && (
        <>
          <Button {...button} onClick={() => setDialog("templates")}>
            Templates…
          </Button>
          <Button {...button} onClick={() => setDialog("import")}>
            Import…
          </Button>
          <Button {...button} onClick={() => setDialog("codes")}>
            Codes…
          </Button>
        </>
      )}
      {version > 0 && (
        <>
          <Button
            {...button}
            component="a"
            href={`/api/v1/reader-studies/${readerStudyId}/label-schema.json`}
            download
          >
            Export
          </Button>
          <Button {...button} onClick={() => setDialog("versions")}>
            Version {version}…
          </Button>
        </>
      )}
      <Text size="xs" c="dimmed">
        {isEditable && draft.isDirty && "not saved yet"}
      </Text>
      <TemplatesModal isOpen={dialog === "templates"} onClose={close} onTake={take} />
      <CodeListsModal readerStudyId={readerStudyId} isOpen={dialog === "codes"} onClose={close} />
      <ImportModal isOpen={dialog === "import"} onClose={close} onTake={take} />
      <VersionsModal
        readerStudyId={readerStudyId}
        isOpen={dialog === "versions"}
        isEditable={isEditable}
        onClose={close}
        onTake={take}
      />
    </div>
  );
}

function EditButtons({ draft, isSaving, mayBeSaved, onSave }: BuilderBarProps) {
  const { isDirty, drafts, undo, redo } = draft;
  return (
    <>
      <Button size="compact-sm" fz="xs" disabled={!mayBeSaved} loading={isSaving} onClick={onSave}>
        {isDirty || drafts.length === 0 ? "Save the form" : "Saved"}
      </Button>
      <Button.Group>
        <Button size="compact-sm" fz="xs" variant="default" disabled={!undo} onClick={undo} title="Ctrl Z">
          Undo
        </Button>
        <Button
          size="compact-sm"
          fz="xs"
          variant="default"
          disabled={!redo}
          onClick={redo}
          title="Ctrl Shift Z"
        >
          Redo
        </Button>
      </Button.Group>
    </>
  );
}
