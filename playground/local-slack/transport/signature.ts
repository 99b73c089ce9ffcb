import { createHmac } from 'node:crypto';

export type SignOptions = { body: string | Buffer; signingSecret: string; timestampSeconds: number };

/** The headers of a request signed by Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signatureHeaders({ body, signingSecret, timestampSeconds }: SignOptions): { [name: string]: string } {
  const hmac = createHmac('sha256', signingSecret).update(`v0:${timestampSeconds}:`).update(body);
  return {
    'x-slack-request-timestamp': String(timestampSeconds),
    'x-slack-signature': `v0=${hmac.digest('hex')}`,
  };
}
