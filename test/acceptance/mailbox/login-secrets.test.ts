import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Account } from '../../../playground/local-mail/accounts.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { placesOf } from '../world/places-of.ts';
import { addInbox, CONNECTION_FAILED, startMailWorld, waitForReply } from './mail-world.ts';

/** A server may say anything, even what it was sent. */
function echoing(password: string): Record<string, Account> {
  const base64 = Buffer.from(`\0jane@acme.test\0${password}`).toString('base64');
  const said = `you sent ${password}, ${base64}, ${encodeURIComponent(password)}`;
  const refusing = (smtp: string, imap: string): Account => ({
    smtp: { refusal: `${smtp} ${said}` },
    imap: { refusal: `${imap} ${said}` },
  });
  return {
    'wrong@acme.test': refusing('535 5.7.8', 'NO [AUTHENTICATIONFAILED]'),
    'app@acme.test': refusing(
      '534 5.7.9 Application-specific password required',
      'NO [ALERT] Application-specific password',
    ),
    'later@acme.test': refusing('454 4.7.0', 'NO [UNAVAILABLE]'),
    'odd@acme.test': refusing('599', 'BAD'),
    'closes@acme.test': { smtp: 'closes', imap: 'closes' },
  };
}

for (const level of ['debug', 'trace']) {
  test(`with LOG_LEVEL=${level}, no password shows up anywhere, whatever a mail server answers`, async (context) => {
    const password = `"'\\<&>%+ /ü€pw-${randomBytes(8).toString('hex')}`;
    const accounts = echoing(password);
    const mailWorld = await startMailWorld(context, { accounts, env: { LOG_LEVEL: level } });
    const { world, mail } = mailWorld;
    const { bot, coldsend, slack } = world;
    for (const address of Object.keys(accounts)) {
      coldsend.answerNext(CONNECTION_FAILED);
      await addInbox(mailWorld, { address, password });
      assert.match((await waitForReply(mailWorld, address)).rendered, /Our check:/);
    }
    assert.equal(mail.connections(), 2 * Object.keys(accounts).length);
    const metrics = await (await fetch(`${bot.url}/metrics`)).text();
    const secrets = { password };
    assert.deepEqual(findSecrets(metrics, secrets), [], 'the metrics');
    assert.equal(await bot.stop(), 0);
    for (const [where, text] of Object.entries(placesOf(world)))
      assert.deepEqual(findSecrets(text, secrets), [], where);
    assert.ok(!placesOf(world)['what it printed']?.includes('you sent'), "the log has none of the server's words");
    assert.deepEqual(slack.problems, []);
  });
}
