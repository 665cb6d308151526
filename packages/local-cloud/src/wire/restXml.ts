import type { Protocol } from './protocol.ts';
import { render, writeS3Answer } from './s3Answer.ts';
import { readS3Request } from './s3Request.ts';
import { document, element } from './xml.ts';

/** S3's REST protocol: path-style addresses, headers, XML documents, streamed objects. */
export const restXml: Protocol = {
  read: readS3Request,
  write: ({ method }, { operation }, answer) => writeS3Answer(method, operation, answer),

  fail(error, { method, path }, requestId) {
    const { code, message, members, status } = error;
    const content = { Code: code, Message: message, ...members, Resource: path, RequestId: requestId };
    const bodiless = method === 'HEAD' || status === 304;
    return {
      status,
      headers: { 'x-amz-request-id': requestId, 'content-type': 'application/xml' },
      ...(bodiless ? {} : { body: document(element('Error', render(content))) }),
    };
  },
};
