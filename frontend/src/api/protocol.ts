import { queryOptions } from "@tanstack/react-query";
import { readerStudyKey } from "./readerStudies";
import { call } from "./send";

export interface ProtocolTable {
  title: string;
  header: string[];
  rows: string[][];
}

export interface ProtocolSection {
  key: string;
  title: string;
  sentences: string[];
  tables: ProtocolTable[];
}

/** The protocol in words, as it stands or as it was frozen. */
export interface ProtocolDocument {
  title: string;
  sections: ProtocolSection[];
}

export interface ProtocolApproval {
  username: string;
  full_name: string;
  approved_at: string;
  meaning: string;
  meaning_text: string;
  digest: string;
}

export interface ProtocolVersion {
  number: number;
  created_at: string;
  created_by: string;
  /** Empty at the launch. */
  reason: string;
  /** Titles of the sections that the version before has otherwise. */
  changed: string[];
  digest: string;
  approvals: ProtocolApproval[];
}

export interface Protocol {
  document: ProtocolDocument;
  /** Titles of the sections that no version holds yet. */
  unrecorded: string[];
  /** Newest first; none before the launch. */
  versions: ProtocolVersion[];
  meanings: { code: string; text: string }[];
}

const base = (readerStudyId: string) => `/api/v1/reader-studies/${readerStudyId}/protocol`;

export const protocolQuery = (readerStudyId: string) =>
  queryOptions({
    queryKey: [...readerStudyKey(readerStudyId), "protocol"],
    queryFn: ({ signal }) => call<Protocol>("GET", base(readerStudyId), { signal }),
  });

/** Address of the stored bytes of a version. */
export const protocolFile = (readerStudyId: string, number: number) =>
  `${base(readerStudyId)}/versions/${number}`;

/** More rows in all tables together the server draws no PDF of: `too_long_for_pdf`. */
export const MOST_PDF_ROWS = 400;

export const rowsOf = ({ sections }: ProtocolDocument): number =>
  sections.flatMap(({ tables }) => tables).reduce((sum, { rows }) => sum + rows.length, 0);

/** Address of a version as a PDF; without a number of the protocol as it stands. */
export const protocolPdf = (readerStudyId: string, number?: number) =>
  number === undefined ? `${base(readerStudyId)}.pdf` : `${protocolFile(readerStudyId, number)}/protocol.pdf`;

/** A frozen version never changes, so it is fetched once. */
export const protocolVersionQuery = (readerStudyId: string, number: number) =>
  queryOptions({
    queryKey: ["protocol", readerStudyId, number],
    queryFn: ({ signal }) => call<ProtocolDocument>("GET", protocolFile(readerStudyId, number), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const amendProtocol = (readerStudyId: string, reason: string) =>
  call<Protocol>("POST", base(readerStudyId), { body: { reason } });

export const approveProtocol = (
  readerStudyId: string,
  number: number,
  body: { password: string; meaning: string },
) => call<Protocol>("POST", `${protocolFile(readerStudyId, number)}/approvals`, { body });
