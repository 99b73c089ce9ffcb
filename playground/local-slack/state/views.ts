import type { JsonObject } from '../json.ts';
import type { Change } from '../ledger/traffic.ts';
import { withIds } from './elements.ts';
import type { Ids } from './ids.ts';
import type { Block, Installation, StateValues, View } from './records.ts';
import { valuesFor } from './view-state.ts';

/** A view on somebody's screen, with what they typed into it. */
export type OpenView = {
  view: View;
  userId: string;
  values: StateValues;
  errors: { [blockId: string]: string };
  trouble: string | undefined;
};

/** A view as the app sends it, already checked. */
export type ViewContent = JsonObject & { type: 'modal' | 'home'; blocks: Block[] };

export type Views = ReturnType<typeof createViews>;

export const STACK_LIMIT = 3;

/** The modals each person has open (a stack of up to 3) and the Home each has of the app. */
export function createViews({ ids, appId, emit }: { ids: Ids; appId: string; emit: (change: Change) => void }) {
  const stacks = new Map<string, OpenView[]>();
  const homes = new Map<string, OpenView>();

  function stackOf(userId: string): OpenView[] {
    return stacks.get(userId) ?? [];
  }

  function setStack(userId: string, stack: OpenView[]): void {
    stacks.set(userId, stack);
    emit({ kind: 'modal', userId });
  }

  function create(content: ViewContent, installation: Installation, teamId: string): View {
    const id = ids.next('V');
    return {
      ...describe(content),
      id,
      team_id: teamId,
      root_view_id: id,
      previous_view_id: null,
      ...owner(installation),
    };
  }

  function describe(content: ViewContent) {
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    const object = (value: unknown) => (typeof value === 'object' && value !== null ? { ...value } : null);
    return {
      type: content.type,
      title: object(content.title) ?? undefined,
      submit: object(content.submit),
      close: object(content.close),
      blocks: withIds(content.blocks, ids),
      private_metadata: text(content.private_metadata),
      callback_id: text(content.callback_id),
      external_id: text(content.external_id),
      clear_on_close: content.clear_on_close === true,
      notify_on_close: content.notify_on_close === true,
      hash: `${ids.nextTs().split('.')[0]}.${ids.secret(8)}`,
    };
  }

  function owner(installation: Installation) {
    return { app_id: appId, app_installed_team_id: installation.teamId, bot_id: installation.botId };
  }

  return {
    stackOf,
    top: (userId: string): OpenView | undefined => stackOf(userId).at(-1),
    find: (matches: (open: OpenView) => boolean): OpenView | undefined =>
      [...[...stacks.values()].flat(), ...homes.values()].find(matches),
    isOpen: (open: OpenView): boolean => stackOf(open.userId).includes(open),
    /** Puts a modal on top, or opens the first one (then whatever was open is gone). */
    open(
      content: ViewContent,
      on: {
        installation: Installation;
        userId: string;
        teamId: string;
        push: boolean;
        conversation?: string | undefined;
      },
    ): OpenView {
      const below = on.push ? stackOf(on.userId) : [];
      const view = create(content, on.installation, on.teamId);
      const previous = below.at(-1);
      if (previous !== undefined) {
        view.previous_view_id = previous.view.id;
        view.root_view_id = previous.view.root_view_id;
      }
      const values = valuesFor(view.blocks, {}, on.conversation);
      const open: OpenView = { view, userId: on.userId, values, errors: {}, trouble: undefined };
      setStack(on.userId, [...below, open]);
      return open;
    },
    update(open: OpenView, content: ViewContent): void {
      open.view = { ...open.view, ...describe(content) };
      open.values = valuesFor(open.view.blocks, open.values);
      open.errors = {};
      open.trouble = undefined;
      emit({ kind: open.view.type, userId: open.userId });
    },
    /** Closes this modal and what lies on it. */
    close(open: OpenView): void {
      const stack = stackOf(open.userId);
      const at = stack.indexOf(open);
      if (at !== -1) setStack(open.userId, stack.slice(0, at));
    },
    clear(userId: string): void {
      setStack(userId, []);
    },
    /** Something about it changed that the person sees: what they typed, an error. */
    touch(open: OpenView): void {
      emit({ kind: open.view.type, userId: open.userId });
    },
    homeOf: (teamId: string, userId: string): OpenView | undefined => homes.get(`${teamId} ${userId}`),
    publish(content: ViewContent, on: { installation: Installation; userId: string }): OpenView {
      const key = `${on.installation.teamId} ${on.userId}`;
      const before = homes.get(key);
      const view = create(content, on.installation, on.installation.teamId);
      if (before !== undefined) view.id = before.view.id;
      view.root_view_id = view.id;
      const values = valuesFor(view.blocks, before?.values);
      const open: OpenView = { view, userId: on.userId, values, errors: {}, trouble: undefined };
      homes.set(key, open);
      emit({ kind: 'home', userId: on.userId });
      return open;
    },
    forgetTeam(teamId: string): void {
      for (const [key, open] of homes) if (open.view.app_installed_team_id === teamId) homes.delete(key);
    },
  };
}
