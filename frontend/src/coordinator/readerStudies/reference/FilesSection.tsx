import { Alert, Anchor, Button, FileButton, Group, NativeSelect, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type FilesPreview,
  type ReferenceFiles,
  referenceFiles,
  referenceVersionsQuery,
} from "@/api/reference";
import { lookAtFiles } from "@/api/referenceJobs";
import { FileFaults } from "@/ui/FileFaults";
import { FixedNumberField } from "@/ui/NumberField";
import { Section } from "@/ui/Section";
import type { PartProps } from "../parts";
import { FilesSeen } from "./FilesSeen";
import { ReferenceJobStatus } from "./ReferenceJobStatus";
import { useReferenceJob } from "./useReferenceJob";

/** Makes a version from files about lesions: chosen, looked at case by case, and then stored as they were seen. */
export function FilesSection({ readerStudy }: PartProps) {
  const { data } = useQuery(referenceVersionsQuery(readerStudy.id));
  const versions = data?.versions ?? [];
  const [asked, setAsked] = useState<ReferenceFiles>({ files: [], baseVersion: null, threshold: 0.5 });
  const work = useReferenceJob<FilesPreview, ReferenceFiles>(readerStudy.id, "FILES", (files) =>
    lookAtFiles(readerStudy.id, files),
  );
  const look = (changes: Partial<ReferenceFiles>) => {
    // What is stored is not looked at once more.
    const next = { ...asked, ...(work.stored === null ? {} : { files: [] }), ...changes };
    setAsked(next);
    if (next.files.length > 0) work.look(next);
    else work.drop();
  };
  return (
    <Section
      title="Lesions from files"
      about="CSV and JSON tables, DICOM segmentations (SEG) and measurement reports (SR, TID 1500), also in a zip. All files of one choice are one version, or none. DICOM files have to be of the images of the cases; what they say is kept with its origin, the files are not."
    >
      <Group gap="sm" align="flex-end">
        <NativeSelect
          label="The files"
          w={260}
          value={asked.baseVersion ?? ""}
          data={[
            { value: "", label: "stand alone" },
            ...versions.map(({ version }) => ({
              value: String(version),
              label: `are added to version ${version}`,
            })),
          ]}
          onChange={({ currentTarget: { value } }) =>
            look({ baseVersion: value === "" ? null : Number(value) })
          }
        />
        <FixedNumberField
          label="Fractional segments from, %"
          w={200}
          min={1}
          max={100}
          allowDecimal={false}
          value={Math.round(asked.threshold * 100)}
          onChange={(percent) => setAsked({ ...asked, threshold: percent / 100 })}
          onBlur={() => {
            // Leaving the field unchanged must not take the preview away under a click.
            if (work.asked && asked.threshold !== work.asked.threshold) look({});
          }}
        />
        <FileButton
          multiple
          accept=".csv,.json,.dcm,.zip,application/dicom"
          onChange={(files) => look({ files })}
          key={work.job?.id}
        >
          {(props) => (
            <Button {...props} loading={work.isLooking} disabled={readerStudy.number_of_cases === 0}>
              Choose files
            </Button>
          )}
        </FileButton>
        {readerStudy.number_of_cases > 0 && (
          <Anchor href={referenceFiles(readerStudy.id).jsonExample} download size="sm">
            Download a JSON example
          </Anchor>
        )}
      </Group>
      {readerStudy.number_of_cases === 0 && (
        <Text size="sm" c="yellow">
          Pick the cases first: the files name them or their images.
        </Text>
      )}
      <ReferenceJobStatus job={work.job} onCancel={work.cancel} />
      {work.error && <FileFaults error={work.error} />}
      {work.stored !== null && (
        <Alert color="teal" variant="light" role="status" title="The files are stored">
          Version {work.stored}; it is not locked yet.
        </Alert>
      )}
      {work.found && (
        <FilesSeen
          seen={work.found}
          nextVersion={(versions[0]?.version ?? 0) + 1}
          isStoring={work.isStoring}
          onStore={work.store}
        />
      )}
    </Section>
  );
}
