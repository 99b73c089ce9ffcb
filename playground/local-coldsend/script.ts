import type { FieldError } from './contract.ts';

/** Whole answers: what is said. */
export type Saying =
  /** Said, and done, only where the request passes all checks; kept for the next request otherwise. */
  | { kind: 'added'; overallStatus?: string; status?: 200 | 201 }
  /** The documented answer with `success: false`; kept for the next request like `added`. */
  | { kind: 'not_added'; message: string }
  | { kind: 'login_failed'; reason?: string }
  | { kind: 'field_errors'; errors: FieldError[] }
  | { kind: 'key_refused' }
  /** `text`: the older form. `list`: the newer one, in which `error` may be absent. */
  | { kind: 'scopes_missing'; form: 'text' | 'list' | 'list_without_error' }
  | { kind: 'exists' }
  /** Any other refusal with a text: 400, 403, 404, … */
  | { kind: 'refused'; status: number; detail: string }
  /** `retryAfter` and `reset` are headers, sent as given. Without `reset` it is a minute ahead; `false`: no X-RateLimit-*. */
  | { kind: 'rate_limited'; detail?: string; retryAfter?: string; reset?: string | false }
  /** 502 is a proxy's page, not JSON. */
  | { kind: 'server_error'; status: 500 | 502 | 503; retryAfter?: string }
  | { kind: 'redirect'; status: 301 | 302 | 303 | 307 | 308; location: string }
  /** Claims nothing: not JSON, empty, of the wrong shape, too large. */
  | { kind: 'raw'; status: number; headers?: Record<string, string>; body: string };

/** What a network can do to an answer; without `of`, to the one that ColdSend would give by itself. */
export type Mishap =
  | { kind: 'cut_off'; afterBytes: number; of?: Script }
  /** `before_reading` leaves the request's body unread, so it can't be aimed at an address. */
  | { kind: 'reset'; when: 'before_reading' | 'after_reading' }
  /** The account is added (unless `added: false`), but the connection is closed before any answer. */
  | { kind: 'lost_answer' }
  /** Stays silent for ever; with `afterBytes`, from the middle of the answer's body on. */
  | { kind: 'hang'; afterBytes?: number; of?: Script }
  | { kind: 'slow'; delayMs: number; of?: Script }
  | { kind: 'drip'; bytes: number; everyMs: number; of?: Script };

/**
 * How one request is to be answered. `added` says whether the account is kept, whatever is answered; a request that
 * fails the checks never adds one. Left out, it is kept where the answer is that of an account added, also when that
 * answer is cut off or lost.
 */
export type Script = (Saying | Mishap) & { added?: boolean };

export type Delivery =
  | { kind: 'whole' }
  | { kind: 'cut'; afterBytes: number }
  | { kind: 'drip'; bytes: number; everyMs: number }
  | { kind: 'hang'; afterBytes: number | undefined }
  | { kind: 'close' }
  | { kind: 'reset'; when: 'before_reading' | 'after_reading' };

export type Plan = {
  delayMs: number;
  /** Undefined: what ColdSend would say by itself. */
  saying: Saying | undefined;
  /** Undefined: as the answer says. */
  added: boolean | undefined;
  delivery: Delivery;
};

/** Unfolds a script: mishaps around a saying become a delay, a saying and a way of delivering it. */
export function planAnswer(script: Script | undefined): Plan {
  if (script === undefined) {
    return { delayMs: 0, saying: undefined, added: undefined, delivery: { kind: 'whole' } };
  }
  const plan = unfold(script);
  return { ...plan, added: script.added ?? plan.added };
}

function unfold(script: Script): Plan {
  switch (script.kind) {
    case 'slow': {
      const of = planAnswer(script.of);
      return { ...of, delayMs: script.delayMs + of.delayMs };
    }
    case 'cut_off':
      return { ...planAnswer(script.of), delivery: { kind: 'cut', afterBytes: script.afterBytes } };
    case 'drip':
      return {
        ...planAnswer(script.of),
        delivery: { kind: 'drip', bytes: script.bytes, everyMs: script.everyMs },
      };
    case 'hang': {
      const { afterBytes } = script;
      const of = planAnswer(script.of);
      const added = of.added ?? (afterBytes === undefined ? false : undefined);
      return { ...of, added, delivery: { kind: 'hang', afterBytes } };
    }
    case 'lost_answer':
      return { ...planAnswer(undefined), delivery: { kind: 'close' } };
    case 'reset':
      return { ...planAnswer(undefined), added: false, delivery: { kind: 'reset', when: script.when } };
    default:
      return { ...planAnswer(undefined), saying: script };
  }
}
