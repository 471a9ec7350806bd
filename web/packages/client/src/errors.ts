// What can go wrong, as one class, so that who calls looks at `code` and `retryable` alone.

/** An error as it stands in an answer. */
export interface AnswerError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export class ParlanceError extends Error {
  override readonly name = 'ParlanceError';

  constructor(
    message: string,
    /** The `extensions.code` of the answer, or `NETWORK` if no answer came, or `SIGNED_OUT`. */
    readonly code: string,
    /** Whether the same request may succeed later. */
    readonly retryable: boolean,
    /** For each field of the input that is wrong, what is wrong with it. */
    readonly fields: Readonly<Record<string, string>> = {},
    /** How long to wait before trying again, if the server says so. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static of(errors: readonly AnswerError[]): ParlanceError {
    // Of several, one that no repetition mends decides.
    const error = errors.find((one) => !isRetryable(one)) ?? errors[0];
    if (!error)
      return new ParlanceError('The server answered without a reason.', 'INTERNAL_SERVER_ERROR', false);
    const { code, retryAfterMs } = error.extensions ?? {};
    return new ParlanceError(
      error.message,
      typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
      isRetryable(error),
      fieldsOf(error),
      typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    );
  }

  static network(cause: unknown): ParlanceError {
    return new ParlanceError('The server cannot be reached.', 'NETWORK', true, {}, undefined, { cause });
  }

  static signedOut(): ParlanceError {
    return new ParlanceError('Nobody is signed in.', 'SIGNED_OUT', false);
  }

  static replaced(): ParlanceError {
    return new ParlanceError('Somebody else is signed in now.', 'SIGNED_OUT', false);
  }

  /** Anything that was thrown. */
  static from(thrown: unknown): ParlanceError {
    return thrown instanceof ParlanceError ? thrown : ParlanceError.network(thrown);
  }
}

/** A mutation that took too long runs to its end all the same, so it is repeated only where that is safe. */
const RETRYABLE = ['SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'REQUEST_TIMEOUT', 'TOKEN_EXPIRED'];

function isRetryable({ extensions }: AnswerError): boolean {
  if (extensions?.retryable === true) return true;
  return extensions?.retryable !== false && RETRYABLE.includes(String(extensions?.code));
}

/** The server names the field; of several, the message has a part for each, after its name. */
function fieldsOf({ message, extensions }: AnswerError): Record<string, string> {
  const { field, fields } = extensions ?? {};
  const names = Array.isArray(fields) ? fields.map(String) : typeof field === 'string' ? [field] : [];
  const starts = names.map((name) => (message.startsWith(`${name}: `) ? 0 : message.indexOf(`; ${name}: `)));
  const told: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const start = starts[index] ?? -1;
    const end = Math.min(...starts.filter((other) => other > start), message.length);
    const part = start < 0 ? message : message.slice(start, end).replace(/^; /, '');
    told[name] = part.startsWith(`${name}: `) ? part.slice(name.length + 2) : part;
  }
  return told;
}
