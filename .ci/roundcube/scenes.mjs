// What a customer and a technician do in Roundcube, and what the desk must make
// of it. cmd/sportello/roundcube_test.go sets the stage. With SHOTS=DIR pictures
// of the quote, and of a scene that failed with all mail, are left there.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { explain, letter, mails, notice, quarantine, quiet, ticket, until } from './desk.mjs';
import { faults } from './looks.mjs';
import { Person } from './webmail.mjs';

const { SUPPORT, TECHNICIAN, CUSTOMER, SHOTS } = process.env;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});
const mario = await Person.enter(browser, CUSTOMER), anna = await Person.enter(browser, TECHNICIAN);
let passed = 0;
const saw = what => console.log(`    ${what}`);

/** scene plays one, and then wants a desk with nothing to send and nobody's mail put aside. */
async function scene(title, play) {
  console.log(title);
  try {
    await play();
    await quiet();
    assert.deepEqual(quarantine(), [], 'the quarantine');
    passed++;
  } catch (err) {
    if (SHOTS) {
      for (const p of [mario, anna]) await p.page.screenshot({ path: join(shots(), `failed-${p.address}.png`), fullPage: true });
      cpSync(process.env.MAILDIRS, join(shots(), 'mail'), { recursive: true, force: true });
    }
    console.error(err);
    console.log(`${passed} passed, 1 failed`);
    process.exit(1);
  }
}
const shots = () => (mkdirSync(SHOTS, { recursive: true }), SHOTS);

/** drawing is a picture to send, as a data URL. */
async function drawing(words, colour) {
  const page = await browser.newPage({ viewport: { width: 360, height: 90 } });
  await page.setContent(`<body style="margin:0;background:${colour};color:#fff;font:24px sans-serif"><p style="margin:28px">${words}</p>`);
  const png = await page.screenshot();
  await page.close();
  return `<img src="data:image/png;base64,${png.toString('base64')}" alt="${words}">`;
}

/** shown wants the picture of a letter in its text, in the place where its writer saw it. */
async function shown(person, mail, before, after) {
  assert.match(mail.raw, /^Content-Type: *multipart\/related/mi);
  await person.open(mail);
  await person.picture(before, after);
  saw('the picture stands in the text, where it stood');
}

/** without wants none of the desk's own words, and nothing of a technician, in what a customer gets. */
function without(text) {
  for (const own of ['Anagrafica', 'Argomento', 'Copertura', 'Assegnato', 'nota interna', 'Comandi', '#prendo', 'Chi risponde', TECHNICIAN, '+t1.', '+n1.'])
    assert(!text.includes(own), `the customer reads "${own}" in:\n${text}`);
}

const answered = (user, words) => letter(user, `the answer "${words}"`, m => !m.header('X-Sportello-Notice') && explain(m, TECHNICIAN).text.includes(words));
let request, question;

await scene('A customer writes a request with a picture in its text', async () => {
  await mario.write(SUPPORT, 'Sito irraggiungibile: errore 503');
  await mario.rich();
  await mario.paste(`<p>Buongiorno,</p><p>da stamattina il sito rossi.example non risponde: errore 503 per tutti, da ogni rete. Ecco la schermata:</p><p>${await drawing('Errore 503', '#8b1a1a')}</p><p>Il server web è fermo, succede anche dal telefono?</p><p>Mario Rossi</p>`);
  await mario.send();
  request = await letter(TECHNICIAN, 'the new ticket', notice('ticket-new', 1));
  const { messages, state } = ticket(1);
  assert.equal(state, 'open');
  assert.deepEqual(messages[0].attachments.map(a => a.type), ['image/png']);
  await shown(anna, request, 'Ecco la schermata:', 'Il server web');
  await letter(CUSTOMER, 'the acknowledgement', notice('ack', 1));
});

/** quoted asks for extra work and returns the letter with its price. */
async function quoted(id, box) {
  await mario.write(SUPPORT, 'Nuova casella di posta');
  await mario.plain(() => `Buongiorno,\n\npotete creare la casella di posta ${box}@rossi.example? Grazie.\n\nMario Rossi`);
  await mario.send();
  return letter(CUSTOMER, 'the quote', notice('quote', id));
}

const quotes = {};

await scene('The customer asks for three extras, and gets a quote for each', async () => {
  for (const [id, box] of Object.entries({ 2: 'ordini', 3: 'magazzino', 4: 'vendite' })) quotes[id] = await quoted(id, box);
});

await scene('The quote can be read on a phone and on a desk, light and dark', async () => {
  const quote = quotes[2];
  for (const scheme of ['light', 'dark']) for (const width of [320, 800]) {
    const person = await Person.enter(browser, CUSTOMER, { colorScheme: scheme, viewport: { width, height: 900 } });
    await person.open(quote);
    if (SHOTS) {
      const path = join(shots(), `quote-${scheme}-${width}.png`), height = await person.page.evaluate(() => document.querySelector('#message-content')?.scrollHeight ?? 900);
      await person.page.setViewportSize({ width, height: Math.max(900, height + 200) });
      await person.page.screenshot({ path });
    }
    assert.deepEqual(await person.page.evaluate(faults), [], `${scheme}, ${width} px`);
    await person.page.context().close();
  }
  saw('every word stands out, nothing is wider than the window');
});

await scene('The technician clicks the link for a note', async () => {
  const before = mails(CUSTOMER).length;
  await anna.open(request);
  await anna.follow('Scrivi una nota interna');
  const subject = await anna.page.inputValue('#compose-subject');
  assert.match(subject, /^\[Assistenza #1\]/);
  saw(`the mail that opens has the subject "${subject}"`);
  await anna.plain(text => `Chiamare il fornitore prima di rispondere.\n${text}`);
  await anna.send();
  const note = await until('the note', () => ticket(1).messages.find(m => m.kind === 'note'));
  assert.match(note.text, /Chiamare il fornitore/);
  await quiet();
  assert.equal(mails(CUSTOMER).length, before, "mails in the customer's INBOX");
  assert.equal(ticket(1).state, 'open');
});

await scene('The technician answers between the lines', async () => {
  await anna.reply(request);
  await anna.plain(text => {
    const lines = text.split('\n'), at = lines.findIndex(l => l.startsWith('>') && l.includes('succede anche dal telefono?'));
    assert(at > 0, `Roundcube quotes:\n${text}`);
    return lines.toSpliced(at + 1, 0, '', "Sì, da ogni rete: l'abbiamo riavviato e ora risponde.", '').join('\n') + '\n\nAnna Ferretti';
  });
  await anna.send();
  const answer = await answered(CUSTOMER, "l'abbiamo riavviato"), { text } = explain(answer, TECHNICIAN);
  assert.match(text, /> .*succede anche dal telefono\?\nSì, da ogni rete/);
  without(answer.raw), without(text);
  const page = await (await mario.open(answer)).innerText();
  assert.match(page, /succede anche dal telefono\?\s+Sì, da ogni rete/);
  without(page);
  assert.equal(ticket(1).state, 'waiting');
  saw(`the customer reads:\n${text.trimEnd().replace(/^/gm, '      | ')}`);
});

await scene('The customer writes again, the technician answers between the lines with a picture', async () => {
  const answer = mails(CUSTOMER).findLast(m => !m.header('X-Sportello-Notice'));
  await mario.reply(answer);
  await mario.plain(text => `Grazie, il sito ora risponde.\nCome devo impostare la posta sul telefono?\nE la password resta quella di prima?\n\nMario Rossi\n\n${text}`);
  await mario.send();
  question = await letter(TECHNICIAN, 'the reply', notice('ticket-reply', 1));
  assert.equal(ticket(1).state, 'open');
  await anna.reply(question);
  await anna.rich();
  await anna.below('impostare la posta sul telefono?');
  await anna.type('Come in questa schermata: ');
  await anna.paste(await drawing('IMAP 993', '#1a4d8b'));
  await anna.type(' e poi Salva.');
  await anna.below('resta quella di prima?');
  await anna.type('La password non cambia.');
  await anna.send();
  const letterOut = await answered(CUSTOMER, 'La password non cambia'), { text } = explain(letterOut, TECHNICIAN);
  without(letterOut.raw), without(text);
  assert.match(text, /> .*posta sul telefono\?\nCome in questa schermata[\s\S]*\n> .*quella di prima\?\n{1,2}La password non cambia/);
  await shown(mario, letterOut, 'Come in questa schermata', 'La password non cambia');
  saw(`the customer reads:\n${text.trimEnd().replace(/^/gm, '      | ')}`);
});


/** decided wants the customer's mail read as a decision, and the technician told. */
async function decided(id, words, want) {
  await letter(TECHNICIAN, 'news of the decision', m => m.header('X-Sportello-Ticket') === String(id) && explain(m, CUSTOMER).text.includes(words));
  const mail = mails(SUPPORT).findLast(m => m.header('To').includes('+q') && explain(m, CUSTOMER).text.includes(words));
  assert(mail, `no mail to the quote's address says "${words}"`);
  const { decision, reply } = explain(mail, CUSTOMER);
  assert.equal(decision, want, `what was read: ${JSON.stringify(reply)}`);
  saw(`read as ${decision}: ${JSON.stringify(reply)}`);
}

await scene('The customer accepts the quote by its link', async () => {
  await mario.open(quotes[2]);
  await mario.follow('Accetto');
  await mario.send();
  await decided(2, 'Accetto il preventivo P-2-1', 'accept');
});

await scene('The customer accepts a quote by writing the sentence', async () => {
  await mario.reply(quotes[3]);
  await mario.plain(text => `Accetto il preventivo P-3-1\n\n${text}`);
  await mario.send();
  await decided(3, 'Accetto il preventivo P-3-1', 'accept');
});

await scene('The customer declines a quote by its link', async () => {
  await mario.open(quotes[4]);
  await mario.follow('Rifiuto');
  await mario.send();
  await decided(4, 'Rifiuto il preventivo P-4-1', 'decline');
});

await browser.close();
console.log(`${passed} passed, 0 failed`);
