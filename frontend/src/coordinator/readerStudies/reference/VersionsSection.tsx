import { Badge, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReferenceVersion } from "@/api/reference";
import { referenceVersionsQuery } from "@/api/reference";
import { ErrorNotice } from "@/ui/ErrorNotice";
import { LoadingScreen } from "@/ui/LoadingScreen";
import { Section } from "@/ui/Section";
import { dateTime } from "@/ui/times";
import type { PartProps } from "../parts";
import { LockForm } from "./LockForm";
import { SOURCES } from "./sources";
import { VersionTruths } from "./VersionTruths";

/** All versions with their locks; the newest one can be locked here, and results opened by it. */
export function VersionsSection({ readerStudy }: PartProps) {
  const { data, error, refetch } = useQuery(referenceVersionsQuery(readerStudy.id));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingScreen />;
  const newest = data.versions[0];
  if (!newest) return null;
  return (
    <Section
      title="Versions and lock"
      about="Nobody opens results while the truth can still be chosen: an analysis takes the newest version, and only when it is locked. A locked version never changes; a later one can be locked with a reason."
    >
      <Table aria-label="Versions of the reference standard" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={80}>Version</Table.Th>
            <Table.Th>From</Table.Th>
            <Table.Th ta="right">Positive</Table.Th>
            <Table.Th ta="right">Negative</Table.Th>
            <Table.Th ta="right">Open</Table.Th>
            <Table.Th>Stored</Table.Th>
            <Table.Th>Lock</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.versions.map((version) => (
            <VersionRow key={version.version} version={version} />
          ))}
        </Table.Tbody>
      </Table>
      <VersionTruths readerStudy={readerStudy} versions={data.versions} />
      {!newest.lock && (
        <LockForm
          // Another version takes another look and another password.
          key={newest.version}
          readerStudy={readerStudy}
          version={newest.version}
          numberOpen={newest.is_masked ? null : numberOpen(newest)}
          numberDecided={newest.is_masked ? null : numberDecided(newest)}
          meaning={data.lock_meaning}
        />
      )}
    </Section>
  );
}

function numberOpen(version: ReferenceVersion): number {
  return (version.number_excluded ?? 0) + (version.number_for_adjudication ?? 0);
}

function numberDecided(version: ReferenceVersion): number {
  return (version.number_positive ?? 0) + (version.number_negative ?? 0);
}

function VersionRow({ version }: { version: ReferenceVersion }) {
  const { lock } = version;
  return (
    <Table.Tr>
      <Table.Td>{version.version}</Table.Td>
      <Table.Td style={{ overflowWrap: "anywhere" }}>
        {SOURCES[version.source]}: {version.provenance}
      </Table.Td>
      {version.is_masked ? (
        <Table.Td colSpan={3} ta="right" c="dimmed">
          masked until the lock
        </Table.Td>
      ) : (
        <>
          <Table.Td ta="right">{version.number_positive}</Table.Td>
          <Table.Td ta="right">{version.number_negative}</Table.Td>
          <Table.Td ta="right">{numberOpen(version)}</Table.Td>
        </>
      )}
      <Table.Td>
        {dateTime(version.created_at)}, {version.created_by}
      </Table.Td>
      <Table.Td>
        {lock ? (
          <>
            <Badge color="teal" variant="light">
              Locked
            </Badge>{" "}
            <Text span size="sm" title={lock.meaning_text}>
              {dateTime(lock.locked_at)}, {lock.full_name || lock.username}
              {lock.reason !== "" && `: ${lock.reason}`}
            </Text>
          </>
        ) : (
          <Badge color="gray" variant="light">
            Not locked
          </Badge>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
