// Does what it is told on standard input with adbkit, and says after each line how many results were wrong.
'use strict';

const fs = require('node:fs');
const readline = require('node:readline');
const { once } = require('node:events');
const { finished } = require('node:stream/promises');
const { Adb } = require('@devicefarmer/adbkit');

const client = Adb.createClient({ port: Number(process.env.ANDROID_ADB_SERVER_PORT) });
const phones = process.argv.slice(2).map((address) => client.getDevice(address));
const [phone] = phones;

// Its shell has no exit status: as its users do, the command is made to print it.
const isRight = async (one, command, output, status) => {
  const told = await Adb.util.readAll(await one.shell(`(${command}); echo $?`));
  return told.toString() === `${output}\n${status}\n`;
};

const times = async (count, once) => {
  let wrong = 0;
  for (let turn = 0; turn < Number(count); turn += 1) wrong += (await once()) ? 0 : 1;
  return wrong;
};

const work = {
  shell: (count, command, output, status) => times(count, () => isRight(phone, command, output, status)),
  stat: (count, path) => times(count, async () => (await phone.stat(path)).mode !== 0),
  source: (count, service) =>
    times(count, async () => {
      const transport = await phone.transport();
      transport.write(Buffer.from(service.length.toString(16).padStart(4, '0') + service));
      await transport.parser.readAscii(4);
      await transport.parser.end();
      return true;
    }),
  // Calls all phones at once; the times of the calls, in milliseconds, follow the number of wrong results.
  many: async (seconds, command, output, status) => {
    const end = performance.now() + Number(seconds) * 1000;
    const taken = [];
    let wrong = 0;
    const call = async (one) => {
      for (let start = performance.now(); start < end; start = performance.now()) {
        wrong += (await isRight(one, command, output, status)) ? 0 : 1;
        taken.push((performance.now() - start).toFixed(3));
      }
    };
    await Promise.all(phones.map(call));
    return [wrong, ...taken].join(' ');
  },
  push: async (local, remote) => {
    const transfer = await phone.push(local, remote);
    const [failure] = await Promise.race([once(transfer, 'end'), once(transfer, 'error')]);
    return failure ? 1 : 0;
  },
  pull: async (remote, local) => {
    const transfer = await phone.pull(remote);
    await finished(transfer.pipe(fs.createWriteStream(local)));
    return 0;
  },
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [name, ...words] = line.split('\t');
    console.log(await work[name](...words));
  }
})();
