/**
 * The errors of the services. `name` is what a state machine matches and what a person searches for; the message
 * says what was wrong, where, and what to do.
 */
export class RegulabelError extends Error {
  constructor(name: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}
