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

/** A value from outside (event, file, table, environment) is not what its contract says. */
export class ContractError extends RegulabelError {
  constructor(what: string, problems: string, options?: ErrorOptions) {
    super('ContractError', `${what} does not keep its contract: ${problems}`, options);
  }
}
