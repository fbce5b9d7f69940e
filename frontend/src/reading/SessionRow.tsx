import { Table } from "@mantine/core";
import type { OwnSession } from "@/api/designs";
import { dateTime } from "@/ui/times";
import { shutText } from "./sessionWords";
import classes from "./Worklist.module.css";

/** The head of a session in the worklist: how far it is, and from when it can be read. */
export function SessionRow({ session }: { session: OwnSession }) {
  return (
    <Table.Tr className={classes.session} data-session={session.number}>
      <Table.Td colSpan={4}>
        <b>Session {session.number}</b> {session.signed} of {session.total} signed
        {session.is_open ? closing(session) : <span className={classes.shut}>{shutText(session)}</span>}
      </Table.Td>
    </Table.Tr>
  );
}

function closing({ ends_at }: OwnSession): string {
  return ends_at ? `, open until ${dateTime(ends_at)}` : "";
}
