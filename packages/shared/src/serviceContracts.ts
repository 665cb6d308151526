import type { EventContract } from '@regulabel/contracts/event';

/**
 * What a service promises the others, and what it relies on. A test of the service holds this against its rules, its functions
 * and its state machine; the catalogue of events is made from it.
 */
export interface ServiceContracts {
  /** Who answers for the service and its events. */
  readonly owner: string;
  /** What the service emits, by who does: a function, or its state machine under `stateMachine`. */
  readonly provides: Readonly<Record<string, readonly EventContract[]>>;
  /** What the service is told, by the function that handles it. */
  readonly consumes: Readonly<Record<string, readonly EventContract[]>>;
}
