import { BOT_SCOPES } from '../slack/ids.ts';
import {
  FAILURE_PAGES,
  INSTALL_PAGE,
  INSTALLED_PAGE,
  type InstallFailure,
  NEXT_STEPS,
  REFERENCE,
  START_AGAIN_BUTTON,
} from './install-sentences.ts';
import type { Page, Part } from './page.ts';

/** The page that links to Slack's own page at `authorizeUrl`. */
export function installPage(authorizeUrl: string): Page {
  return {
    title: INSTALL_PAGE.title,
    parts: [
      paragraph(INSTALL_PAGE.intro),
      { kind: 'heading', text: INSTALL_PAGE.whatItMay },
      { kind: 'list', ordered: false, items: BOT_SCOPES.map((scope) => INSTALL_PAGE.scopes[scope] ?? scope) },
      paragraph(INSTALL_PAGE.reads),
      paragraph(INSTALL_PAGE.oneWorkspace),
      { kind: 'button', text: INSTALL_PAGE.button, href: authorizeUrl },
    ],
  };
}

/** The page after installing. `again`: the workspace had installed it before. */
export function installedPage(installed: { teamId: string; teamName: string; appId: string; again: boolean }): Page {
  const { teamId, teamName, appId, again } = installed;
  const home = `https://slack.com/app_redirect?${new URLSearchParams({ app: appId, team: teamId })}`;
  return {
    title: INSTALLED_PAGE.title(again),
    parts: [
      paragraph(INSTALLED_PAGE.where(teamName === '' ? teamId : teamName)),
      ...(again ? [paragraph(INSTALLED_PAGE.kept)] : []),
      { kind: 'heading', text: INSTALLED_PAGE.next },
      { kind: 'list', ordered: true, items: [...NEXT_STEPS] },
      { kind: 'button', text: INSTALLED_PAGE.open, href: home },
    ],
  };
}

/** @param reference the support code to find in the log; undefined if the log has nothing about it */
export function failurePage(failure: InstallFailure, reference?: string): Page {
  const { title, paragraphs, startAgain } = FAILURE_PAGES[failure];
  return {
    title,
    parts: [
      ...paragraphs.map(paragraph),
      ...(reference === undefined ? [] : [paragraph(REFERENCE(reference))]),
      // A relative link, so that it also works behind a proxy.
      ...(startAgain ? [{ kind: 'button' as const, text: START_AGAIN_BUTTON, href: 'install' }] : []),
    ],
  };
}

function paragraph(text: string): Part {
  return { kind: 'paragraph', text };
}
