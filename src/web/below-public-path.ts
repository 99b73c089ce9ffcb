import type { Route } from './http-server.ts';

/**
 * The routes, also below the path of the public URL: of the reverse proxies in front of the bot, some pass the path on and some
 * remove it.
 */
export function belowPublicPath(routes: Record<string, Route>, publicUrl: string | undefined): Record<string, Route> {
  const prefix = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
  const below = Object.entries(routes).map(([name, route]) => [name.replace(' /', ` ${prefix}/`), route] as const);
  return { ...routes, ...Object.fromEntries(below) };
}
