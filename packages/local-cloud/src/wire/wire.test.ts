import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { payload, unchunk } from './body.ts';
import { AwsError } from '../aws.ts';
import { CHECKSUMS } from './checksums.ts';
import { ec2, query, unflatten } from './query.ts';
import { restXml } from './restXml.ts';
import { readSignature, signatureMatches } from './sigv4.ts';

describe('checksums', () => {
  // The check values of https://reveng.sourceforge.io/crc-catalogue/ for "123456789".
  it.each([
    ['crc32', 'cbf43926'],
    ['crc64nvme', 'ae8b14860a799888'],
    ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ])('%s has its published check value, in any pieces', (name, hex) => {
    const checksum = CHECKSUMS[name]!();
    for (const piece of ['12', '', '3456', '789']) checksum.update(Buffer.from(piece));
    expect(Buffer.from(checksum.digest(), 'base64').toString('hex')).toBe(hex);
  });
});

describe('aws-chunked bodies', () => {
  const encode = (chunks: readonly Uint8Array[], trailer: string): Buffer =>
    Buffer.concat([
      ...chunks.flatMap((chunk) => [
        Buffer.from(`${chunk.length.toString(16)};chunk-signature=0f\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]),
      Buffer.from(`0\r\n${trailer}\r\n`),
    ]);
  const split = (bytes: Buffer, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 300 });

  it('decode to what was framed, however the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 5 }), fc.integer({ min: 1, max: 400 }), async (chunks, size) => {
        const trailers = new Map<string, string>();
        const framed = split(encode(chunks, 'X-Amz-Checksum-Crc32: abc=\r\n'), size);
        expect(await buffer(unchunk(Readable.from(framed), trailers))).toEqual(Buffer.concat(chunks));
        expect([...trailers]).toEqual([['x-amz-checksum-crc32', 'abc=']]);
      }),
    );
  });

  it('that end early, or are not framed, are refused', async () => {
    const whole = encode([Buffer.from('some bytes'), Buffer.from('more')], '');
    for (let length = 0; length < whole.length; length += 1)
      await expect(buffer(unchunk(Readable.from([whole.subarray(0, length)]), new Map()))).rejects.toMatchObject({
        code: 'IncompleteBody',
      });
  });

  const body = Buffer.from('the payload');
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  const headers = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(body.length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const sent = (trailer: string) => Readable.from([encode([body], trailer)]);

  it('are verified by their trailer and their length', async () => {
    const good = `x-amz-checksum-crc32:${checksum.toString('base64')}\r\n`;
    expect(await buffer(payload(sent(good), headers))).toEqual(body);
    for (const trailer of ['x-amz-checksum-crc32:AAAAAA==\r\n', ''])
      await expect(buffer(payload(sent(trailer), headers))).rejects.toMatchObject({ code: 'BadDigest' });
    const longer = { ...headers, 'x-amz-decoded-content-length': '12' };
    await expect(buffer(payload(sent(good), longer))).rejects.toMatchObject({ code: 'IncompleteBody' });
  });
});

describe('plain bodies', () => {
  it.each([
    ['content-md5', 'BadDigest', createHash('md5').update('x').digest('base64')],
    ['x-amz-content-sha256', 'XAmzContentSHA256Mismatch', createHash('sha256').update('x').digest('hex')],
    ['x-amz-checksum-sha256', 'BadDigest', createHash('sha256').update('x').digest('base64')],
  ])('are verified by %s', async (header, code, digest) => {
    const read = (text: string) => buffer(payload(Readable.from([Buffer.from(text)]), { [header]: digest }));
    expect((await read('x')).toString()).toBe('x');
    await expect(read('y')).rejects.toMatchObject({ code });
  });
});

describe('the query protocol', () => {
  it('nests lists, maps and structures', () => {
    const form =
      'Action=A&Tags.member.2.Key=b&Tags.member.1.Key=a&Attributes.entry.1.key=k&Attributes.entry.1.value=v' +
      '&Headers.entry.1.Name=n&Headers.entry.1.Value.DataType=String&Policy.Id=1&None=&Keys.member.10=j&Keys.member.9=i';
    expect(unflatten([...new URLSearchParams(form)])).toEqual({
      Action: 'A',
      Tags: [{ Key: 'a' }, { Key: 'b' }],
      Attributes: { k: 'v' },
      Headers: { n: { DataType: 'String' } },
      Policy: { Id: '1' },
      None: '',
      Keys: ['i', 'j'],
    });
  });

  it('refuses, and never crashes on, parameters that contradict each other', () => {
    const name = fc.array(fc.constantFrom('A', 'member', 'entry', '1', '2', 'key', 'value', '__proto__', ''), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (parameters) => {
        try {
          unflatten(parameters.map(([path, value]) => [path.join('.'), value]));
        } catch (error) {
          expect(error).toMatchObject({ code: 'MalformedQueryString' });
        }
      }),
    );
    expect(() =>
      unflatten([
        ['A', 'x'],
        ['A.b', 'y'],
      ]),
    ).toThrow('contradicts');
  });

  it('escapes what it answers', () => {
    const request = { service: 'iam' } as Parameters<typeof query.write>[0];
    const output = { Roles: [{ RoleName: '<&>"', CreateDate: 0 }], Attributes: { k: 'v' } };
    const { body } = query.write(request, { operation: 'ListRoles', input: {} }, { output, requestId: 'r' });
    expect(body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult><Roles><member>' +
        '<RoleName>&lt;&amp;&gt;&quot;</RoleName><CreateDate>1970-01-01T00:00:00.000Z</CreateDate></member></Roles>' +
        '<Attributes><entry><key>k</key><value>v</value></entry></Attributes></ListRolesResult>' +
        '<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListRolesResponse>',
    );
  });
});

describe('signatures', () => {
  // AWS's published example: GET ?lifecycle of examplebucket,
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  const request = {
    method: 'GET',
    path: '/',
    query: new URLSearchParams('lifecycle'),
    headers: {
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
        'SignedHeaders=host;x-amz-content-sha256;x-amz-date,' +
        'Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
  };
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const hash = request.headers['x-amz-content-sha256'];

  it('of the published example match its secret, and nothing else', () => {
    const signature = readSignature(request)!;
    expect(signature).toMatchObject({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', region: 'us-east-1', service: 's3' });
    expect(signatureMatches(request, signature, secret, hash)).toBe(true);
    expect(signatureMatches(request, signature, `${secret}x`, hash)).toBe(false);
    expect(signatureMatches({ ...request, method: 'PUT' }, signature, secret, hash)).toBe(false);
    expect(signatureMatches({ ...request, path: '/k' }, signature, secret, hash)).toBe(false);
    expect(signatureMatches(request, signature, secret, hash.replace('e', 'f'))).toBe(false);
  });

  it('are read from any header without a crash', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const headers = { authorization: `AWS4-HMAC-SHA256 ${text}` };
        readSignature({ ...request, headers });
        expect(readSignature({ ...request, headers: { authorization: text } })).toBeUndefined();
      }),
    );
  });
});

describe('documents of S3 requests', () => {
  const send = (xml: string) =>
    restXml.read({
      ...{ service: 's3', method: 'POST', path: '/b', query: new URLSearchParams('delete'), headers: {} },
      ...{ body: Buffer.alloc(0), stream: Readable.from([Buffer.from(xml)]) },
    });

  it('give back every name that was escaped into them', async () => {
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((text) => !/[\u0000]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 4 }), async (names) => {
        const escaped = (text: string) => text.replace(/./gs, (char) => `&#${char.codePointAt(0) ?? 0};`);
        const objects = names.map((text) => `\n  <Object><Key>${escaped(text)}</Key></Object>`);
        const { input } = await send(`<Delete xmlns="x"><Quiet>true</Quiet>${objects.join('')}\n</Delete>`);
        expect(input).toEqual({ Bucket: 'b', Delete: { Quiet: 'true', Objects: names.map((Key) => ({ Key })) } });
      }),
    );
  });

  it.each([
    '',
    'x',
    '<Delete/>',
    '<Delete><Object><Key>a</Key></Object>',
    '<Delete><Object></Key></Delete>',
    '<a>&b;</a>',
  ])('are refused when they are %j', async (xml) => {
    await expect(send(xml)).rejects.toMatchObject({ code: 'MalformedXML' });
  });
});

describe('what is not supported', () => {
  it.each([
    ['PUT', '/b', '', 'CreateBucket'],
    ['DELETE', '/b', '', 'DeleteBucket'],
    ['GET', '/b', 'cors', 'GetBucketCors'],
    ['PUT', '/b', 'lifecycle', 'PutBucketLifecycleConfiguration'],
    ['DELETE', '/b', 'publicAccessBlock', 'DeletePublicAccessBlock'],
    ['PUT', '/b/k', 'tagging&versionId=1', 'PutObjectTagging'],
    ['GET', '/b', 'requestPayment', 'GetBucketRequestPayment'],
    ['POST', '/b/k', 'restore', 'RestoreObject'],
  ])('of S3 is named: %s %s?%s is %s', async (method, path, search, name) => {
    const request = { service: 's3', method, path, query: new URLSearchParams(search), headers: {} };
    const reading = async () => restXml.read({ ...request, body: Buffer.alloc(0), stream: Readable.from([]) });
    await expect(reading()).rejects.toThrow(`s3:${name} is not supported`);
  });

  it('is put as EC2 puts it', () => {
    const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {} };
    const error = new AwsError('NotImplemented', 'none', { status: 501 });
    expect(ec2.fail(error, request, 'r').body).toContain(
      '<Response><Errors><Error><Code>NotImplemented</Code><Message>none</Message></Error></Errors><RequestID>r</RequestID></Response>',
    );
  });
});
