// Everything that the API can do, asked for with fetch, the HTTP client of browsers and of Node.js.
//
// Usage: node client.mjs URL VIDEO. It ends with an AssertionError at the first answer that is not as the contract says,
// and uses every operation that the server documents.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const [url, video] = process.argv.slice(2);
// Until a task ends, in milliseconds, on a machine that is busy with other tests.
const LIMIT = 120_000;
// Of these every operation has to be used below.
const TAGS = ['Accounts', 'Licence', 'Phones', 'Scripts', 'Server', 'Settings', 'Tasks'];

const used = new Set();

/** The answer to a request; `path` names its places in braces, which `at` fills. */
async function request(method, path, { at = {}, json, headers = {}, body, query } = {}) {
  used.add(`${method} ${path}`);
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(at[name]));
  const search = query ? `?${new URLSearchParams(query)}` : '';
  if (json !== undefined) {
    headers = { 'Content-Type': 'application/json', ...headers };
    body = JSON.stringify(json);
  }
  return fetch(url + filled + search, { method, headers, body });
}

/** The `data` of the answer, which has to carry the code `code`. */
async function ask(method, path, options = {}, code = 0) {
  const response = await request(method, path, options);
  const answer = await response.json();
  assert.equal(answer.code, code, `${method} ${path}: ${JSON.stringify(answer)}`);
  assert.equal(response.ok, code === 0, `${method} ${path}: ${response.status}`);
  return answer.data;
}

/** The task, once it is in the status `wanted`. */
async function taskWhen(task, wanted) {
  const end = Date.now() + LIMIT;
  for (;;) {
    const found = await ask('GET', '/api/v1/task/{task_id}', { at: { task_id: task } });
    if (found.status_text === wanted) return found;
    assert.ok(Date.now() < end, JSON.stringify(found));
    // This route does not wait for the end, so the program polls it.
    await pause(50);
  }
}

async function post(serial, caption) {
  const script_config = { content_type: 0, captions: caption, material_list: [video], upload_wait_time: 60 };
  const json = { serials: [serial], script_name: 'post', script_config };
  return (await ask('POST', '/api/v1/task', { json })).task_ids[0];
}

async function fault(serial, body) {
  const headers = { 'Content-Type': 'application/json' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) };
  assert.ok((await fetch(`${url}/virtual/phones/${serial}/faults`, sent)).ok);
}

async function mend(serial) {
  assert.ok((await fetch(`${url}/virtual/phones/${serial}/faults`, { method: 'DELETE' })).ok);
}

async function server() {
  assert.equal((await ask('GET', '/healthz')).status, 'ok');
  const license = await ask('GET', '/api/v1/license/check');
  assert.ok(license.api_enabled && license.trial && license.plan_name === 'Pro', JSON.stringify(license));
  const settings = await ask('GET', '/api/v1/setting');
  const changed = await ask('PATCH', '/api/v1/setting', { json: { max_retries: 1 } });
  assert.deepEqual(changed, { ...settings, max_retries: 1 });
  await ask('PATCH', '/api/v1/setting', { json: { max_retries: 0 } });
  const audit = await ask('GET', '/api/v1/audit', { query: { operation: 'changeSettings', page_size: 1 } });
  assert.ok(audit.total === 2 && audit.entries[0].status === 200, JSON.stringify(audit));
  const names = (await ask('GET', '/api/v1/script')).scripts.map((script) => script.name);
  assert.ok(['post', 'follow', 'unfollow'].every((name) => names.includes(name)), names.join());
  const script = await ask('GET', '/api/v1/script/{script_name}', { at: { script_name: 'post' } });
  assert.equal(script.schema.properties.captions.type, 'string');
}

async function phones() {
  const group = await ask('POST', '/api/v1/group', { json: { name: 'Rack 2' } });
  const at = { group_id: group.id };
  const noted = await ask('PATCH', '/api/v1/group/{group_id}', { at, json: { note: 'by the door' } });
  assert.equal(noted.note, 'by the door');
  const first = { at: { serial: 'virtual-1' } };
  await ask('PATCH', '/api/v1/device/{serial}', { ...first, json: { name: 'first', group: 'Rack 2' } });
  const found = await ask('GET', '/api/v1/device', { query: { group: 'Rack 2', page_size: 5 } });
  assert.deepEqual(found.devices.map((phone) => phone.serial), ['virtual-1']);
  assert.equal((await ask('GET', '/api/v1/device/{serial}', first)).name, 'first');
  assert.equal((await ask('GET', '/api/v1/group/{group_id}', { at })).device_count, 1);
  assert.equal((await ask('GET', '/api/v1/group')).total, 1);
  assert.equal((await ask('DELETE', '/api/v1/group/{group_id}', { at })).released_device_count, 1);
  await ask('DELETE', '/api/v1/device/{serial}', first, 40001);
  const address = { address: '127.0.0.1:1' };
  const added = await ask('POST', '/api/v1/device/address', { json: address });
  assert.deepEqual(added, { ...address, configured: false });
  const kept = (await ask('GET', '/api/v1/device/address')).addresses.map((it) => it.address);
  assert.ok(kept.includes(address.address), kept);
  const removed = await ask('DELETE', '/api/v1/device/address/{address}', { at: address });
  assert.deepEqual(removed, { deleted_count: 1 });
  const scan = await ask('POST', '/api/v1/device/scan', { json: { network: '127.0.0.1/32', port: 1 } });
  assert.deepEqual(scan, { scanned: 1, phones: [] });
  // A phone that only a task names is known until it is deleted.
  const task = await post('never-there', 'waits');
  const waiting = await ask('GET', '/api/v1/task/{task_id}', { at: { task_id: task } });
  assert.equal(waiting.waiting_reason, 'device_offline');
  await ask('DELETE', '/api/v1/task/{task_id}', { at: { task_id: task } });
  const gone = await ask('DELETE', '/api/v1/device/{serial}', { at: { serial: 'never-there' } });
  assert.deepEqual(gone, { deleted_count: 1 });
}

async function accounts() {
  const account = await ask('POST', '/api/v1/account', { json: { username: '@Maker.One', note: 'of Ümit' } });
  const at = { account_id: account.id };
  assert.equal(account.username, 'maker.one');
  const changed = await ask('PATCH', '/api/v1/account/{account_id}', { at, json: { enabled: false } });
  assert.equal(changed.enabled, false);
  assert.equal((await ask('GET', '/api/v1/account/{account_id}', { at })).note, 'of Ümit');
  assert.equal((await ask('GET', '/api/v1/account', { query: { enabled: 'false' } })).total, 1);
  const listed = await ask('GET', '/api/v1/accounts', { query: { status: '1' } });
  assert.equal(listed.accounts[0].status_text, 'disabled');
  const table = await (await request('GET', '/api/v1/account/export')).text();
  const csv = { headers: { 'Content-Type': 'text/csv' }, body: table };
  const imported = await ask('POST', '/api/v1/account/import', csv);
  assert.deepEqual(imported, { created_count: 0, updated_count: 1 });
  assert.deepEqual(await ask('DELETE', '/api/v1/account/{account_id}', { at }), { deleted_count: 1 });
}

async function tasks() {
  // Two programs may mean the same request: the second gets the answer of the first.
  const headers = { 'Idempotency-Key': 'one post' };
  const json = {
    serials: ['virtual-1'],
    script_name: 'post',
    script_config: { captions: 'from JavaScript 👩‍👩‍👧‍👦', material_list: [video], upload_wait_time: 60 },
  };
  const made = await ask('POST', '/api/v1/task', { json, headers });
  assert.deepEqual(await ask('POST', '/api/v1/task', { json, headers }), made);
  const done = await taskWhen(made.task_ids[0], 'completed');
  assert.deepEqual([done.status, done.outcome, done.progress], [2, 'succeeded', 100]);
  const wrong = await ask('POST', '/api/v1/task', { json: { ...json, serails: [], priority: 101 } }, 40001);
  assert.deepEqual(wrong.map((problem) => problem.field).sort(), ['priority', 'serails']);

  await fault('virtual-1', { fault: 'popup', kind: 'captcha' });
  const failed = await post('virtual-1', 'fails');
  const { artifacts } = await taskWhen(failed, 'failed');
  assert.ok(artifacts.length > 0);
  for (const { name } of artifacts) {
    const file = await request('GET', '/api/v1/task/{task_id}/artifact/{name}', { at: { task_id: failed, name } });
    assert.ok(['image/png', 'application/xml', 'application/gzip'].includes(file.headers.get('content-type')), name);
    assert.ok((await file.arrayBuffer()).byteLength > 0, name);
  }
  const at = { task_id: failed };
  assert.ok(Array.isArray((await ask('GET', '/api/v1/task/{task_id}/log', { at })).lines));
  assert.equal((await ask('POST', '/api/v1/task/{task_id}/retry', { at })).status_text, 'pending');
  await taskWhen(failed, 'failed');
  await mend('virtual-1');
  assert.deepEqual(await ask('POST', '/api/v1/task/retry-all'), { retried_count: 1 });
  await taskWhen(failed, 'completed');

  await fault('virtual-2', { fault: 'slow_upload', seconds: 50 });
  const slow = { at: { task_id: await post('virtual-2', 'is stopped') } };
  await taskWhen(slow.at.task_id, 'running');
  assert.equal((await ask('POST', '/api/v1/task/{task_id}/stop', slow)).outcome, 'stopped');
  await ask('POST', '/api/v1/task/{task_id}/stop', slow, 40001);
  await mend('virtual-2');
  await ask('POST', '/api/v1/task/{task_id}/cancel', slow, 40001);

  const counts = { total: 3, pending: 0, running: 0, completed: 2, failed: 1 };
  assert.deepEqual(await ask('GET', '/api/v1/task/stats'), counts);
  const query = { page_size: 2, source: 'api' };
  const first = await ask('GET', '/api/v1/task', { query });
  const rest = await ask('GET', '/api/v1/task', { query: { ...query, cursor: first.next_cursor } });
  const numbers = [...first.tasks, ...rest.tasks].map((task) => task.id);
  assert.deepEqual(numbers, [...numbers].sort((one, other) => other - one));
  assert.deepEqual([numbers.length, rest.next_cursor], [3, null]);
  const dryRun = { query: { dry_run: true }, json: { filter: { script_name: 'post' } } };
  assert.equal((await ask('POST', '/api/v1/task/batch-stop', dryRun)).stopped_count, 0);
  assert.equal((await ask('POST', '/api/v1/task/batch-cancel', dryRun)).cancelled_count, 0);
  const toRetry = await ask('POST', '/api/v1/task/batch-retry', dryRun);
  assert.deepEqual(toRetry, { retried_count: 1, not_found: [], skipped: [] });
  await ask('POST', '/api/v1/task/batch-retry', { json: { filter: {} } }, 40001);
  const { skipped } = await ask('POST', '/api/v1/task/batch-cancel', { json: { task_ids: [slow.at.task_id] } });
  assert.deepEqual(skipped.map((task) => task.id), [slow.at.task_id]);
  const batch = { json: { task_ids: [slow.at.task_id, 4711] } };
  const gone = await ask('DELETE', '/api/v1/task/batch', batch);
  assert.deepEqual(gone, { deleted_count: 1, not_found: [4711] });
  const others = await ask('POST', '/api/v1/task/batch-delete', { json: { task_ids: numbers } });
  assert.equal(others.deleted_count, 2);
  await ask('GET', '/api/v1/task/{task_id}', slow, 40401);
}

async function everythingWasUsed() {
  const document = await (await request('GET', '/openapi.json')).json();
  const unused = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.some((tag) => TAGS.includes(tag)))
      .map(([method]) => `${method.toUpperCase()} ${path}`)
      .filter((operation) => !used.has(operation)),
  );
  assert.deepEqual(unused, [], 'this program does not use these');
}

await server();
await phones();
await accounts();
await tasks();
await everythingWasUsed();
console.log(`${used.size} operations answered as they should`);
