import { z } from 'zod';
import type { CommandResult, MessageSeen } from '../api.ts';
import { findBlockKitProblems } from '../block-kit/block-kit-problems.ts';
import type { Core } from '../core.ts';
import { noteSecrets } from '../ledger/secret-watch.ts';
import type { DeliveryOutcome } from '../ledger/traffic.ts';
import type { PersonRecord } from '../state/records.ts';
import { openDm } from '../state/visible-channels.ts';
import { postAnswer, type ResponseOrigin } from '../transport/response-urls.ts';
import { block } from '../web-api/args.ts';
import { ClientRefusal } from './client-form.ts';
import { commandPayload } from './payloads.ts';
import { messageSeen } from './seen.ts';

const ackBody = z.looseObject({
  text: z.string().optional(),
  blocks: z.array(block).optional(),
  attachments: z.array(z.looseObject({})).optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
});

/** Sends `/name text` from a channel (the conversation with the app unless said otherwise) and shows what comes back. */
export async function sendCommand(
  core: Core,
  person: PersonRecord,
  line: string,
  { channelId, throughTeamId = person.teamId }: { channelId?: string; throughTeamId?: string },
): Promise<CommandResult> {
  const [command = '', ...words] = line.split(' ');
  if (!command.startsWith('/')) throw new ClientRefusal('a command starts with a slash');
  const { installation } = core.state.getWorkspace(throughTeamId);
  const isKnown = core.app.commands === 'all' || core.app.commands.includes(command);
  if (installation === undefined || !isKnown || !installation.scopes.includes('commands')) {
    return result(
      'not_a_command',
      `${command} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands.`,
    );
  }
  const channel =
    channelId === undefined ? openDm(core.state, installation, person.id) : core.state.getChannel(channelId);
  if (!channel.members.has(person.id)) throw new ClientRefusal(`${person.name} is not in ${channel.name}`);
  if (channel.is_archived) throw new ClientRefusal(`${channel.name} is archived`);

  const actor = { core, person, installation };
  const { payload, origin } = commandPayload(actor, { command, text: words.join(' ').trim(), channel });
  const before = new Set(ephemeralTo(core, person.id, channel.id));
  const delivery = await core.deliveries.deliver('slash_commands', installation.teamId, payload);
  if (delivery.outcome === 'ok') showAck(core, origin, delivery.response);
  const fresh = core.messages
    .inChannel(channel.id)
    .find((message) => message.onlyFor === person.id && !before.has(message.ts));
  return {
    ...result(
      delivery.outcome,
      troubleOf(command, delivery.outcome, delivery.httpStatus),
      fresh && messageSeen(core, fresh),
    ),
    responseUrl: String(payload.response_url),
    ms: delivery.ms,
  };
}

function ephemeralTo(core: Core, userId: string, channelId: string): string[] {
  return core.messages
    .inChannel(channelId)
    .filter(({ onlyFor }) => onlyFor === userId)
    .map(({ ts }) => ts);
}

/** A command's acknowledgement may carry a message: plain text, or a JSON object. */
function showAck(core: Core, origin: ResponseOrigin, response: unknown): void {
  noteSecrets(core, 'acknowledgement of a command', response);
  const parsed = ackBody.safeParse(typeof response === 'string' ? { text: response } : (response ?? {}));
  if (!parsed.success) {
    core.keeper.noteProblem(`a command was acknowledged with no message: ${z.prettifyError(parsed.error)}`);
    return;
  }
  const { text = '', blocks = [], attachments = [], response_type } = parsed.data;
  if (text === '' && blocks.length === 0 && attachments.length === 0) return;
  core.keeper.notePayload('message', { text, blocks });
  for (const problem of findBlockKitProblems('message', { text, blocks })) {
    core.keeper.noteProblem(`acknowledgement of a command: ${problem}`);
  }
  postAnswer(core, origin, { text, blocks, attachments }, { response_type });
}

function result(status: CommandResult['status'], trouble: string | undefined, ephemeral?: MessageSeen): CommandResult {
  return { status, trouble, ephemeral, responseUrl: undefined, ms: 0 };
}

function troubleOf(command: string, outcome: DeliveryOutcome, httpStatus: number | undefined): string | undefined {
  if (outcome === 'ok') return undefined;
  const names: Record<Exclude<DeliveryOutcome, 'ok'>, string> = {
    operation_timeout: 'operation_timeout',
    not_delivered: 'dispatch_failed',
    bad_answer: 'invalid_command_response',
    http_error: httpStatus !== undefined && httpStatus >= 500 ? 'http_service_error' : 'dispatch_failed',
  };
  return `${command} failed with the error "${names[outcome]}"`;
}
