// adbkit lists the phone, runs commands on it, moves files, takes pictures and forwards ports.
'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const { once } = require('node:events');
const { Adb } = require('@devicefarmer/adbkit');

const address = process.argv[2];
const text = async (stream) => (await Adb.util.readAll(stream)).toString();
const fails = (promise, sign) => assert.rejects(Promise.resolve(promise), sign);

async function push(phone, bytes, path) {
  const file = `${process.env.HOME}/sent`;
  fs.writeFileSync(file, bytes);
  const transfer = await phone.push(file, path);
  const [failure] = await Promise.race([once(transfer, 'end'), once(transfer, 'error')]);
  if (failure) throw failure;
}

async function main() {
  const client = Adb.createClient({ port: Number(process.env.ANDROID_ADB_SERVER_PORT) });
  assert.deepEqual((await client.listDevices()).map(({ id, type }) => [id, type]), [[address, 'device']]);
  const phone = client.getDevice(address);

  assert.equal(await phone.getState(), 'device');
  assert.equal((await phone.getProperties())['ro.serialno'], 'virtual-1');
  assert.ok((await phone.getPackages()).includes('com.zhiliaoapp.musically'));
  assert.equal(await text(await phone.shell(['echo', 'a b', '$(id)'])), 'a b $(id)\n');

  const noise = crypto.randomBytes(5_000_000);
  await push(phone, noise, '/sdcard/Download/some file.bin');
  const found = await phone.stat('/sdcard/Download/some file.bin');
  assert.equal(found.size, noise.length);
  assert.ok(found.isFile());
  const names = (await phone.readdir('/sdcard/Download')).map((entry) => entry.name);
  assert.deepEqual(names, ['some file.bin']);
  const back = await Adb.util.readAll(await phone.pull('/sdcard/Download/some file.bin'));
  assert.ok(back.equals(noise), 'what came back is not what was sent');
  await fails(phone.stat('/sdcard/none'), /ENOENT|no such file/);
  await fails(push(phone, Buffer.from('x'), '/system/x'), /Permission denied/);

  const picture = await Adb.util.readAll(await phone.screencap());
  assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [1080, 2400]);

  // Out over a reverse, back in over a forward: the phone's port is this machine's.
  const listener = net.createServer((peer) => peer.on('data', (data) => peer.end(data.toString().toUpperCase())));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  await phone.reverse('tcp:7100', `tcp:${listener.address().port}`);
  assert.deepEqual((await phone.listReverses()).map(({ remote }) => remote), ['tcp:7100']);
  const direct = await phone.openTcp(7100);
  direct.write('ping');
  assert.equal(await text(direct), 'PING');
  const free = net.createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address();
  free.close();
  await once(free, 'close');
  await phone.forward(`tcp:${port}`, 'tcp:7100');
  assert.ok((await phone.listForwards()).some((forward) => forward.local === `tcp:${port}`));
  const stream = net.connect(port, '127.0.0.1');
  stream.write('pong');
  assert.equal(await text(stream), 'PONG');
  listener.close();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
