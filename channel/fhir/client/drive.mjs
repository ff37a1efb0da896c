// Drives the server as another system would, with a public client library. The test
// in Go starts it and looks afterwards at what came of it.
import assert from 'node:assert/strict';
import { Client } from 'fhir-kit-client';

const { BASE, TOKEN, OTHER, SCHEDULE, PATIENT, ID_NUMBER } = process.env;
const client = new Client({ baseUrl: BASE, bearerToken: TOKEN });

/** Checks that a call is refused with an OperationOutcome. */
async function refused(call, status, code) {
  try {
    await call();
  } catch (e) {
    assert.equal(e.response?.status, status);
    assert.equal(e.response.data.resourceType, 'OperationOutcome');
    assert.equal(e.response.data.issue[0].code, code);
    assert.match(e.response.data.issue[0].details.text, /。/);
    return;
  }
  assert.fail(`not refused with ${status}`);
}

const can = await client.capabilityStatement();
assert.equal(can.fhirVersion, '4.0.1');
const appointments = can.rest[0].resource.find((r) => r.type === 'Appointment');
assert.deepEqual(appointments.interaction.map((i) => i.code), ['read', 'search-type', 'create', 'update', 'patch']);
await refused(() => new Client({ baseUrl: BASE }).read({ resourceType: 'Patient', id: PATIENT }), 401, 'login');

const slots = [];
let pages = 0;
let bundle = await client.search({ resourceType: 'Slot', searchParams: { schedule: `Schedule/${SCHEDULE}`, status: 'free', start: 'gt2026-11-23', _count: 2 } });
for (; bundle; bundle = await client.nextPage({ bundle })) {
  pages++;
  slots.push(...(bundle.entry ?? []).map((e) => e.resource));
  if (!bundle.link.some((l) => l.relation === 'next')) break;
}
assert.equal(slots.length, 6);
assert.equal(pages, 3);
assert.deepEqual(slots.map((s) => s.start), slots.map((s) => s.start).toSorted());

const found = await client.search({ resourceType: 'Patient', searchParams: { identifier: ID_NUMBER }, options: { postSearch: true } });
assert.equal(found.entry[0].resource.id, PATIENT);

const wanted = {
  resourceType: 'Appointment',
  status: 'booked',
  slot: [{ reference: `Slot/${slots[0].id}` }],
  participant: [{ actor: { reference: `Patient/${PATIENT}` }, status: 'accepted' }],
};
const made = await client.create({ resourceType: 'Appointment', body: wanted });
assert.equal(made.status, 'booked');
assert.equal(made.start, slots[0].start);
await refused(() => client.create({ resourceType: 'Appointment', body: wanted }), 409, 'business-rule');

const read = await client.read({ resourceType: 'Appointment', id: made.id });
assert.equal(read.meta.versionId, '1');
const doctor = await client.resolve({ reference: read.participant[1].actor.reference });
assert.equal(doctor.resourceType, 'Practitioner');

// Two systems cancel what both have read: the second learns that it was not the first.
const cancel = (token, version) =>
  new Client({ baseUrl: BASE, bearerToken: token }).update({
    resourceType: 'Appointment', id: made.id, body: { ...read, status: 'cancelled' }, options: { headers: { 'If-Match': `W/"${version}"` } },
  });
const gone = await cancel(OTHER, read.meta.versionId);
assert.equal(gone.status, 'cancelled');
await refused(() => cancel(TOKEN, read.meta.versionId), 412, 'conflict');

const second = await client.create({ resourceType: 'Appointment', body: { ...wanted, slot: [{ reference: `Slot/${slots[1].id}` }] } });
const patched = await client.patch({ resourceType: 'Appointment', id: second.id, jsonPatch: [{ op: 'replace', path: '/status', value: 'cancelled' }] });
assert.equal(patched.status, 'cancelled');

const third = await client.create({ resourceType: 'Appointment', body: { ...wanted, slot: [{ reference: `Slot/${slots[2].id}` }] } });
const mine = await client.search({ resourceType: 'Appointment', searchParams: { patient: `Patient/${PATIENT}`, status: 'booked' } });
assert.deepEqual(mine.entry.map((e) => e.resource.id), [third.id]);
console.log(JSON.stringify({ cancelled: [made.id, second.id], booked: third.id }));
