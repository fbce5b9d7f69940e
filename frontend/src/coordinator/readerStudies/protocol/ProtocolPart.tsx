import { Anchor, Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  MOST_PDF_ROWS,
  type Protocol,
  type ProtocolVersion,
  protocolFile,
  protocolPdf,
  protocolQuery,
  protocolVersionQuery,
  rowsOf,
} from "@/api/protocol";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { dateTime } from "@/ui/times";
import type { PartProps } from "../parts";
import { AmendForm } from "./AmendForm";
import { ApprovalsSection } from "./ApprovalsSection";
import classes from "./Protocol.module.css";
import { ProtocolText } from "./ProtocolText";

/** The whole reader study as one document, its versions and who approved them. */
export function ProtocolPart({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(protocolQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return <ProtocolView readerStudy={readerStudy} protocol={data} />;
}

function ProtocolView({ readerStudy, protocol }: PartProps & { protocol: Protocol }) {
  const { versions, unrecorded } = protocol;
  const [chosen, setChosen] = useState<string | null>(null);
  const newest = versions[0] ? String(versions[0].number) : "";
  // What is approved is what is frozen: that is shown first, where there is a version.
  const shown = chosen ?? newest;
  const version = versions.find(({ number }) => String(number) === shown);
  const frozen = useQuery({
    ...protocolVersionQuery(readerStudy.id, version?.number ?? 0),
    enabled: version !== undefined,
  });
  const document = version ? frozen.data : protocol.document;
  const rows = document ? rowsOf(document) : 0;
  const isTooLong = rows > MOST_PDF_ROWS;
  return (
    <Stack gap="md">
      <div className={classes.controls}>
        <Group gap="sm" align="flex-end" mb="sm">
          <NativeSelect
            label="Version"
            size="xs"
            w={300}
            value={shown}
            data={[
              ...versions.map((one) => ({ value: String(one.number), label: versionText(one) })),
              { value: "", label: "as it stands now" },
            ]}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          {!isTooLong && (
            <Button
              component="a"
              variant="default"
              size="xs"
              href={protocolPdf(readerStudy.id, version?.number)}
              download
            >
              PDF
            </Button>
          )}
          <Button variant="default" size="xs" onClick={() => window.print()}>
            Print
          </Button>
          {version && (
            <Anchor
              href={protocolFile(readerStudy.id, version.number)}
              download={`protocol-${version.number}.json`}
              size="sm"
              pb={8}
            >
              JSON
            </Anchor>
          )}
        </Group>
        {isTooLong && (
          <Text size="sm" c="dimmed" mb="sm">
            Its tables are too long for a PDF from the server ({rows.toLocaleString("en")} rows, at most{" "}
            {MOST_PDF_ROWS}): print the page, on paper or as a PDF; it holds all of them.
          </Text>
        )}
        {unrecorded.length > 0 && (
          <AmendForm readerStudy={readerStudy} changed={unrecorded} onDone={() => setChosen(null)} />
        )}
      </div>
      {version ? (
        <>
          <ApprovalsSection
            key={version.number}
            readerStudy={readerStudy}
            version={version}
            meanings={protocol.meanings}
          />
          <Frozen readerStudy={readerStudy} version={version} />
        </>
      ) : (
        <ProtocolText document={protocol.document} stand={<Now isDraft={readerStudy.state === "DRAFT"} />} />
      )}
    </Stack>
  );
}

function Frozen({ readerStudy, version }: PartProps & { version: ProtocolVersion }) {
  const { data, error, refetch } = useQuery(protocolVersionQuery(readerStudy.id, version.number));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  return <ProtocolText document={data} stand={<VersionStand version={version} />} />;
}

function Now({ isDraft }: { isDraft: boolean }) {
  return (
    <Text size="sm">
      {isDraft
        ? "Draft. The first version is frozen at the launch, and approved after it."
        : "As it stands now; this is no frozen version."}
    </Text>
  );
}

function VersionStand({ version }: { version: ProtocolVersion }) {
  const { approvals, changed, digest, reason } = version;
  return (
    <>
      <Text size="sm">
        {versionText(version)}, frozen by {version.created_by}.{" "}
        {reason !== "" && `Amended because: ${reason}. `}
        {changed.length > 0 && `Changed: ${changed.join(", ")}.`}
      </Text>
      <Text size="xs" className={classes.digest}>
        SHA-256 {digest}
      </Text>
      {approvals.map((one) => (
        <Text size="sm" key={`${one.username} ${one.meaning}`}>
          {one.full_name || one.username}, {dateTime(one.approved_at)}: “{one.meaning_text}”
        </Text>
      ))}
      {approvals.length === 0 && <Text size="sm">Not approved yet.</Text>}
    </>
  );
}

const versionText = ({ number, created_at }: ProtocolVersion) => `Version ${number}, ${dateTime(created_at)}`;
