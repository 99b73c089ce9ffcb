import { createRequire, Module } from 'node:module';

const require = createRequire(import.meta.url);

/** Stands where `App` looks for the receivers that it makes for an app that brings none. */
class NoReceiver {
  constructor() {
    throw new TypeError('Bolt has to be given a receiver');
  }
}

/**
 * Bolt's `App`, for which a receiver has to be made by whoever creates it. The package's main file loads Express as well, and
 * `App` itself loads two receivers with all that those need (jsonwebtoken, semver, raw-body, @slack/oauth, @slack/socket-mode
 * and every part of undici), 230 files of 330: a fifth of the bot's start.
 */
export const BoltApp = loadWithout(['HTTPReceiver', 'SocketModeReceiver']);

function loadWithout(receivers: string[]) {
  const files = receivers.map((name) => require.resolve(`@slack/bolt/dist/receivers/${name}.js`));
  for (const file of files) {
    const module = new Module(file);
    module.exports = { __esModule: true, default: NoReceiver };
    module.loaded = true;
    require.cache[file] = module;
  }
  const bolt: typeof import('@slack/bolt/dist/App.js') = require('@slack/bolt/dist/App.js');
  for (const file of files) delete require.cache[file];
  return bolt.default;
}
