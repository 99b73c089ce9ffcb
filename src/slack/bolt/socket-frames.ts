import { SocketModeClient } from '@slack/socket-mode';
import { z } from 'zod';

/** Why a frame is dropped. `app_rate_limited`: Slack withholds events because there are too many. */
export type OddFrame =
  | 'binary'
  | 'not_json'
  | 'not_an_object'
  | 'without_envelope_id'
  | 'without_payload'
  | 'app_rate_limited'
  | 'not_taken';

export type Envelope = {
  body: Record<string, unknown>;
  retryNum: number | undefined;
  retryReason: string | undefined;
  /** Rejects where the connection is lost. */
  ack(response?: unknown): Promise<void>;
};

type Ack = Envelope['ack'];

const object = z.record(z.string(), z.unknown());

const envelope = z.object({
  envelope_id: z.string().min(1),
  payload: object.optional().catch(undefined),
  retry_attempt: z.number().optional().catch(undefined),
  retry_reason: z.string().optional().catch(undefined),
});

const emitted = z.object({ ack: z.custom<Ack>((value) => typeof value === 'function') });

type Handlers = {
  onOdd(why: OddFrame): void;
  onEnvelope(envelope: Envelope): void;
  /** Slack is about to close the connection. */
  onDisconnect(): void;
};

/**
 * The SDK's client, with every frame from Slack checked before the client sees it. On some frames the client throws an
 * uncaught error, which ends the process (https://github.com/slackapi/node-slack-sdk/issues/2167). It also emits Slack's
 * events under their own names, so an event named `disconnected` would count as a lost connection. And it closes the connection
 * as soon as Slack announces that it will, seconds before there is another one.
 */
export class FrameClient extends SocketModeClient {
  readonly #on: Handlers;

  constructor(options: ConstructorParameters<typeof SocketModeClient>[0], on: Handlers) {
    super(options);
    this.#on = on;
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const frame = readFrame(data, isBinary);
    if (typeof frame === 'string') return this.#on.onOdd(frame);
    if (frame.type === 'hello') return this.#pass({ type: 'hello' });
    if (frame.type === 'disconnect') return this.#on.onDisconnect();
    const parsed = envelope.safeParse(frame);
    if (!parsed.success) return this.#on.onOdd('without_envelope_id');
    const { envelope_id, payload, retry_attempt, retry_reason } = parsed.data;
    // The client emits this synchronously, with the only function that can acknowledge the frame.
    this.once('envelope', (event: unknown) => {
      const { ack } = emitted.parse(event);
      if (payload !== undefined) {
        this.#on.onEnvelope({ body: payload, retryNum: retry_attempt, retryReason: retry_reason, ack });
        return;
      }
      this.#on.onOdd('without_payload');
      ack().catch(() => {});
    });
    await this.#pass({ type: 'envelope', envelope_id });
  }

  #pass(frame: Record<string, unknown>): Promise<void> {
    return super.onWebSocketMessage(JSON.stringify(frame), false);
  }
}

function readFrame(data: string | ArrayBuffer, isBinary: boolean): Record<string, unknown> | OddFrame {
  if (isBinary || typeof data !== 'string') return 'binary';
  try {
    const frame = object.safeParse(JSON.parse(data));
    return frame.success ? frame.data : 'not_an_object';
  } catch {
    return 'not_json';
  }
}
