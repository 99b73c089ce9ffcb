import type { HomeSeen } from '../api.ts';
import type { Core } from '../core.ts';
import type { PersonRecord } from '../state/records.ts';
import { openDm } from '../state/visible-channels.ts';
import { isSubscribed, sendAppEvent } from '../transport/app-events.ts';
import { ClientRefusal } from './client-form.ts';
import { homeSeen } from './seen.ts';

/** How long the app may take to publish before what is there is shown. */
const PUBLISH_WAIT_MS = 5_000;

/** Opens the app's Home: tells the app, and shows what it publishes then; the old one where it publishes nothing. */
export async function openHome(core: Core, person: PersonRecord, tab: 'home' | 'messages'): Promise<HomeSeen> {
  const { installation } = core.state.getWorkspace(person.teamId);
  if (installation === undefined) throw new ClientRefusal('the app is not installed in this workspace');
  const home = () => core.views.homeOf(person.teamId, person.id);
  const view = home()?.view;
  const dm = openDm(core.state, installation, person.id);
  if (isSubscribed(core, 'app_home_opened')) {
    const published = core.keeper.waitFor(() => home()?.view.hash !== view?.hash || undefined, 'the Home', {
      timeoutMs: PUBLISH_WAIT_MS,
    });
    const seenBefore = view === undefined ? {} : { view };
    void sendAppEvent(core, installation, {
      type: 'app_home_opened',
      user: person.id,
      channel: dm.id,
      tab,
      ...seenBefore,
    });
    await published.catch(() => undefined);
  }
  return homeSeen(core, home());
}
