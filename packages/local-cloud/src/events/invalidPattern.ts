/** An event pattern that EventBridge refuses; the message is AWS's reason, without what its parser appends to it. */
export class InvalidPattern extends Error {
  override readonly name = 'InvalidPattern';
}
