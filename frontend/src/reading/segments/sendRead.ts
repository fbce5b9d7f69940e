import * as api from "@/api/reading";
import { forgetSegments, uploadSegments } from "./segmentStore";

/** Save a draft, its segments first: the server refuses a draft that names voxels it does not have. */
export async function saveDraft(
  personId: string,
  readId: string,
  body: api.SaveRequest,
): Promise<api.DraftSaved> {
  await uploadSegments(personId, readId, body.payload);
  return api.saveDraft(readId, body);
}

export async function freezeFirstRead(
  personId: string,
  readId: string,
  body: api.SaveRequest,
): Promise<api.FirstReadFrozen> {
  await uploadSegments(personId, readId, body.payload);
  return api.freezeFirstRead(readId, body);
}

export async function signRead(
  personId: string,
  readId: string,
  body: api.SignRequest,
): Promise<api.ReadSigned> {
  await uploadSegments(personId, readId, body.payload);
  const signed = await api.signRead(readId, body);
  await forgetSegments(personId, readId);
  return signed;
}
