import { Anchor, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { readerStudyFiles } from "@/api/readerStudies";
import { Section } from "@/ui/Section";
import { MaskNotice } from "./masking/MaskNotice";
import { useIsMasked } from "./masking/useIsMasked";
import type { PartProps } from "./parts";

/** The way out for the labels: files by hand, the API for programs. */
export function LabelsPart({ readerStudy }: PartProps) {
  const isMasked = useIsMasked(readerStudy.id);
  const address = `${window.location.origin}/api/v1/reader-studies/${readerStudy.id}/labels`;
  const command = [
    `curl -H "Authorization: Bearer $OVERREAD_TOKEN" \\`,
    `  "${address}?format=csv&updated_since=2026-01-01T00:00:00Z"`,
  ].join("\n");
  return (
    <Stack gap="lg">
      <MaskNotice readerStudyId={readerStudy.id} />
      <Section
        title="Download"
        about={`Signed reads only: ${readerStudy.number_signed} of ${readerStudy.number_of_assignments} so far.`}
        actions={isMasked === false && <Downloads readerStudy={readerStudy} />}
      >
        {isMasked && (
          <Text size="sm" role="status">
            Labels hold the readers’ answers, which are masked until the reader study is locked: they can be
            downloaded then, or for an hour after you have broken the mask.
          </Text>
        )}
        <Text size="sm">
          One row per read: reader, case, imaging study, every answer in a column of its own, and the located
          findings with their geometry in patient millimetres. JSON lines hold one read a line.
        </Text>
      </Section>
      <Section title="From a program">
        <Text size="sm">
          Make a token with read scope under{" "}
          <Anchor component={Link} to="/account" size="sm">
            your account
          </Anchor>
          , or give somebody the role API client under People. Ask again later with <Code>updated_since</Code>{" "}
          for what is new. The whole API is described at{" "}
          <Anchor href="/api/v1/docs/" size="sm">
            /api/v1/docs/
          </Anchor>
          .
        </Text>
        <Code block>{command}</Code>
        <Group>
          <CopyButton value={command}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy command"}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Section>
    </Stack>
  );
}

function Downloads({ readerStudy: { id, ai_display } }: PartProps) {
  const files = readerStudyFiles(id);
  return (
    <>
      {ai_display === "SECOND_READ" && (
        <Button
          component="a"
          variant="default"
          href={`${files.labelsCsv}&include_first_reads=1`}
          download={`labels-with-first-reads-${id}.csv`}
        >
          CSV with first reads
        </Button>
      )}
      <Button component="a" href={files.labelsCsv} download={`labels-${id}.csv`}>
        CSV
      </Button>
      <Button component="a" variant="default" href={files.labelsJsonLines} download={`labels-${id}.jsonl`}>
        JSON lines
      </Button>
      <Button
        component="a"
        variant="default"
        href={files.measurementsCsv}
        download={`measurements-${id}.csv`}
        title="One row per quantity: of the segments of signed reads, and of the AI's"
      >
        Measurements
      </Button>
    </>
  );
}
