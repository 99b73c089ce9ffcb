import { findProxy, targetOf } from '../../operations/proxy/find-proxy.ts';
import type { DoctorContext, Finding } from '../command.ts';

/** The way to Slack and ColdSend, if a proxy is set; without its user name and password. */
export function describeProxies({ config: { proxies, slack, coldsend } }: DoctorContext): Finding[] {
  if (proxies.http === undefined && proxies.https === undefined) return [];
  const servers = { Slack: slack.apiUrl, ColdSend: coldsend.apiUrl };
  return Object.entries(servers).map(([name, url]) => {
    const proxy = findProxy(proxies, targetOf(new URL(url)));
    const way = proxy === undefined ? 'directly, without a proxy' : `through the proxy ${proxy.origin}`;
    return { ok: true, says: `The bot reaches ${name} ${way}.` };
  });
}
