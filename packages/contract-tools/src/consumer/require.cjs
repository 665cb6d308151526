// The installed package from CommonJS: prints which event it read.
const { modelPromoted } = require('@regulabel/contracts/evaluation/modelPromoted.v1');
const { parseEvent } = require('@regulabel/contracts/receive');
const { buildEvent, inQueue } = require('@regulabel/contracts/testing');
const pattern = require('@regulabel/contracts/patterns/evaluation/modelPromoted.v1.json');

const event = parseEvent(modelPromoted, inQueue(buildEvent(modelPromoted)));
process.stdout.write(JSON.stringify({ read: event['detail-type'], pattern: pattern['detail-type'] }));
