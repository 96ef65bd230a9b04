// The desk and the mail folders, seen from outside: what lies in a mailbox, and
// what the program's own verbs say.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as tick } from 'node:timers/promises';

const { MAILDIRS, SPORTELLO, CONFIG } = process.env;

/** patience is how long anything may take, in milliseconds. */
export const patience = Number(process.env.PATIENCE ?? 90_000);

/** until asks again until look answers something, for as long as patience. */
export async function until(what, look) {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await tick(50)) {
    const seen = await look();
    if (seen) return seen;
  }
  throw new Error(`never came: ${what}`);
}

/** verb runs `sportello …` and returns what it printed. */
const verb = (...args) => execFileSync(SPORTELLO, [...args, '--config', CONFIG], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const objects = (...args) => verb(...args, '--json').split('\n').filter(Boolean).map(line => JSON.parse(line));

export const ticket = id => objects('ticket', 'show', String(id))[0];
export const quarantine = () => objects('quarantine', 'list');

/** quiet waits until the desk has nothing more to send. */
export const quiet = () => until('an empty outbox', () => {
  const { queued, sending } = objects('stats')[0].outbox;
  return queued + sending === 0;
});

/** mails are the mails in user's INBOX in the order of their UIDs, each with its file, head and bytes. */
export function mails(user) {
  const dir = join(MAILDIRS, user, 'Maildir'), list = join(dir, 'dovecot-uidlist');
  if (!existsSync(list)) return [];
  const files = new Map(['new', 'cur'].flatMap(sub => readdirSync(join(dir, sub)).map(name => [name.split(':')[0], join(dir, sub, name)])));
  return readFileSync(list, 'utf8').split('\n').flatMap(line => {
    const [, uid, name] = line.match(/^(\d+) .*?:(.+)$/) ?? [], file = files.get(name?.split(':')[0]);
    return file && existsSync(file) ? [mail(Number(uid), file)] : [];
  });
}

function mail(uid, file) {
  const raw = readFileSync(file, 'utf8'), head = raw.slice(0, raw.search(/\r?\n\r?\n/)).replace(/\r?\n[ \t]+/g, ' ');
  return { uid, file, raw, header: name => head.match(new RegExp(`^${name}: *(.*)$`, 'mi'))?.[1].trim() ?? '' };
}

/** letter waits for a mail in user's INBOX for which is answers true. */
export const letter = (user, what, is) => until(`${what} to ${user}`, () => mails(user).find(is));

/** notice tells the automatic letters of a kind about a ticket. */
export const notice = (kind, id) => m => m.header('X-Sportello-Notice') === kind && m.header('X-Sportello-Ticket') === String(id);

/** explain is how the desk reads a mail, with the letters to user that it may quote. */
export function explain(m, user) {
  const sent = mkdtempSync(join(tmpdir(), 'sportello-sent'));
  try {
    mails(user).forEach(l => writeFileSync(join(sent, `${l.uid}.eml`), l.raw));
    return objects('explain', '--sent', sent, m.file)[0];
  } finally {
    rmSync(sent, { recursive: true });
  }
}
