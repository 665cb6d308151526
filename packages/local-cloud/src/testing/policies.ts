/** A policy document of these statements, as text. */
export const policy = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

/** The trust policy of a role that these services may take on. */
export const trust = (...services: string[]): string =>
  policy({
    Effect: 'Allow',
    Principal: { Service: services.map((service) => `${service}.amazonaws.com`) },
    Action: 'sts:AssumeRole',
  });

/** Lets an AWS service send to a queue. */
export const mayDeliver = (service: string, queueArn: string): string =>
  policy({
    Effect: 'Allow',
    Principal: { Service: `${service}.amazonaws.com` },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
  });
