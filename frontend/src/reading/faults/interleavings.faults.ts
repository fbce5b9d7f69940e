import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Unreachable } from "@/api/problem";
import { call } from "@/api/send";
import { canonical, type ReadPayload } from "@/domain/payload";
import { installNetwork, on } from "./network";
import { idsOf, type Place, Play } from "./play";
import { scriptOf } from "./script";
import type { Account } from "./tab";

/** The trial that tests/faults/test_interleavings.py has prepared on a live portal. */
interface Trial {
  url: string;
  account: Account;
  cases: { assignmentId: string; readId: string; place: Place }[];
  seeds: number[];
  atOnce: number;
}

interface RevisionRow {
  number: number;
  kind: string;
  payload: ReadPayload;
}

const trial = JSON.parse(readFileSync(process.env.OVERREAD_TRIAL ?? "", "utf8")) as Trial;

async function revisionsOf(play: Play, readId: string): Promise<RevisionRow[]> {
  const [device] = play.devices;
  if (!device) throw new Error("a play has devices");
  const path = `/api/v1/reads/${readId}/revisions`;
  for (let tries = 0; ; tries += 1) {
    try {
      return await on(device, "ok", () => call<RevisionRow[]>("GET", path));
    } catch (error) {
      // The worker that was asked may be the one that is killed.
      if (!(error instanceof Unreachable) || tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** Play one interleaving and say what is wrong with what the server holds afterwards. */
async function faultsOf(seed: number, one: Trial["cases"][number]): Promise<string[]> {
  const play = new Play(seed, trial.account, one.assignmentId, one.place);
  await play.open();
  for (const step of scriptOf(seed)) await play.step(step);
  await play.recover();
  const revisions = await revisionsOf(play, one.readId);
  const last = revisions.at(-1)?.payload;
  const { made, takenAway, acknowledged } = play.expected;
  lived.marks += made.size;
  lived.takenAway += takenAway.size;
  lived.drafts += acknowledged.length;
  lived.merges += play.expected.merges;
  const faults: string[] = [];
  const held = (last?.findings ?? []).map((finding) => finding.id);
  if (new Set(held).size !== held.length) faults.push("a finding is there twice");
  const ids = last ? idsOf(last) : new Set<string>();
  for (const id of made) if (!takenAway.has(id) && !ids.has(id)) faults.push(`finding ${id} is lost`);
  const marks = (last?.findings ?? []).flatMap((finding) => finding.marks.map((mark) => mark.id));
  if (new Set(marks).size !== marks.length) faults.push("a mark is there twice");
  const kept = new Set(revisions.map((revision) => canonical(revision.payload)));
  for (const payload of acknowledged)
    if (!kept.has(canonical(payload))) faults.push("an acknowledged draft is gone");
  if (revisions.some((revision, index) => revision.number !== index + 1))
    faults.push("the revisions have gaps");
  return faults;
}

/** What the interleavings have been through, so that a script in which nothing happens does not pass for a proof. */
const lived = { marks: 0, takenAway: 0, drafts: 0, merges: 0 };

/** Each case is one reader's desk: its interleavings come one after the other, several cases at once. */
async function playAll(): Promise<Record<string, string[]>> {
  const wrong: Record<string, string[]> = {};
  const queue = [...trial.seeds];
  const desk = async (one: Trial["cases"][number]) => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      const faults = await faultsOf(seed, one).catch((error: unknown) => [String(error)]);
      if (faults.length > 0) wrong[seed] = faults;
    }
  };
  await Promise.all(trial.cases.slice(0, trial.atOnce).map(desk));
  return wrong;
}

test(`after ${trial.seeds.length} interleavings of work and faults every mark is there exactly once`, {
  timeout: 800_000,
}, async () => {
  installNetwork(trial.url);
  expect(await playAll()).toEqual({});
  const { merges, ...often } = lived;
  // How many merges there are is a matter of timing: of few interleavings one is enough.
  expect(merges).toBeGreaterThan(trial.seeds.length < 200 ? 0 : trial.seeds.length / 20);
  for (const times of Object.values(often)) expect(times).toBeGreaterThan(trial.seeds.length);
});
