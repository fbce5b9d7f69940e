import { type RefObject, useCallback, useRef, useState } from "react";
import { Problem } from "@/api/problem";
import type { SignatureMeaning } from "@/api/reading";

/** What a signature takes besides the content: the password again, and what it means. */
export interface Signature {
  password: string;
  meaning: string;
  meanings: SignatureMeaning[];
  field: RefObject<HTMLInputElement | null>;
  setPassword: (password: string) => void;
  setMeaning: (meaning: string) => void;
  /** What the server's answer means for the password: only a signature that did not get through keeps it. */
  settled: (error: unknown) => void;
}

export function useSignature(meanings: SignatureMeaning[]): Signature {
  const [password, setPassword] = useState("");
  const [meaning, setMeaning] = useState(meanings[0]?.code ?? "");
  const field = useRef<HTMLInputElement>(null);
  const settled = useCallback((error: unknown) => {
    const isAnswered = error === null || error instanceof Problem;
    if (isAnswered) setPassword("");
  }, []);
  return { password, meaning, meanings, field, setPassword, setMeaning, settled };
}

const TOO_MANY_REQUESTS = 429;

export function isWrongPassword(error: unknown): boolean {
  return error instanceof Problem && error.code === "wrong_password";
}

/** Refused for its number, not for its content: the draft is safe, and nothing is repeated by itself. */
export function isLockedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === TOO_MANY_REQUESTS;
}

/** The sentence under the password field, or null when the error is not about the password. */
export function passwordFault(error: unknown): string | null {
  if (isWrongPassword(error)) return "The password is not right. Nothing was signed; the draft is saved.";
  if (isLockedOut(error))
    return "Too many wrong passwords. The draft is saved: wait fifteen minutes without trying, then sign.";
  return null;
}
