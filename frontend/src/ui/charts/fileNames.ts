import { createContext, useContext } from "react";

/** What the names of a page's downloaded figures begin with: whose they are. */
export const FilePrefix = createContext("");

/** The name of a figure's files, without an ending. */
export function useFileName(name: string): string {
  const prefix = useContext(FilePrefix);
  return prefix ? `${prefix}-${name}` : name;
}

const LONGEST = 60;

/** Words as part of a file name: letters and digits of every script, the rest as single hyphens. */
export function fileNamePart(text: string): string {
  const joined = text
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, LONGEST);
  return joined.replace(/^-+|-+$/g, "");
}
