/** One field-level fault inside a problem document. */
export interface ProblemField {
  field: string;
  row?: number;
  code: string;
  detail: string;
}

export interface ProblemDocument {
  title: string;
  status: number;
  code: string;
  detail?: string;
  errors?: ProblemField[];
  [extension: string]: unknown;
}

/** An answer of the portal that is not a success: RFC 9457, with our stable `code`. */
export class Problem extends Error {
  readonly document: ProblemDocument;

  constructor(document: ProblemDocument) {
    super(document.detail || document.title);
    this.name = "Problem";
    this.document = document;
  }

  get code(): string {
    return this.document.code;
  }

  get status(): number {
    return this.document.status;
  }

  get errors(): ProblemField[] {
    return this.document.errors ?? [];
  }
}

/** The portal could not be reached at all: no network, or the server is down. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The portal cannot be reached. Check the network; the page tries again by itself.", { cause });
    this.name = "Unreachable";
  }
}

/** What a rejected `fetch` or a body that broke off means; a request that its caller has given up stays that. */
export function unreachable(cause: unknown): never {
  if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
  throw new Unreachable(cause);
}

/** Read the problem document of a failed response; proxies answer with HTML, which is said as such. */
export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get("Content-Type") ?? "";
  if (type.includes("json")) {
    const body = jsonOf(await response.text().catch(unreachable));
    if (isProblemDocument(body)) return new Problem({ ...body, status: response.status });
  }
  return new Problem({
    title: `The server answered ${response.status} ${response.statusText}`.trim(),
    status: response.status,
    code: `http_${response.status}`,
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isProblemDocument(body: unknown): body is ProblemDocument {
  return typeof body === "object" && body !== null && "title" in body && "code" in body;
}

/** Whether something was not stored because what it was made from is not what is stored any more. */
export function isStale(error: unknown): boolean {
  return error instanceof Problem && error.status === 409 && error.code.startsWith("stale_");
}
